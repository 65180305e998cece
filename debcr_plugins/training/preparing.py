"""Write pairs, divided for good, in a form that is read quickly piece by piece."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from debcr_core.files.whole import whole_or_nothing
from debcr_core.files.writing import write_image
from debcr_core.image import DIMS
from debcr_core.yaml.strict import dump_yaml
from debcr_plugins.pairs.degrading import DegradeConfig
from debcr_plugins.pairs.held_out import degrade_held_out
from debcr_plugins.pairs.opening import Data, open_data
from debcr_plugins.pairs.splitting import PARTS
from debcr_plugins.training.data.patch_config import PatchConfig
from debcr_plugins.training.fresh.patches import FreshPatches
from debcr_plugins.training.fresh.picture import draw_patches
from debcr_plugins.training.prepared_report import report_text

if TYPE_CHECKING:
    import xarray as xr

    from debcr_core.components import Normalizer
    from debcr_core.plugins import Plugins
    from debcr_plugins.pairs.config import DataConfig
    from debcr_plugins.pairs.image_pair import ImagePair

CONFIG, REPORT, PATCHES = "data.yaml", "report.md", "patches.png"
AXES, SIDE = "yx", 64
"""Of the patches that are shown."""
SHOWN = f"""
## Patches

![The first patches, degraded and not]({PATCHES})

Patches of good images as the section degrade degrades them: input above, target below. They should
look like your images.
"""


def prepare_data(
    config: DataConfig,
    normalizer: Normalizer,
    out: Path,
    plugins: Plugins,
    *,
    degrade: DegradeConfig | None = None,
    overwrite: bool = False,
) -> Data:
    """Write the pairs of a config to a folder, with a config that reads them back.

    The folder holds ``train``, ``validation`` and ``test``, each with the folders ``input`` and
    ``target``, or ``truth``, of NPY files on the images' own scale; ``data.yaml``, whose split is
    this one; and ``report.md``, with a picture of the first patches where good images are degraded.

    Parameters
    ----------
    config : DataConfig
        Where the images are.
    normalizer : Normalizer
        That of the recipe; what it learns of each image is reported, the files stay raw.
    out : Path
        The folder; it appears when it is whole.
    plugins : Plugins
        Where readers and writers are found.
    degrade : DegradeConfig, optional
        How good images are degraded; they are written as they are.
    overwrite : bool
        Whether a folder that exists may be replaced.

    Returns
    -------
    Data
        What was written.

    Raises
    ------
    DebcrError
        As `open_data`, or if the folder cannot be written.
    """
    with whole_or_nothing(out, overwrite=overwrite) as folder:
        data = open_data(config, normalizer, plugins)
        dims = _common_dims(data)
        for part in PARTS:
            for each in getattr(data, part):
                _write_pair(each.pair, folder / part, dims, _alone(config), plugins)
        text = dump_yaml(_config(config, data, dims))
        (folder / CONFIG).write_text(text, encoding="utf-8")
        report = report_text(config, data)
        if degrade is not None:
            draw_patches(_patches(data, degrade, normalizer, config), folder / PATCHES)
            report += SHOWN
        (folder / REPORT).write_text(report, encoding="utf-8")
    return data


def _alone(config: DataConfig) -> str:
    """Return what an image without a target is to training."""
    return "input" if config.truth is None else "truth"


def _patches(
    data: Data, degrade: DegradeConfig, normalizer: Normalizer, config: DataConfig
) -> FreshPatches:
    degraded = degrade_held_out(data, degrade, normalizer, AXES, config.seed)
    return FreshPatches(
        degraded.train, PatchConfig(size=SIDE), AXES, config.seed, degrade, normalizer
    )


def _common_dims(data: Data) -> str:
    """Return the axes that some image has: NPY files name none, so all files must have them."""
    pairs = [each.pair for part in PARTS for each in getattr(data, part)]
    return "".join(dim for dim in DIMS if any(dim in pair.input.dims for pair in pairs))


def _write_pair(pair: ImagePair, folder: Path, dims: str, alone: str, plugins: Plugins) -> None:
    sides = {"input": pair.input, "target": pair.target}
    if pair.target is pair.input:
        sides = {alone: pair.input}
    for side, image in sides.items():
        (folder / side).mkdir(parents=True, exist_ok=True)
        write_image(_with_dims(image, dims), folder / side / f"{pair.name}.npy", plugins)


def _with_dims(image: xr.DataArray, dims: str) -> xr.DataArray:
    """Add axes of length one that other images have."""
    missing = [dim for dim in dims if dim not in image.dims]
    return image.expand_dims(missing).transpose(*dims)


def _config(config: DataConfig, data: Data, dims: str) -> dict[str, Any]:
    """Return a config that reads the folder back as it was divided."""
    sources = {
        part: {side: f"{part}/{side}" for side in _sides(config, data, part)}
        for part in PARTS
        if getattr(data, part)
    }
    return {
        **sources.pop("train"),
        **sources,
        "axes": dims,
        "split": [1, 0, 0],
        "seed": config.seed,
        "target_scale": config.target_scale,
        # Checked, and reported, already.
        "max_shift": None,
    }


def _sides(config: DataConfig, data: Data, part: str) -> tuple[str, ...]:
    paired = any(each.pair.target is not each.pair.input for each in getattr(data, part))
    return ("input", "target") if paired else (_alone(config),)
