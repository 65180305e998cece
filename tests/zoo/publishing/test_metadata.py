"""What an author writes is checked and asked for by name; no other file is published."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from debcr_core.errors import DebcrError, ReadError, UsageError
from debcr_core.files.writing import write_image
from debcr_core.image import make_image
from debcr_core.plugins import Plugins
from debcr_core.trained import Card
from debcr_core.yaml.strict import load_yaml
from debcr_plugins.mrbcr import MRBCR, SRBCR
from debcr_plugins.normalizers.percentile import Percentile
from debcr_plugins.zoo.publishing.command import package as command
from debcr_plugins.zoo.publishing.metadata import read_metadata
from debcr_plugins.zoo.publishing.package import package
from debcr_plugins.zoo.publishing.template import template


def test_a_missing_key_is_asked_for_by_name(author: Any) -> None:
    with pytest.raises(UsageError, match='needs the parameter "license"'):
        read_metadata(author.says(without="license"))


def test_an_unknown_key_names_the_nearest_one(author: Any) -> None:
    with pytest.raises(UsageError, match=r'"licence".* Did you mean "license"\?'):
        read_metadata(author.says(licence="MIT"))


def test_an_unknown_key_of_an_author_names_the_nearest_one_of_an_author(author: Any) -> None:
    with pytest.raises(
        UsageError, match=r'Did you mean "affiliation"\? Known: affiliation, email,'
    ):
        read_metadata(author.says(authors=[{"name": "Ada", "afiliation": "none"}]))


def test_a_sentence_that_begins_with_a_path_leaves_its_letters_alone(author: Any) -> None:
    with pytest.raises(UsageError) as caught:
        read_metadata(author.says(licence="MIT"))
    assert str(caught.value).startswith(str(author.folder))


def test_a_citation_needs_a_place(author: Any) -> None:
    with pytest.raises(UsageError, match="a citation needs a doi or a url"):
        read_metadata(author.says(cite=[{"text": "Lovelace"}]))


def test_metadata_that_are_no_mapping_or_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "metadata.yaml"
    path.write_text("- a list")
    with pytest.raises(ReadError, match="holds no metadata"):
        read_metadata(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ReadError, match="no UTF-8 text"):
        read_metadata(path)


@pytest.fixture
def trained(author: Any) -> str:
    author.shows((40, 50), "yx")
    source: str = author.trains(SRBCR(residual=True), Percentile(clip=False))
    return source


@pytest.mark.parametrize(
    "name", ["../secret.tif", "/etc/hostname", "sub/../../secret.tif", "C:\\secret.tif", "link.tif"]
)
def test_only_files_of_the_metadata_folder_are_published(
    name: str, author: Any, trained: str
) -> None:
    (author.folder / "link.tif").symlink_to(author.folder / "sample.tif")
    author.says(sample=name)
    with pytest.raises(UsageError, match="own folder|is a link"):
        package(trained, author.folder / "bundle.zip", author.plugins)
    assert not (author.folder / "bundle.zip").exists()


def test_a_folder_that_is_a_link_leads_nowhere(author: Any, trained: str, tmp_path: Path) -> None:
    (author.folder / "sub").symlink_to(author.folder, target_is_directory=True)
    author.says(documentation="sub/README.md")
    with pytest.raises(UsageError, match="is a link"):
        package(trained, author.folder / "bundle.zip", author.plugins)


def test_a_sample_that_is_not_there_is_named(author: Any, trained: str) -> None:
    author.says(sample="other.tif")
    with pytest.raises(UsageError, match=r"there is no file .*other\.tif"):
        package(trained, author.folder / "bundle.zip", author.plugins)


def test_a_sample_of_other_axes_is_refused(author: Any, trained: str) -> None:
    author.shows((3, 40, 50), "zyx")
    with pytest.raises(UsageError, match="has the axes"):
        package(trained, author.folder / "bundle.zip", author.plugins)


ADA = {"name": "Ada"}


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"license": "my own"}, "'my own', which is no SPDX identifier"),
        ({"authors": [{**ADA, "orcid": "123"}]}, "not make a valid bundle: .*orcid"),
        ({"authors": [{**ADA, "email": "ada"}]}, "not make a valid bundle: .*email"),
        ({"authors": [{**ADA, "github_user": "a b"}]}, '"github_user" of "authors.0" .*letters'),
        ({"authors": [{"name": "a/b"}]}, '"name" of "authors.0" .*names without /'),
        ({"cite": [{"text": "x", "doi": "x"}]}, '"doi" of "cite.0" .*starts with 10'),
        ({"git_repo": "here"}, "not make a valid bundle: .*git_repo"),
        ({"training_data": "a b"}, '"training_data" of .*lower-case letters'),
        ({"name": "\x1b[31mred"}, r"\"name\" of .*it is '\\x1b\[31mred'"),
        ({"version": 1.0}, "a version is three numbers, such as 1.0.0; it is 1.0"),
        ({"tags": []}, '"tags" of .* must not be empty'),
        ({"name": "x"}, '"name" of .* must have 5 characters or more'),
    ],
)
def test_what_the_zoo_does_not_accept_is_said_before_anything_is_measured(
    said: dict[str, Any], sentence: str, author: Any, trained: str
) -> None:
    author.says(**said)
    heard: list[str] = []
    with pytest.raises(UsageError, match=sentence):
        package(trained, author.folder / "bundle.zip", author.plugins, say=heard.append)
    assert heard == ["Checking what is published."]
    assert not list(author.folder.glob("*bundle*"))


@pytest.mark.parametrize(
    ("pixels", "sentence"),
    [
        (np.full((40, 50), 7.0), "is 7 everywhere"),
        (np.full((40, 50), np.nan), "holds NaN or infinite values"),
    ],
)
def test_a_sample_that_shows_nothing_is_refused(
    pixels: np.ndarray, sentence: str, author: Any, trained: str
) -> None:
    image = make_image(pixels.astype(np.float32), "yx")
    write_image(image, author.folder / "sample.tif", author.plugins, overwrite=True)
    with pytest.raises(UsageError, match=sentence):
        package(trained, author.folder / "bundle.zip", author.plugins)


def test_a_sample_that_no_input_of_the_network_is_as_small_as_is_refused(author: Any) -> None:
    author.shows((3, 5), "yx")
    with pytest.raises(UsageError, match="has 3×5 pixels, but the network sees 4×4 or more"):
        package(author.trains(MRBCR()), author.folder / "bundle.zip", author.plugins)


def test_an_empty_readme_is_refused(author: Any, trained: str) -> None:
    (author.folder / "README.md").write_text(" \n")
    with pytest.raises(UsageError, match=r"README\.md is empty: say what the model does"):
        package(trained, author.folder / "bundle.zip", author.plugins)


def test_the_command_says_what_it_does_while_it_works(author: Any, trained: str) -> None:
    result = run_command(author.plugins, trained, author.folder / "bundle.zip")
    assert result.exit_code == 0
    assert result.stdout == ""
    for sentence in ("Exporting as state dict", "how far tiles must overlap", "Comparing", "Wrote"):
        assert sentence in result.stderr


def test_a_bundle_is_a_zip_and_replaced_only_when_asked(author: Any, trained: str) -> None:
    with pytest.raises(UsageError, match=r"call it bundle\.zip"):
        package(trained, author.folder / "bundle", author.plugins)
    (author.folder / "bundle.zip").write_text("mine")
    with pytest.raises(UsageError, match="exists already"):
        package(trained, author.folder / "bundle.zip", author.plugins)
    assert (author.folder / "bundle.zip").read_text() == "mine"


PACKAGE = """
import sys
from pathlib import Path
from debcr_core.plugins import Plugins
from debcr_plugins.zoo.publishing.package import package

