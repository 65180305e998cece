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
from .evaluation import affine_match, evaluate, finite_values, paired_values
from .files.finding import find_images
from .files.lazy import lazy_image
from .files.raw_file import RawFile
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
from .order_statistics import percentiles
from .plugins import Plugins
from .provenance import Provenance
from .published import Folded, Published
from .recipe import Recipe
from .registry import Registry
from .separable import SeparableBlender, ramp
from .signature import Channel, Footprint, Signature
from .statistics import extremes, mean_and_std
from .stopping import Stop
from .tile_axis import tile_shape, tile_starts
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
    "Folded",
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
    "Provenance",
    "Published",
    "RawFile",
    "ReadError",
    "Reader",
    "Recipe",
    "Registry",
    "Runner",
    "SeparableBlender",
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
    "extremes",
    "find_images",
    "find_model",
    "finite_values",
    "fit_verdict",
    "hookimpl",
    "keep_memory",
    "lazy_image",
    "listening",
    "load_model",
    "load_trained",
    "make_image",
    "mean_and_std",
    "paired_values",
    "percentiles",
    "ramp",
    "read_image",
    "replay_file",
    "restore",
    "restore_file",
    "save_trained",
    "say",
    "tile_shape",
    "tile_starts",
    "write_image",
]
