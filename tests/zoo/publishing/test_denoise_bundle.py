"""What the shipped model's bundle holds."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from debcr_core.errors import UsageError
from debcr_core.plugins import Plugins
from debcr_plugins.zoo.publishing.package import package


def all_files(values: Any) -> Iterator[tuple[str, str]]:
    """Yield each file that an RDF names, with its checksum."""
    if isinstance(values, dict):
        if "sha256" in values:
            yield values["source"], values["sha256"]
        values = list(values.values())
    if isinstance(values, list):
        for value in values:
            yield from all_files(value)


def test_every_file_has_the_checksum_that_the_rdf_gives(
    unpacked: Path, rdf: dict[str, Any]
) -> None:
    files = dict(all_files(rdf))
    assert len(files) == 8
    for name, checksum in files.items():
        assert hashlib.sha256((unpacked / name).read_bytes()).hexdigest() == checksum


def test_the_rdf_is_in_the_dialect_that_old_and_new_consumers_read(rdf: dict[str, Any]) -> None:
    assert rdf["format_version"] == "0.5.7"
    assert "id" not in rdf
    nickname = "debcr-denoising-of-fluorescence-micrographs"
    assert rdf["config"]["bioimageio"]["nickname"] == nickname
    assert rdf["covers"] == ["cover.png"]
    assert rdf["documentation"] == "README.md"
    for tensor in (*rdf["inputs"], *rdf["outputs"]):
        assert [axis["id"] for axis in tensor["axes"]] == ["batch", "channel", "y", "x"]
    assert {"pad"}.isdisjoint(rdf["inputs"][0])
    assert set(rdf["weights"]) == {"pytorch_state_dict", "torchscript", "onnx"}
    assert "external_data" not in rdf["weights"]["onnx"]


def test_the_preprocessing_is_one_step_with_its_axes(rdf: dict[str, Any]) -> None:
    (step,) = rdf["inputs"][0]["preprocessing"]
    assert step["id"] == "scale_range"
    assert step["kwargs"]["axes"] == ["y", "x"]
    assert (step["kwargs"]["min_percentile"], step["kwargs"]["max_percentile"]) == (0.1, 99.9)
    assert rdf["outputs"][0]["postprocessing"] == []


def test_the_smallest_tile_is_larger_than_both_its_halos(rdf: dict[str, Any]) -> None:
    spatial = zip(rdf["inputs"][0]["axes"][2:], rdf["outputs"][0]["axes"][2:], strict=True)
    for taken, made in spatial:
        assert taken["size"]["min"] > 2 * made["halo"]
        assert taken["size"]["step"] == 8


def test_seam_halo_and_recipe_are_recorded_for_our_own_runner(
    rdf: dict[str, Any], plugins: Plugins
) -> None:
    ours = rdf["config"]["debcr"]
    assert 0 < ours["seam"] <= 1e-4, "the network sees a little farther than its halo"
    assert ours["halo"] == [axis["halo"] for axis in rdf["outputs"][0]["axes"][2:]]
    assert ours["recipe"]["normalizer"]["name"] == "debcr-zoo/percentile"
    assert "weights" not in ours["recipe"]
    assert ours["card"]["licence"] == "MIT"


def test_the_tolerance_is_below_a_hundredth_of_the_largest_output(
    unpacked: Path, rdf: dict[str, Any]
) -> None:
    (tolerance,) = rdf["config"]["bioimageio"]["reproducibility_tolerance"]
    largest = np.load(unpacked / "test_output.npy").max()
    assert 0 < tolerance["absolute_tolerance"] <= 0.01 * largest


def test_the_test_input_holds_raw_intensities(unpacked: Path) -> None:
    given = np.load(unpacked / "test_input.npy")
    assert given.dtype == np.float32
    assert given.shape[:2] == (1, 1)
    assert all(256 <= size <= 328 and size % 8 == 0 for size in given.shape[2:])
    assert given.max() > 255


def test_the_cover_is_twice_as_wide_as_high_and_small(unpacked: Path) -> None:
    cover = unpacked / "cover.png"
    with Image.open(cover) as picture:
        assert picture.size[0] == 2 * picture.size[1] <= 656
    assert cover.stat().st_size < 500_000


def test_the_readme_has_a_validation_section_with_what_was_measured(unpacked: Path) -> None:
    _, _, validation = (unpacked / "README.md").read_text().partition("## Validation\n")
    for measured in ("onnx", "torchscript", "pytorch_state_dict", "halo", "whole"):
        assert measured in validation


def test_no_file_names_a_place_on_this_machine(unpacked: Path) -> None:
    here = str(Path(__file__).parents[3]).encode()
    site = str(Path(np.__file__).parents[1]).encode()
    for file in unpacked.iterdir():
        assert here not in file.read_bytes()
        assert site not in file.read_bytes()


def test_only_pytorch_networks_are_published(author: Any, denoise_bundle: Path) -> None:
    with pytest.raises(UsageError, match='"onnx" of .* is no PyTorch network'):
        package(
            str(denoise_bundle), author.folder / "b.zip", author.plugins, metadata=author.says()
        )