package(sys.argv[1], Path(sys.argv[2]), Plugins.discover())
"""


def test_with_a_timestamp_packaging_gives_the_same_bytes_again(author: Any, trained: str) -> None:
    bundles = [author.folder / name for name in ("one.zip", "two.zip")]
    for bundle in bundles:
        subprocess.run([sys.executable, "-c", PACKAGE, trained, str(bundle)], check=True)
    assert bundles[0].read_bytes() == bundles[1].read_bytes()


def run_command(plugins: Plugins, *arguments: object) -> Any:
    app = typer.Typer()
    app.command()(command)
    return CliRunner().invoke(app, list(map(str, arguments)), obj=plugins)


def test_without_metadata_the_command_says_how_to_write_them(author: Any, trained: str) -> None:
    (author.folder / "metadata.yaml").unlink()
    result = run_command(author.plugins, trained, author.folder / "bundle.zip")
    assert isinstance(result.exception, DebcrError)
    assert "--write-metadata" in str(result.exception)


def test_the_template_holds_what_is_known_and_names_what_is_missing(
    plugins: Plugins, tmp_path: Path
) -> None:
    path = tmp_path / "metadata.yaml"
    assert run_command(plugins, "denoise", "--write-metadata", path).exit_code == 0
    text = path.read_text()
    values = load_yaml(text, str(path))
    assert values["license"] == "MIT"
    assert values["cite"][0]["doi"] == "10.1007/978-3-031-73226-3_22"
    assert "# github_user" not in text
    assert "# git_repo" in text
    missing = [f'"{key}"' for key, value in values.items() if value is None]
    assert '"name"' in missing
    with pytest.raises(UsageError, match=f"needs the parameters {', '.join(missing)}"):
        read_metadata(path)


def test_the_examples_of_the_template_are_valid_as_they_stand(tmp_path: Path) -> None:
    path = tmp_path / "metadata.yaml"
    lines = [line for line in template(Card()).splitlines() if not re.fullmatch(r"\w+:", line)]
    examples = [line[2:] for line in lines if re.match(r"# (\w+:|- |  )", line)]
    path.write_text("\n".join(examples))
    said = read_metadata(path)
    assert (said.version, said.tags[1]) == ("1.0.0", "2d")


def test_a_template_for_what_cannot_be_published_is_refused(author: Any, bundle: Any) -> None:
    path = author.folder / "new.yaml"
    result = run_command(author.plugins, bundle(), "--write-metadata", path)
    assert "is no PyTorch network" in str(result.exception)
    assert not path.exists()


def test_the_command_wants_either_a_bundle_or_a_template(plugins: Plugins) -> None:
    assert "OUT.zip" in str(run_command(plugins, "denoise").exception)
