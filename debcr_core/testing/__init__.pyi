from .backends import BackendTests
from .blenders import BlenderTests
from .catalogs import CatalogTests
from .checking import Outcome, check_component, check_distribution
from .commands import CommandTests
from .losses import LossTests
from .metrics import MetricTests
from .models import ModelTests
from .normalizers import NormalizerTests
from .readers import ReaderTests
from .tilers import TilerTests
from .writers import WriterTests

__all__ = [
    "BackendTests",
    "BlenderTests",
    "CatalogTests",
    "CommandTests",
    "LossTests",
    "MetricTests",
    "ModelTests",
    "NormalizerTests",
    "Outcome",
    "ReaderTests",
    "TilerTests",
    "WriterTests",
    "check_component",
    "check_distribution",
]
