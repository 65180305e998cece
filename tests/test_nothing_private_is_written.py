"""What the commands write for others names no folder, user or computer of the one who ran them."""

from __future__ import annotations

import getpass
import io
import platform
import socket
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile, is_zipfile

import numpy as np
import pytest
import tifffile
from typer.testing import CliRunner

from debcr_core import load_model
from debcr_core.cli.app import build_app
from debcr_core.errors import DebcrWarning, UsageError
from debcr_core.files.private_names import without_names
from debcr_core.files.private_paths import private_paths, without_folders
from debcr_core.offering.own_verbs import OWN_VERBS
from debcr_core.plugins import Plugins
from debcr_core.trained import Card, for_others
from debcr_core.yaml.strict import dump_yaml
from debcr_plugins.mrbcr.released import kernel_shapes
from debcr_plugins.zoo.publishing.template import template
from debcr_plugins.zoo.publishing.validity import check_private

USER, COMPUTER = "ada-lovelace-q7", "analytical-engine-q7"
PRINT_ALONE = {"check", "backends", "cache", "info", "models", "noise", "plugins"}
"""Commands that write no file."""
FOR_RESUMING = {"config.yaml", "best.ckpt", "last.ckpt"}
"""Files of a run that must say where its images are."""
TRAINING = {
    "patches": {"size": 32, "per_epoch": 4},
    "model": {"name": "unet", "widths": [4, 8]},
    "batch_size": 2,
    "stopping": {"epochs": 1},
    "machine": {"accelerator": "cpu"},
    "pictures": 1,
    "card": {
        "description": f"Made at /home/{USER}/proj by {USER}@{COMPUTER}.",
        "limits": f"See ~/{USER}/notes.txt, ../../{USER}/secret.tif.",
    },
}
METADATA = {
    "name": "A model for tests",
    "description": "Smooths.",
    "authors": [{"name": "Ada Lovelace"}],
    "license": "MIT",
    "cite": [{"text": "Lovelace, 1843", "url": "https://example.org/notes/g"}],
    "version": "1.0.0",
    "tags": ["2d"],
    "sample": "sample.tif",
    "documentation": "README.md",
    "validation": "Look at it.",
}


def images(home: Path) -> None:
    """Write four pairs, one of which cannot be read, and what the other commands start from."""
    for number in range(6):
        rng = np.random.default_rng(number)
        y, x = np.mgrid[:64, :64]
        clean = 100 + 100 * (np.sin(x / 5 + number) * np.cos(y / 7) > 0.2)
        for kind, pixels in (("clean", clean), ("noisy", rng.poisson(clean))):
            path = home / kind / f"{number}.tif"
            path.parent.mkdir(exist_ok=True)
            tifffile.imwrite(path, pixels.astype(np.uint16))
    damaged = home / "noisy" / "5.tif"
    damaged.write_bytes(damaged.read_bytes()[:200])
    tifffile.imwrite(home / "sample.tif", pixels.astype(np.uint16))
    (home / "README.md").write_text("# A model\n")
    (home / "metadata.yaml").write_text(dump_yaml(METADATA))
    # All places are absolute, as files choosers give them.
    data = {"input": str(home / "noisy"), "target": str(home / "clean")}
    (home / "mine.yaml").write_text(dump_yaml({"data": data, **TRAINING}))
    (home / "simulation.yaml").write_text("count: 1\nshape: [64, 64]\n")
    variables = {
        f"{layer}__{part}": np.zeros(shape if part == "kernel" else shape[-1:], np.float32)
        for layer, shape in kernel_shapes().items()
        for part in ("kernel", "bias")
    }
    np.savez(home / "checkpoint.npz", **variables)


def requests(home: Path) -> Iterator[list[object]]:
    """Yield the commands that write, with absolute paths throughout."""
    run, bundle, cells = home / "mine-run", home / "mine.zip", home / "noisy" / "0.tif"
    pairs = ("--input", home / "noisy", "--target", home / "clean")
    yield ["train", "--write-config", home / "new.yaml"]
    yield ["train", home / "mine.yaml"]
    yield ["prepare", home / "mine.yaml", home / "prepared"]
    yield ["package", run, "--write-metadata", home / "new-metadata.yaml"]
    yield ["package", run, bundle, "--metadata", home / "metadata.yaml"]
    yield ["certify", bundle, "--json", home / "certificate.json"]
    for suffix in ("tif", "ome.tif", "ome.zarr", "npz", "npy"):
        yield ["restore", cells, home / f"made.{suffix}", "--model", run, "--record"]
    yield ["restore", cells, home / "shown.png", "--model", bundle, "--dtype", "uint8", "--record"]
    yield ["replay", home / "made.tif", cells, home / "again.tif", "--model", run]
    yield ["evaluate", home / "made.tif", home / "clean" / "0.tif", "--json", home / "figures.json"]
    models = (run, run / "model.safetensors")
    yield ["judge", *models, "--out", home / "judged", *pairs, "--baseline", "wavelet"]
    task = ("--task", "deblur", "--device", "cpu")
    yield ["probe", run, "--out", home / "probed", *task, *pairs]
    yield ["new-plugin", "lab-tools", "--kind", "loss", "--folder", home / "lab-tools"]
    yield ["import-weights", home / "checkpoint.npz", home / "imported.safetensors"]
    yield ["simulate", "--write-config", home / "new-simulation.yaml"]
    yield ["simulate", home / "simulation.yaml", home / "simulated"]
    yield ["demo", home / "demo", "--device", "cpu"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, plugins: Plugins) -> Iterator[Path]:
    """Return a private folder in which every command that writes was run."""
    folder = tmp_path_factory.mktemp("disk") / "home" / USER
    folder.mkdir(parents=True)
    images(folder)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("USER", "LOGNAME", "USERNAME"):
            patch.setenv(name, USER)
        patch.setenv("HOME", str(folder))
        patch.setattr(socket, "gethostname", lambda: COMPUTER)
        patch.setattr(platform, "node", lambda: COMPUTER)
        patch.chdir(folder)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DebcrWarning)
            for request in requests(folder):
                result = CliRunner().invoke(build_app(plugins), [str(word) for word in request])
                assert result.exit_code == 0, result.output
        yield folder


