"""The kinds of structure and of point-spread function that a YAML file can name."""

from typing import Annotated

from pydantic import Field

from debcr_plugins.simulation.bricks import Bricks
from debcr_plugins.simulation.cells import Cells
from debcr_plugins.simulation.gibson_lanni import GibsonLanniPSF
from debcr_plugins.simulation.gradient import Gradient
from debcr_plugins.simulation.grain import Grain
from debcr_plugins.simulation.leaves import Leaves
from debcr_plugins.simulation.neurites import Neurites
from debcr_plugins.simulation.psf import GaussianPSF
from debcr_plugins.simulation.stripes import Stripes
from debcr_plugins.simulation.structures import Filaments, Membranes, Nuclei, Puncta, Texture
from debcr_plugins.simulation.synapses import Synapses
from debcr_plugins.simulation.vesicles import Vesicles

AnyStructure = Annotated[
    Filaments
    | Puncta
    | Membranes
    | Nuclei
    | Texture
    | Neurites
    | Synapses
    | Vesicles
    | Cells
    | Grain
    | Bricks
    | Leaves
    | Gradient
    | Stripes,
    Field(discriminator="kind"),
]
AnyPSF = Annotated[GaussianPSF | GibsonLanniPSF, Field(discriminator="kind")]
