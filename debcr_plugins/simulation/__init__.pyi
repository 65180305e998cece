from .camera import Camera, expose
from .gibson_lanni import GibsonLanniPSF
from .micrograph import Micrograph
from .pair import SimulatedPair, simulate_pair
from .parameters import Simulation
from .psf import GaussianPSF
from .writing import write_pairs

__all__ = [
    "Camera",
    "GaussianPSF",
    "GibsonLanniPSF",
    "Micrograph",
    "SimulatedPair",
    "Simulation",
    "expose",
    "simulate_pair",
    "write_pairs",
]
