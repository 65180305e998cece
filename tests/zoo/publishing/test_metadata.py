"""What an author writes is checked and asked for by name; no other file is published."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from debcr_core.errors import DebcrError, ReadError, UsageError
from debcr_core.plugins import Plugins
from debcr_core.strict_yaml import load_yaml
from debcr_plugins.mrbcr import SRBCR
from debcr_plugins.normalizers.percentile import Percentile
from debcr_plugins.zoo.publishing.command import package as command
from debcr_plugins.zoo.publishing.metadata import read_metadata
from debcr_plugins.zoo.publishing.package import package


def test_a_missing_key_is_asked_for_by_name(author: Any) -> None:
    with pytest.raises(UsageError, match='needs the parameter "license"'):
        read_metadata(author.says(without="license"))


def test_an_unknown_key_names_the_nearest_one(author: Any) -> None:
    with pytest.raises(UsageError, match=r'"licence".* Did you mean "license"\?'):
        read_metadata(author.says(licence="MIT"))


def test_an_unknown_key_of_an_author_names_the_nearest_one(author: Any) -> None:
    with pytest.raises(UsageError, match=r'Did you mean "affiliation"\?'):
        read_metadata(author.says(authors=[{"name": "Ada", "afiliation": "none"}]))


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


def test_what_the_zoo_does_not_accept_is_said_and_leaves_nothing(author: Any, trained: str) -> None:
    author.says(license="my own")
    with pytest.raises(UsageError, match="do not make a valid bundle: .*license"):
        package(trained, author.folder / "bundle.zip", author.plugins)
    assert not list(author.folder.glob("*bundle*"))


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


def test_the_template_asks_for_all_that_is_required_and_holds_what_is_known(
    plugins: Plugins, tmp_path: Path
) -> None:
    path = tmp_path / "metadata.yaml"
    assert run_command(plugins, "denoise", "--write-metadata", path).exit_code == 0
    values = load_yaml(path.read_text(), str(path))
    assert values["license"] == "MIT"
    assert values["cite"][0]["doi"] == "10.1007/978-3-031-73226-3_22"
    assert "# github_user" not in path.read_text()
    assert "# git_repo" in path.read_text()
    assert read_metadata(path).name


def test_the_command_wants_either_a_bundle_or_a_template(plugins: Plugins) -> None:
    assert "OUT.zip" in str(run_command(plugins, "denoise").exception)
