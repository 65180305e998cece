"""An input that changes while it is read is refused; pixels that float32 cannot hold are, too."""

from __future__ import annotations

import itertools
import json
import os

import numpy as np
import pytest
import zarr

from debcr_core import Predictor, Signature, make_image, restore, restore_file, write_image
from debcr_core.components import Model
from debcr_core.errors import ImageError, ReadError


class Doubled(Model):
    """Doubles what it sees, which is more than the input's type can hold."""

    name = "doubled"

    @property
    def signature(self):
        return Signature("yx", (1, 1), (0, 0))

    def predictor(self, weights, device):
        return Predictor(lambda block, stop: 4 * block)


@pytest.fixture
def source(tmp_path, plugins, noise, request):
    path = tmp_path / f"cells{request.param}"
    write_image(noise(60, 60), path, plugins)
    return path


def meddling(change):
    """Return a progress callback that changes something once the tiles have begun."""

    def told(progress):
        if progress.stage == "tiles" and progress.done == 1:
            change()

    return told


@pytest.mark.parametrize("source", [".tif", ".npy", ".ome.zarr"], indirect=True)
def test_a_file_that_is_overwritten_meanwhile_is_refused(
    source, tmp_path, trained, identity, plugins, noise
):
    clock = itertools.count(1)

    def overwrite():
        write_image(noise(60, 60) + 1, source, plugins, overwrite=True)
        now = next(clock)
        for path in [source, *source.rglob("*")] if source.is_dir() else [source]:
            os.utime(path, ns=(now, now))

    model = trained(identity(), tiler={"name": "halo-grid", "tile": 24})
    told = meddling(overwrite)
    with pytest.raises(ReadError, match=r"cells.* changed while it was read"):
        restore_file(source, tmp_path / "out.tif", model, progress=told, plugins=plugins)
    assert not (tmp_path / "out.tif").exists()
    with pytest.raises(ReadError, match="changed while it was read"):
        restore(source, model, progress=told, plugins=plugins)


@pytest.mark.parametrize("source", [".ome.zarr"], indirect=True)
def test_what_else_is_in_a_zarr_folder_may_change(source, tmp_path, trained, identity, plugins):
    labels = zarr.create_array(source / "labels", shape=(60, 60), chunks=(60, 60), dtype="u1")
    labels[:] = 1
    model = trained(identity(), tiler={"name": "halo-grid", "tile": 24})

    def label():
        labels[:] = 2

    restore_file(source, tmp_path / "out.tif", model, progress=meddling(label), plugins=plugins)
    assert (tmp_path / "out.tif").exists()


def test_arrays_in_memory_are_exempt(trained, identity):
    pixels = np.random.default_rng(0).random((60, 60))
    model = trained(identity(), tiler={"name": "halo-grid", "tile": 24})
    restore(pixels, model, progress=meddling(lambda: pixels.__setitem__(0, 1)))


@pytest.mark.parametrize(
    ("scale", "shown"), [(1e300, "e\\+300"), (1e-300, "e-30[01]"), (1e39, "e\\+3")]
)
@pytest.mark.parametrize("normalizer", ["min-max", "percentile", "mean-std", "none"])
def test_values_that_float32_cannot_hold_are_refused(trained, identity, scale, shown, normalizer):
    pixels = np.random.default_rng(0).random((30, 30)) * scale
    with pytest.raises(ImageError, match=rf"go up to .*{shown}.*bring the image to another unit"):
        restore(make_image(pixels, "yx"), trained(identity(), normalizer=normalizer))


def test_finished_pixels_that_are_not_finite_are_refused(trained, identity, tmp_path):
    pixels = np.random.default_rng(0).random((30, 30)).astype(np.float32) * np.float32(3e38)
    pixels[0, 0] = -3e38
    model = trained(identity(), normalizer="mean-std")
    model = type(model)(model.name, model.recipe.model_copy(update={"model": Doubled()}))
    with pytest.raises(ImageError, match=r"came out as (-?inf|nan): .*another unit"):
        restore(make_image(pixels, "yx"), model)


@pytest.mark.parametrize("source", [".ome.zarr"], indirect=True)
def test_chunks_that_appear_meanwhile_are_noticed(source, tmp_path, trained, identity, plugins):
    model = trained(identity(), tiler={"name": "halo-grid", "tile": 24})
    chunk = source / "0" / "c" / "9" / "9"

    def acquire():
        chunk.parent.mkdir(parents=True)
        chunk.write_bytes(b"new")

    with pytest.raises(ReadError, match="changed while it was read"):
        restore(source, model, progress=meddling(acquire), plugins=plugins)


@pytest.mark.parametrize("source", [".npy"], indirect=True)
def test_a_copy_that_keeps_size_and_time_is_noticed(source, trained, identity, plugins, noise):
    status = source.stat()

    def replace():
        other = source.with_name("other.npy")
        np.save(other, noise(60, 60).values + 1)
        os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
        other.replace(source)

    model = trained(identity(), tiler={"name": "halo-grid", "tile": 24})
    with pytest.raises(ReadError, match="changed while it was read"):
        restore(source, model, progress=meddling(replace), plugins=plugins)


METADATA = ["{", '{"multiscales": "x"}', '{"ome": [1]}', '{"multiscales": [{"datasets": [{}]}]}']
AXES = [{"name": "y", "type": "space"}, {"name": "x", "type": "space"}]
SCALE = [{"type": "scale", "scale": [1, 1]}]
METADATA += [
    json.dumps(
        {
            "multiscales": [
                {
                    "version": "0.4",
                    "axes": AXES,
                    "datasets": [{"path": path, "coordinateTransformations": SCALE}],
                }
            ]
        }
    )
    for path in ("/", "../../..", "gone")
]


@pytest.mark.parametrize("attributes", METADATA)
def test_damaged_metadata_of_zarr_are_a_sentence(tmp_path, trained, identity, plugins, attributes):
    folder = tmp_path / "bad.ome.zarr"
    folder.mkdir()
    (folder / ".zgroup").write_text('{"zarr_format": 2}')
    (folder / ".zattrs").write_text(attributes)
    with pytest.raises(ReadError, match=r"bad\.ome\.zarr"):
        restore(folder, trained(identity()), plugins=plugins)
