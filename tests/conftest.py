"""What several tests need: the built-in plugins, small models with known answers, real images."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from pydantic import Field
from scipy import ndimage

from debcr_core.components import Floats, Model, Predictor
from debcr_core.plugins import Plugins
from debcr_core.signature import Signature
from debcr_core.stopping import Stop

# Tests run in parallel: threads within each would only get in each other's way.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# What is exported on the way does not stay in the user's cache.
os.environ["DEBCR_CACHE"] = tempfile.mkdtemp(prefix="debcr-cache-")
atexit.register(shutil.rmtree, os.environ["DEBCR_CACHE"], ignore_errors=True)

# Programs start with SIGINT ignored in the background of a shell, with SIGHUP under nohup, and hand
# that on.
signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

# How long an example takes says more of the machine's load than of the code.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")

SHARED = Path(__file__).parents[2] / "shared"


@pytest.fixture(scope="session")
def plugins() -> Plugins:
    return Plugins.discover()


@pytest.fixture(scope="session")
def shared() -> Path:
    if not SHARED.is_dir():
        pytest.skip("the folder ../shared with reference data is not here")
    return SHARED


class Blur(Model):
    """Zero-padded box blur on a coarse grid: looks `radius` cells of `step` pixels far.

    The image is averaged over cells of `step` × `step` pixels, blurred, and spread again; so a
    tile that starts off the grid gives another answer, as strided networks do.
    """

    name = "blur"

    dims: str = Field("yx", description="Axes it works on.")
    step: int = Field(4, description="Side of a cell.")
    radius: int = Field(2, description="How far it looks, in cells.")
    known: bool = Field(True, description="Whether it says how far it looks.")

    @property
    def signature(self) -> Signature:
        axes = len(self.dims.replace("c", ""))
        halo = (self.radius * self.step,) * axes if self.known else None
        return Signature(self.dims, (self.step,) * axes, halo)

    def predictor(self, weights: Path | None, device: str) -> Predictor:
        spatial = len(self.signature.spatial_axes)
        size = (1, 1) + (2 * self.radius + 1,) * spatial

        def predict(block: Floats, stop: Stop) -> Floats:
            assert block.dtype == np.float32
            assert all(n % self.step == 0 for n in block.shape[2:])
            cells = block
            for axis in range(2, 2 + spatial):
                starts = np.arange(0, cells.shape[axis], self.step)
                cells = np.add.reduceat(cells, starts, axis) / np.float32(self.step)
            blurred = ndimage.uniform_filter(cells, size, mode="constant")
            for axis in range(2, 2 + spatial):
                blurred = np.repeat(blurred, self.step, axis)
            return blurred.astype(np.float32)

        return Predictor(predict)


class Identity(Model):
    """Returns its input."""

    name = "identity"

    dims: str = Field("yx", description="Axes it works on.")
    step: int = Field(1, description="Stride.")
    size: int | None = Field(None, description="The one input size it accepts.")
    together: int = Field(1, description="How many channels it sees at once.")

    @property
    def signature(self) -> Signature:
        axes = len(self.dims.replace("c", ""))
        fixed = None if self.size is None else (self.size,) * axes
        none = (0,) * axes
        return Signature(
            self.dims, (self.step,) * axes, none, fixed_size=fixed, channels_in=self.together
        )

    def predictor(self, weights: Path | None, device: str) -> Predictor:
        def predict(block: Floats, stop: Stop) -> Floats:
            assert self.size is None or set(block.shape[2:]) == {self.size}
            assert block.shape[1] == self.together
            return block

        return Predictor(predict)


@pytest.fixture(scope="session")
def blur() -> type[Blur]:
    return Blur


@pytest.fixture(scope="session")
def identity() -> type[Identity]:
    return Identity


def zarr_image(group, pixels: np.ndarray, version: str, channels: tuple[str, ...] = ()) -> None:
    """Make an OME-Zarr image of a group: the axes are the last of ``cyx``, 0.1 µm a pixel."""
    dims = "cyx"[-pixels.ndim :]
    names = {} if version == "0.4" else {"dimension_names": tuple(dims)}
    group.create_array("0", data=pixels, **names)
    axes = [
        {"name": dim, "type": "channel"}
        if dim == "c"
        else {"name": dim, "type": "space", "unit": "micrometer"}
        for dim in dims
    ]
    scale = [1.0 if dim == "c" else 0.1 for dim in dims]
    datasets = [{"path": "0", "coordinateTransformations": [{"type": "scale", "scale": scale}]}]
    said = {"multiscales": [{"name": "image", "axes": axes, "datasets": datasets}]}
    if channels:
        window = {"min": 0, "max": 1, "start": 0, "end": 1}
        said["omero"] = {
            "channels": [{"label": name, "color": "FFFFFF", "window": window} for name in channels]
        }
    _say(group, said, version)


def _say(group, said: dict, version: str) -> None:
    """Put metadata where each version of OME-Zarr has them."""
    if version == "0.5":
        group.attrs["ome"] = {"version": version, **said}
        return
    for key, value in said.items():
        if key == "multiscales":
            value[0]["version"] = version
        elif isinstance(value, dict) and key != "omero":
            value["version"] = version
        group.attrs[key] = value


class ZarrGroups:
    """Writes groups of small images as other programs do.

    Parameters
    ----------
    version : str
        Of OME-Zarr.
    """

    ROWS, COLUMNS = ("A", "B", "C"), ("1", "2", "3", "12")

    def __init__(self, version: str = "0.5") -> None:
        self.version = version

    def pixels(self, name: str) -> np.ndarray:
        """Return the pixels of the image of that name in its group."""
        seed = sum(map(ord, name))
        return np.random.default_rng(seed).integers(100, 4000, (2, 20, 30), np.uint16)

    def _root(self, path: Path):
        import zarr

        return zarr.open_group(path, mode="w", zarr_format=2 if self.version == "0.4" else 3)

    def _image(self, root, name: str) -> None:
        zarr_image(root.require_group(name), self.pixels(name), self.version, ("DAPI", "GFP"))

    def plate(self, path: Path, fields: dict[str, tuple[str, ...]]) -> Path:
        """Write a plate of three rows and four columns, of which some wells hold some fields."""
        root = self._root(path)
        wells = [
            {
                "path": well,
                "rowIndex": self.ROWS.index(well.split("/")[0]),
                "columnIndex": self.COLUMNS.index(well.split("/")[1]),
            }
            for well in fields
        ]
        plate = {
            "name": "my plate",
            "rows": [{"name": name} for name in self.ROWS],
            "columns": [{"name": name} for name in self.COLUMNS],
            "wells": wells,
            "acquisitions": [{"id": 7, "name": "first"}],
        }
        _say(root, {"plate": plate}, self.version)
        for well, names in fields.items():
            images = [{"path": name, "acquisition": 7} for name in names]
            _say(root.require_group(well), {"well": {"images": images}}, self.version)
            for name in names:
                self._image(root, f"{well}/{name}")
        return path

    def numbered(self, path: Path, count: int) -> Path:
        """Write images in the layout of bioformats2raw."""
        root = self._root(path)
        _say(root, {"bioformats2raw.layout": 3}, self.version)
        names = [str(number) for number in range(count)]
        _say(root.require_group("OME"), {"series": names}, self.version)
        for name in names:
            self._image(root, name)
        return path


@pytest.fixture
def zarr_groups() -> type[ZarrGroups]:
    return ZarrGroups


@pytest.fixture
def ome_tiff_in_files() -> Callable[..., list[Path]]:
    """Return a function that writes one OME-TIFF over several files, a plane along z in each.

    Where `main_only` is set, the first file alone has the metadata, and the others name it.
    """
    import tifffile

    def write(folder: Path, count: int = 3, *, main_only: bool = False) -> list[Path]:
        folder.mkdir(exist_ok=True)
        files = [folder / f"set_{number}.ome.tif" for number in range(count)]
        ids = [f"urn:uuid:00000000-0000-4000-8000-{number:012d}" for number in range(count)]
        planes = "".join(
            f'<TiffData IFD="0" FirstZ="{z}" FirstC="0" FirstT="0" PlaneCount="1">'
            f'<UUID FileName="{file.name}">{ids[z]}</UUID></TiffData>'
            for z, file in enumerate(files)
        )
        whole = (
            '<Image ID="Image:0"><Pixels ID="Pixels:0" DimensionOrder="XYZCT" Type="uint16" '
            f'SizeX="30" SizeY="20" SizeZ="{count}" SizeC="1" SizeT="1">'
            f'<Channel ID="Channel:0:0" SamplesPerPixel="1"/>{planes}</Pixels></Image>'
        )
        other = f'<BinaryOnly MetadataFile="{files[0].name}" UUID="{ids[0]}"/>'
        for z, file in enumerate(files):
            said = other if main_only and z else whole
            xml = (
                '<?xml version="1.0" encoding="UTF-8"?>'
                '<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06" '
                f'UUID="{ids[z]}">{said}</OME>'
            )
            plane = np.random.default_rng(z).integers(100, 4000, (20, 30), np.uint16)
            tifffile.imwrite(file, plane, description=xml.encode(), metadata=None)
        return files

    return write
