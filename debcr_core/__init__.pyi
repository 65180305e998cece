from .allocation import keep_memory
from .catalogs import Catalog, find_model
from .components import (
    Backend,
    Blender,
    Component,
    Figure,
    Growing,
    Loss,
    Metric,
    Model,
    Normalization,
    Normalizer,
    Part,
    Predictor,
    Reader,
    Several,
    Tile,
    Tiler,
    Writer,
)
from .errors import (
    Cancelled,
    DebcrDeprecationWarning,
    DebcrError,
    DebcrWarning,
    ImageError,
    PluginError,
    ReadError,
    UntrustedCodeError,
    UsageError,
    WriteError,
    WrongFileError,
    WrongOutputError,
)
from .evaluation import affine_match, evaluate
from .files.finding import find_images
from .files.reading import read_image
from .files.writing import write_image
from .flow.file_restoration import restore_file
from .flow.growing import Made
from .flow.opening import load_model
from .flow.plan import Plan
from .flow.progress import Progress
from .flow.replay import replay_file
from .flow.restoration import restore
from .flow.runner import Runner
from .flow.sharing import Share, Sharing
from .hookspecs import hookimpl
from .image import make_image
from .notices import listening, say
from .plugins import Plugins
from .recipe import Recipe
from .registry import Registry
from .signature import Channel, Footprint, Signature
from .stopping import Stop
from .torch_model import TorchModel
from .trained import Card, TrainedModel, load_trained, save_trained
from .verdict.finding import Finding, Verdict
from .verdict.fitting import fit_verdict

__all__ = [
    "Backend",
    "Blender",
    "Cancelled",
    "Card",
    "Catalog",
    "Channel",
    "Component",
    "DebcrDeprecationWarning",
    "DebcrError",
    "DebcrWarning",
    "Figure",
    "Finding",
    "Footprint",
    "Growing",
    "ImageError",
    "Loss",
    "Made",
    "Metric",
    "Model",
    "Normalization",
    "Normalizer",
    "Part",
    "Plan",
    "PluginError",
    "Plugins",
    "Predictor",
    "Progress",
    "ReadError",
    "Reader",
    "Recipe",
    "Registry",
    "Runner",
    "Several",
    "Share",
    "Sharing",
    "Signature",
    "Stop",
    "Tile",
    "Tiler",
    "TorchModel",
    "TrainedModel",
    "UntrustedCodeError",
    "UsageError",
    "Verdict",
    "WriteError",
    "Writer",
    "WrongFileError",
    "WrongOutputError",
    "affine_match",
    "evaluate",
    "find_images",
    "find_model",
    "fit_verdict",
    "hookimpl",
    "keep_memory",
    "listening",
    "load_model",
    "load_trained",
    "make_image",
    "read_image",
    "replay_file",
    "restore",
    "restore_file",
    "save_trained",
    "say",
    "write_image",
]
