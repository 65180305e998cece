from .catalogs import Catalog, find_model
from .components import (
    Blender,
    Component,
    Figure,
    Loss,
    Metric,
    Model,
    Normalization,
    Normalizer,
    Reader,
    Tile,
    Tiler,
    Writer,
)
from .errors import Cancelled, DebcrError, DebcrWarning
from .evaluation import affine_match, evaluate
from .files.reading import read_image
from .files.writing import write_image
from .flow.file_restoration import restore_file
from .flow.opening import load_model
from .flow.restoration import Progress, restore
from .hookspecs import hookimpl
from .image import make_image
from .plugins import Plugins
from .recipe import Recipe
from .registry import Registry
from .torch_model import TorchModel
from .trained import Card, TrainedModel

__all__ = [
    "Blender",
    "Cancelled",
    "Card",
    "Catalog",
    "Component",
    "DebcrError",
    "DebcrWarning",
    "Figure",
    "Loss",
    "Metric",
    "Model",
    "Normalization",
    "Normalizer",
    "Plugins",
    "Progress",
    "Reader",
    "Recipe",
    "Registry",
    "Tile",
    "Tiler",
    "TorchModel",
    "TrainedModel",
    "Writer",
    "affine_match",
    "evaluate",
    "find_model",
    "hookimpl",
    "load_model",
    "make_image",
    "read_image",
    "restore",
    "restore_file",
    "write_image",
]
