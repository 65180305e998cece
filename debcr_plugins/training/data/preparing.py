"""Write pairs, divided for good, in a form that is read quickly piece by piece."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from debcr_core.files.whole import whole_or_nothing
from debcr_core.files.writing import write_image
from debcr_core.image import DIMS
from debcr_core.yaml.strict import dump_yaml
from debcr_plugins.pairs.opening import Data, open_data
from debcr_plugins.pairs.splitting import PARTS
from debcr_plugins.training.data.prepared_report import report_text

if TYPE_CHECKING:
    import xarray as xr

    from debcr_core.components import Normalizer
    from debcr_core.plugins import Plugins
    from debcr_plugins.pairs.config import DataConfig
    from debcr_plugins.pairs.image_pair import ImagePair

CONFIG, REPORT = "data.yaml", "report.md"


def prepare_data(
    config: DataConfig,
    normalizer: Normalizer,
    out: Path,
    plugins: Plugins,
    *,
    overwrite: bool = False,
) -> Data:
    """Write the pairs of a config to a folder, with a config that reads them back.

    The folder holds ``train``, ``validation`` and ``test``, each with the folders ``input`` and
    ``target`` of NPY files on the images' own scale; ``data.yaml``, whose split is this one; and
    ``report.md``.

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
                _write_pair(each.pair, folder / part, dims, plugins)
        text = dump_yaml(_config(config, data, dims))
        (folder / CONFIG).write_text(text, encoding="utf-8")
        (folder / REPORT).write_text(report_text(config, data), encoding="utf-8")
    return data


def _common_dims(data: Data) -> str:
    """Return the axes that some image has: NPY files name none, so all files must have them."""
    pairs = [each.pair for part in PARTS for each in getattr(data, part)]
    return "".join(dim for dim in DIMS if any(dim in pair.input.dims for pair in pairs))


def _write_pair(pair: ImagePair, folder: Path, dims: str, plugins: Plugins) -> None:
    sides = {"input": pair.input}
    if pair.target is not pair.input:
        sides["target"] = pair.target
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
        part: {side: f"{part}/{side}" for side in ("input", "target") if _has(side, data, part)}
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


def _has(side: str, data: Data, part: str) -> bool:
    return side == "input" or any(
        each.pair.target is not each.pair.input for each in getattr(data, part)
    )
