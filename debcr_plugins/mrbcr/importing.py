"""Turn a released checkpoint into a weights file that `debcr restore --model` takes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from debcr_core.errors import ReadError, UsageError
from debcr_core.files.whole import check_output, whole_or_nothing
from debcr_core.recipe import Recipe
from debcr_core.trained import Card, save_trained
from debcr_plugins.blenders.crop import Crop
from debcr_plugins.mrbcr import MRBCR
from debcr_plugins.mrbcr.checkpoint import read_variables
from debcr_plugins.mrbcr.released import state_dict
from debcr_plugins.normalizers.percentile import Percentile
from debcr_plugins.tilers.halo_grid import HaloGrid

if TYPE_CHECKING:
    from debcr_core.plugins import Plugins

SUFFIX = ".safetensors"
PAPER = "https://doi.org/10.1007/978-3-031-73226-3_22"


def released_recipe() -> Recipe:
    """Return how the released networks are used.

    The authors' package ``debcr`` 0.1.0 prepares images for prediction with
    ``normalize(pmin=0.1, pmax=99.9)`` over the whole stack, cut off to 0…1; here each plane by
    itself, since a dim one would suffer. (In training each patch is stretched from its minimum to
    its maximum. For a whole image that would let one hot pixel set the scale.) Tiles are joined by
    cropping their halo, where the authors' are blended.
    """
    return Recipe(
        model=MRBCR(),
        normalizer=Percentile(low=0.1, high=99.9, clip=True),
        tiler=HaloGrid(),
        blender=Crop(),
    )


def import_weights(
    checkpoint: Path, out: Path, plugins: Plugins, *, overwrite: bool = False
) -> None:
    """Write a released checkpoint's weights, with the recipe to use them, as one file.

    Parameters
    ----------
    checkpoint : Path
        NPZ archive or TensorFlow checkpoint (see `debcr_plugins.mrbcr.checkpoint`).
    out : Path
        File to write, ``*.safetensors``.
    plugins : Plugins
        Names the recipe's components.
    overwrite : bool
        Whether an existing file may be replaced.

    Raises
    ------
    ReadError
        If the checkpoint is missing, damaged, or does not hold the released network.
    UsageError
        If `out` has another suffix, or exists and may not be replaced.
    WriteError
        If `out` cannot be written.
    """
    if out.suffix.lower() != SUFFIX:
        raise UsageError(f"Weights are written as safetensors: name {out.with_suffix(SUFFIX)}.")
    check_output(out, overwrite=overwrite)
    variables = read_variables(checkpoint)
    try:
        tensors = state_dict(variables)
    except ReadError as error:
        raise ReadError(f"{checkpoint} cannot be imported. {error}") from error
    card = Card(
        description=f"m-rBCR as released, imported from {checkpoint.name}.",
        trained_on="Not recorded in the checkpoint: see where it was released.",
        cite=(PAPER,),
    )
    with whole_or_nothing(out, overwrite=overwrite) as temporary:
        save_trained(temporary, tensors, released_recipe(), card, plugins)