def contents(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield a file's bytes, and those of all that is packed in it."""
    yield from _unpacked(str(path), path.read_bytes())


def _unpacked(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    yield name, content
    if is_zipfile(io.BytesIO(content)):
        with ZipFile(io.BytesIO(content)) as archive:
            for member in archive.namelist():
                yield from _unpacked(f"{name}/{member}", archive.read(member))


def test_no_output_names_a_folder_user_or_computer(home: Path) -> None:
    given = {"clean", "noisy", "mine.yaml", "metadata.yaml", "checkpoint.npz", "simulation.yaml"}
    private = (USER, COMPUTER, str(home.parent), sys.prefix, str(Path(__file__).parents[1]))
    written = [
        path
        for path in home.rglob("*")
        if path.is_file()
        and path.relative_to(home).parts[0] not in given
        and path.name not in FOR_RESUMING
    ]
    found = [
        (name, word)
        for path in written
        for name, content in contents(path)
        for word in private
        if word.encode() in content
    ]
    assert not found
    assert len(written) > 60


def test_every_command_that_writes_was_run(home: Path, plugins: Plugins) -> None:
    verbs = {*OWN_VERBS, *plugins.commands()}
    assert {str(request[0]) for request in requests(home)} == verbs - PRINT_ALONE


def test_a_card_says_how_many_images_it_is_from_and_not_where_they_lie(
    home: Path, plugins: Plugins
) -> None:
    said = load_model(home / "mine-run", plugins=plugins).card.trained_on
    assert said == "3 pairs of images."


def test_a_damaged_pair_is_reported_by_its_name(home: Path) -> None:
    assert "5 (5.tif" in (home / "prepared" / "report.md").read_text()


@pytest.mark.parametrize(
    ("text", "published"),
    [
        ("4 images of /home/ada/noisy.", "4 images of noisy."),
        ("4 images of /scratch/ada/noisy/*.tif.", "4 images of *.tif."),
        ("4 images of /home/ada lovelace/my/noisy.", "4 images of noisy."),
        (r"C:\Users\Ada Lovelace\noisy", "noisy"),
        (r"from \\server\ada\noisy and D:\x\y.tif.", "from noisy and y.tif."),
        ("file:///home/ada/noisy", "noisy"),
        ("/home/ada", "~"),
        ("/data/of ada/my cells", "my cells"),
        ("see ~/notes.txt, ../../ada/secret.tif.", "see notes.txt, secret.tif."),
        ("from ~ada/my/noisy and ..\\ada\\x.tif", "from noisy and x.tif"),
        ("../of ada/my cells", "my cells"),
        ("Cut ~5/10 and ../.. and a/../b, wait.../what", None),
        ("See https://example.org/a/b, 10.5281/zenodo.1.", None),
        ("Noise and/or blur at 1/2 of a/relative/path.", None),
    ],
)
def test_paths_in_a_text_are_cut_to_their_names(text: str, published: str | None) -> None:
    assert without_folders({"said": (text, 3)}) == {"said": (published or text, 3)}


@pytest.mark.parametrize(
    ("text", "published"),
    [
        (f"4 images on {COMPUTER}, by {USER}.", "4 images on …, by …."),
        (f"made by {USER}@{COMPUTER}", "made by …@…"),
        (f"made by {USER}@{COMPUTER}.lab.org on {COMPUTER}.lab.org", "made by …@… on …"),
        (f"See https://{USER}.org/{USER}/x, ask {USER}@example.org.", None),
        (f"{USER}.tif, my-{USER}, {USER}2", None),
    ],
)
def test_names_of_user_and_computer_are_cut_from_a_text(
    monkeypatch: pytest.MonkeyPatch, text: str, published: str | None
) -> None:
    monkeypatch.setenv("LOGNAME", USER)
    monkeypatch.setattr(socket, "gethostname", lambda: f"{COMPUTER}.lab.org")
    assert without_names(text) == (published or text)


def test_names_that_many_have_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "root")
    monkeypatch.setattr(socket, "gethostname", lambda: "Microscope")
    said = "A Microscope whose root is a mean square."
    assert without_names(said) == said


def test_a_user_without_a_name_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError

    monkeypatch.setattr(getpass, "getuser", nobody)
    assert without_names("4 images.") == "4 images."


def test_a_card_for_others_names_no_user_but_its_authors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", USER)
    card = Card(description=f"By {USER}, in ~/{USER}/x.", limits=f"On {USER}.", authors=(USER,))
    assert for_others(card) == Card(description="By …, in x.", limits="On ….", authors=(USER,))


@pytest.mark.parametrize("text", ["Run /usr/bin/fiji on it.", "See https://example.org/a/b."])
def test_what_every_computer_has_is_not_private(text: str) -> None:
    assert private_paths(text) == []
    check_private(text, "the text")


def test_what_an_author_says_is_published_as_it_is_or_refused() -> None:
    with pytest.raises(UsageError, match=r"^The metadata would .* private path /scratch/ada/x:"):
        check_private("training_preprocessing: 4 images of /scratch/ada/x.", "the metadata")


def test_the_metadata_to_fill_in_hold_no_path_of_an_earlier_training() -> None:
    assert "4 images of noisy." in template(Card(trained_on="4 images of /scratch/ada/noisy."))
