"""What restoring a file must never do: delete its input, or die where a disk is full."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from debcr_core import Cancelled, Recipe, listening, restore_file
from debcr_core.errors import UsageError

OWN_DISK = ("unshare", "--map-root-user", "--mount", "sh", "-c")
MOUNT = "mount -t tmpfs -o size=1m none"


@pytest.fixture
def unchanged(identity, plugins):
    """Return a recipe that changes nothing."""
    return Recipe(
        model=identity(),
        normalizer=plugins.create("normalizer", "none"),
        tiler=plugins.create("tiler", "halo-grid"),
        blender=plugins.create("blender", "crop"),
    )


@pytest.mark.parametrize("place", ["plate.zarr", "plate.zarr/well", "link.zarr"])
def test_an_output_that_holds_the_input_is_refused_and_the_input_is_kept(
    unchanged, plugins, tmp_path: Path, place
):
    # An OME-Zarr image replaces the whole folder of that name.
    image = tmp_path / "plate.zarr" / "well" / "image.npy"
    image.parent.mkdir(parents=True)
    np.save(image, np.eye(20))
    (tmp_path / "link.zarr").symlink_to(tmp_path / "plate.zarr")
    writer = plugins.create("writer", "ome-zarr")
    with pytest.raises(UsageError, match=f"{place} holds the input .*image.npy"):
        restore_file(
            image, tmp_path / place, unchanged, writer=writer, overwrite=True, plugins=plugins
        )
    np.testing.assert_array_equal(np.load(image), np.eye(20))


def test_work_on_several_images_tells_which_it_is_at_and_leaves_nothing_when_stopped(
    unchanged, plugins, zarr_groups, tmp_path: Path
):
    source = zarr_groups().plate(tmp_path / "in.zarr", {"A/1": ("0", "1"), "C/2": ("0",)})
    told = set()

    def stop_at_the_last(progress):
        told.add((progress.image, progress.images))
        if progress.image == 3:
            raise Cancelled("enough")

    with listening(), pytest.raises(Cancelled):
        restore_file(
            source, tmp_path / "out.zarr", unchanged, progress=stop_at_the_last, plugins=plugins
        )
    assert told >= {(1, 3), (2, 3), (3, 3)}
    assert [path.name for path in tmp_path.iterdir()] == ["in.zarr"]


def _has_a_small_disk(place: Path) -> bool:
    """Say whether a file system of one megabyte can be mounted here."""
    if shutil.which("unshare") is None:
        return False
    tried = subprocess.run((*OWN_DISK, f"{MOUNT} {place}"), capture_output=True, check=False)
    return tried.returncode == 0


def test_a_disk_too_small_for_the_output_that_is_set_aside_is_a_sentence(tmp_path: Path):
    """In memory that is mapped to a file, a full disk would be the end of the process."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if not _has_a_small_disk(disk):
        pytest.skip("no file system can be mounted here")
    np.save(tmp_path / "in.npy", np.random.default_rng(0).random((700, 700), np.float32))
    program = """
import sys
from dataclasses import replace
from debcr_core import DebcrError, load_model, restore_file
from debcr_plugins.zoo.processing.normalizer import RdfProcessing
trained = load_model("denoise")
of_the_output = RdfProcessing(postprocessing=({"id": "scale_range"},))
trained = replace(trained, recipe=trained.recipe.model_copy(update={"normalizer": of_the_output}))
try:
    restore_file("in.npy", "out.npy", trained, device="cpu")
except DebcrError as error:
    sys.exit(f"Error: {error}")
"""
    command = f'{MOUNT} {disk} && exec "{sys.executable}" -c "$0"'
    done = subprocess.run(
        (*OWN_DISK, command, program),
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(disk)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "Error: No space left" in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["disk", "in.npy"]
