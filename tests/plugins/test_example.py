"""The example distribution, from its wheel, through every surface.

| kind | YAML | command line | Python | training | bundle | viewer |
| --- | --- | --- | --- | --- | --- | --- |
| reader, writer | – | restore, info | read | data | – | form |
| normalizer | recipe | --normalizer | restore | config | folded | form |
| tiler, blender | recipe | --tiler, --blender | restore | config | recipe | form |
| model | recipe | --model | restore | config | package | form |
| backend | – | --backend | Runner | – | – | form |
| metric | – | evaluate, judge | measure | monitor | – | form |
| loss | – | – | measure | config | – | form |
| catalog | – | models, --model | load_model | init | – | form |
| command | – | example | – | – | – | – |
"""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path

import numpy as np
import pytest
from installing import Site, installed_from

from debcr_core import Plugins, Recipe, load_model, make_image, read_image, restore
from debcr_core.offering.kinds import COMPONENTS, EVERY_KIND
from debcr_core.testing.checking import check_distribution, counted

SOURCE = Path(__file__).parents[1] / "example_plugin"


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Site:
    return installed_from(SOURCE, tmp_path_factory.mktemp("example"))


@pytest.fixture(scope="module")
def found(site) -> Plugins:
    """Return the plugins, the example's among them, in this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(site.folder)
        importlib.invalidate_caches()
        yield Plugins.discover()


@pytest.fixture(scope="module")
def counts(site, found):
    """Write a stack of photon counts in the invented format."""
    y, x = np.mgrid[:48, :56]
    light = 5 + 60 * np.exp(-((y - 20) ** 2 + (x - 30) ** 2) / 60)
    pixels = np.random.default_rng(0).poisson(np.broadcast_to(light, (6, 48, 56)))
    image = make_image(pixels.astype(np.uint16), "zyx", pixel_size={"y": 0.1, "x": 0.1})
    path = site.folder.parent / "counts.phot"
    found.create("writer", "photons").write(image, path)
    return path


def run(site, *words, status=0):
    done = site.debcr(*words, DEBCR_STRICT_PLUGINS="1")
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout


def test_all_of_it_passes_the_kit(found):
    outcomes = check_distribution("debcr-example", found)
    failed = [each for each in outcomes if each.state == "failed"]
    assert failed == []
    assert {each.kind for each in outcomes} == {*EVERY_KIND}
    assert counted(outcomes)["passed"] > 80


def test_the_command_says_so(site):
    done = site.debcr("check", "debcr-example")
    assert done.returncode == 0, done.stdout
    assert "Components: 12" in done.stderr


@pytest.mark.parametrize("kind", COMPONENTS)
def test_each_component_is_listed_with_its_distribution(site, kind):
    said = json.loads(run(site, "plugins", "debcr-example", "--json"))
    [*mine] = [each for each in said["components"] if each["kind"] == kind]
    assert mine
    assert {each["version"] for each in mine} == {"1.4.0"}
    assert all(each["summary"].endswith(".") and each["documentation"] for each in mine)


def test_on_the_command_line_they_work_together(site, counts):
    words = ("--normalizer", "anscombe", "scale=5", "--tiler", "rows", "served=16")
    run(site, "restore", counts, "out.phot", "--model", "example:box", *words, "--dtype", "uint16")
    assert "48" in run(site, "info", "out.phot")
    out = str(site.folder.parent / "out.phot")
    figures = ("--metric", "histogram", "--plot", "plot.png", "--json", "-", "--overwrite")
    measured = json.loads(run(site, "evaluate", out, counts, *figures))
    assert 0 < measured["result"][0]["value"] < 1
    assert (site.folder.parent / "plot.png").read_bytes().startswith(b"\x89PNG")
    blended = ("--tiler", "overlap-grid", "tile=32", "--blender", "power", "exponent=3")
    run(site, "restore", counts, "b.tif", "--backend", "double", *blended)
    assert "example:box" in run(site, "models")
    assert run(site, "example", "photons", counts) == f"counts.phot: {_sum(counts)}\n"


def _sum(path):
    return int(np.frombuffer(path.read_bytes()[200:], "<u2").sum(dtype=np.int64))


def test_in_python_and_in_a_recipe_of_yaml_they_give_the_same(found, counts):
    text = (
        "model: {name: box, radius: 2}\nnormalizer: anscombe scale=4\n"
        "tiler: {name: rows, served: 20}\nblender: power\n"
    )
    recipe = Recipe.from_yaml(text, found)
    assert Recipe.from_yaml(recipe.to_yaml(found), found) == recipe
    assert "debcr-example/anscombe" in recipe.to_yaml(found)
    assert recipe.provenance(found)["tiler"]["version"] == "1.4.0"
    image = read_image(counts, found)
    one = restore(image, recipe, plugins=found).values
    parts = {"normalizer": "anscombe scale=4", "tiler": "rows served=20", "blender": "power"}
    model = load_model("example:box", plugins=found)
    assert one.shape == restore(image, model, plugins=found, **parts).shape == image.shape
    assert one.std() < image.values.std()


def test_restoring_by_an_unbiased_inverse_keeps_the_mean_of_single_photons(found):
    counts = np.random.default_rng(0).poisson(1.0, (256, 256)).astype(np.float32)
    normalizer = found.create("normalizer", "anscombe")
    fitted = normalizer.fit(make_image(counts, "yx"))
    # A perfect network returns the expectation of what it was given.
    mean = np.full((1, 1, 1), fitted.apply(counts).mean(dtype=np.float64), np.float32)
    assert fitted.undo(mean, counts, ("intensity",)).item() == pytest.approx(1.0, abs=0.03)
    truth = np.array([[0.5, 1.0, 7.0, 300.0]], np.float32)
    there = fitted.apply_to_truth(truth)[np.newaxis]
    np.testing.assert_allclose(fitted.undo(there, truth, ("intensity",))[0], truth, rtol=1e-3)


@pytest.fixture(scope="module")
def trained(site, counts, found):
    """Train the network of volumes by the example's own parts."""
    folder = site.folder.parent
    image = read_image(counts, found).load()
    for sort in ("in", "gt"):
        (folder / sort).mkdir()
        for number in range(3):
            rng = np.random.default_rng(number)
            pixels = rng.binomial(image.values, 0.5) if sort == "in" else image.values // 2
            made = image.copy(data=pixels.astype(np.uint16))
            found.create("writer", "photons").write(made, folder / sort / f"{number}.phot")
    config = {
        "data": {"input": "in", "target": "gt", "split": [0.7, 0.3, 0.0]},
        "patches": {"size": [4, 16, 16], "per_epoch": 8},
        "model": "volume maps=2",
        "normalizer": {"name": "anscombe", "scale": 10},
        "tiler": "rows served=24",
        "blender": "power",
        "loss": "huber delta=0.2",
        "monitor": "histogram",
        "batch_size": 4,
        "stopping": {"epochs": 2},
        "pictures": 0,
    }
    (folder / "train.yaml").write_text(json.dumps(config))
    run(site, "train", "train.yaml", "--run", "run")
    return folder / "run"


