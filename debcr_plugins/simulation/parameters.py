"""What `debcr simulate` is told, in one YAML file."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from debcr_plugins.simulation.camera import BIT_DEPTH, BitDepth, Readout
from debcr_plugins.simulation.cells import Cells
from debcr_plugins.simulation.kinds import AnyStructure
from debcr_plugins.simulation.micrograph import Micrograph
from debcr_plugins.simulation.neurites import Neurites
from debcr_plugins.simulation.ranges import Limits, Range, ShareRange, within
from debcr_plugins.simulation.structures import Filaments, Membranes, Nuclei, Puncta, Texture
from debcr_plugins.simulation.synapses import Synapses
from debcr_plugins.simulation.vesicles import Vesicles

Side = Annotated[int, Field(ge=8, le=16_384)]

PhotonRange = Annotated[Limits, within(1)]
PixelRange = Annotated[Limits, within(0.01, 64)]

ALL_KINDS = (
    *(Filaments(), Puncta(), Membranes(), Nuclei(), Texture()),
    *(Neurites(), Synapses(), Vesicles(), Cells()),
)


class VariedMicrograph(Micrograph):
    """A micrograph of any kind of structure there is."""

    structures: tuple[AnyStructure, ...] = Field(
        ALL_KINDS,
        min_length=1,
        description="Kinds of structure, of which every image shows one or more. Lengths are in "
        "pixels.",
    )


class SixteenBitReadout(Readout):
    """The readout of a common camera."""

    gain: float = Field(2.0, gt=0, le=1e6, description="Counts per electron.")
    offset: float = Field(100.0, ge=0, le=1e6, description="Counts where no photon arrives.")
    bit_depth: BitDepth = Field(16, description=BIT_DEPTH)


class Sharp(BaseModel):
    """The same field under a sharper microscope, such as STED or SIM, without noise."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    width: Range = Field(
        (0.8, 0.8),
        description="Standard deviation of its point-spread function, pixels; never more than "
        "the microscope's own.",
    )
    relative_width: float = Field(
        0, ge=0, le=1, description="The same as a share of the microscope's; the larger one counts."
    )
    pedestal: float = Field(
        0,
        ge=0,
        le=1,
        description="Share of the structures' light that it blurs as the microscope does, as STED "
        "where depletion is not complete.",
    )
    background: ShareRange = Field((0, 0), description="Share of the background that it shows.")


class Simulation(BaseModel):
    """A set of simulated pairs of images; ranges [low, high] are drawn anew for each pair."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    count: int = Field(100, ge=1, le=100_000, description="How many pairs.")
    seed: int = Field(0, ge=0, lt=2**63, description="The same seed gives the same images.")
    shape: tuple[Side, Side] = Field((512, 512), description="Height and width, pixels.")
    target: Literal["clean", "sharp"] = Field(
        "clean",
        description="clean: the input without noise, for denoising; sharp: without noise and with "
        "little blur, for deblurring.",
    )
    sharp: Sharp = Field(Sharp(), description="The sharp image.")
    target_photons: PhotonRange | None = Field(
        None,
        description="Photons in the brightest pixel of a clean target itself, which then holds "
        "noise of its own, as real images do that are taken for the truth; null: none.",
    )
    camera_pixel: PixelRange | None = Field(
        None,
        description="Side of the camera's pixels in pixels of the images, rounded, at least one: "
        "it records that coarsely, and its pixels are repeated, as where images of two instruments "
        "are brought to one grid; null: one.",
    )
    keep_sharp: bool = Field(
        False, description="Write the sharp images beside clean targets, in the folder sharp."
    )
    micrograph: VariedMicrograph = Field(VariedMicrograph(), description="What is seen.")
    readout: SixteenBitReadout = Field(SixteenBitReadout(), description="How the camera counts.")
