"""The test tensors of a bundle: what should come out where this goes in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from debcr_core.components import Array
from debcr_core.errors import ReadError
from debcr_core.files.damaged_files import damage_explained
from debcr_core.image import make_image
from debcr_plugins.formats.claims import check_claim
from debcr_plugins.formats.numpy.npy_header import read_header
from debcr_plugins.zoo.running.network import from_layout
from debcr_plugins.zoo.running.tensors import Tensor

if TYPE_CHECKING:
    import xarray as xr

    from debcr_plugins.zoo.access.bundle import Bundle


def load_array(path: Path) -> Array:
    """Read an NPY file that a stranger wrote.

    Raises
    ------
    ReadError
        If it is damaged, claims more than it holds, or holds Python objects.
    """
    with damage_explained(path, "npy"), path.open("rb") as file:
        header = read_header(file, path)
        check_claim(path, header.nbytes, path.stat().st_size - file.tell())
        file.seek(0)
        return np.asarray(np.load(file, allow_pickle=False))


def test_images(bundle: Bundle, tensor: Tensor) -> list[xr.DataArray]:
    """Return the entries of a test tensor's batch as images.

    Parameters
    ----------
    bundle : Bundle
        Where the file is.
    tensor : Tensor
        The input or output that it belongs to.

    Returns
    -------
    list of xarray.DataArray
        With the dims ``c`` and those of the tensor.

    Raises
    ------
    ReadError
        If there is none, or it does not have the tensor's axes.
    """
    if not tensor.test:
        raise ReadError(f'{bundle.reference} gives no test tensor for "{tensor.id}".')
    path = bundle.file(tensor.test["source"], tensor.test.get("sha256"), what="test tensor")
    array = load_array(path)
    try:
        block = from_layout(array, tensor.spatial, tensor.layout)
    except ValueError as error:
        raise ReadError(f"The test tensor {path} does not fit: {error}.") from error
    return [make_image(entry, f"c{tensor.spatial}") for entry in block]