def test_training_takes_all_of_them(site, trained, counts):
    held = load_text(trained / "config.yaml")
    assert "volume" in held
    made_of = json.loads(load_text(trained / "environment.json"))["components"]
    assert made_of["loss"] == {"name": "debcr-example/huber", "version": "1.4.0"}
    assert {*made_of} == {"model", "normalizer", "tiler", "blender", "loss", "monitor"}
    assert "histogram" in (trained / "metrics.csv").read_text().splitlines()[0]
    run(site, "restore", counts, "trained.tif", "--model", trained)


def load_text(path):
    return path.read_text(encoding="utf-8")


METADATA = {
    "name": "An example",
    "description": "Restores volumes of photon counts, for tests.",
    "authors": [{"name": "Nobody"}],
    "license": "MIT",
    "version": "1.0.0",
    "cite": [{"text": "None", "doi": "10.1007/978-3-031-73226-3_22"}],
    "tags": ["denoising"],
    "documentation": "README.md",
    "sample": "sample.tif",
    "validation": "Look at both.",
}


def test_a_bundle_carries_the_normalizer_and_runs_without_the_plugin(site, trained, counts, found):
    pytest.importorskip("bioimageio.core")
    from debcr_core import write_image

    folder = site.folder.parent
    (folder / "README.md").write_text("# An example\n")
    write_image(read_image(counts, found), folder / "sample.tif", found, overwrite=True)
    (folder / "metadata.yaml").write_text(json.dumps(METADATA))
    run(site, "package", trained, "bundle.zip", "--metadata", "metadata.yaml")
    run(site, "restore", counts, "with.npy", "--model", "bundle.zip", "--tiler", "halo-grid")
    blocked = {"DEBCR_BLOCK_PLUGINS": "debcr-example"}
    plain = str(folder / "sample.tif")
    done = site.debcr("restore", plain, "without.npy", "--model", "bundle.zip", **blocked)
    assert done.returncode == 0, done.stderr
    assert "debcr-example" in done.stderr
    one, other = (np.load(folder / f"{name}.npy") for name in ("with", "without"))
    np.testing.assert_allclose(one, other, atol=1e-2 * float(np.ptp(other)))
    assert other.mean() == pytest.approx(float(read_image(counts, found).mean()), rel=0.3)


def test_each_has_a_form_in_the_viewer(found):
    pytest.importorskip("napari")
    pytest.importorskip("pytestqt")
    import os

    if sys.platform == "linux" and not any(
        map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))
    ):
        pytest.skip("there is no screen")
    from qtpy.QtWidgets import QApplication

    from napari_adapter.forms.component_form import ComponentForm

    application = QApplication.instance() or QApplication([])
    for offer in found.offers():
        if offer.origin == "debcr-example":
            form = ComponentForm(offer.component.example())
            assert form.value() == offer.component.example()
            form.deleteLater()
    application.processEvents()
