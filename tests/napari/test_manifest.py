"""What napari and npe2 read of us."""

from __future__ import annotations

from importlib.metadata import distribution
from importlib.resources import files

import pytest

pytest.importorskip("napari")

from npe2 import PluginManifest

pytestmark = pytest.mark.each_napari


@pytest.fixture
def manifest() -> PluginManifest:
    return PluginManifest.from_distribution("debcr-zoo")


def test_the_manifest_has_the_name_of_the_distribution(manifest) -> None:
    assert manifest.name == distribution("debcr-zoo").name
    assert manifest.display_name == "DeBCR"


def test_what_the_manifest_names_can_be_imported(manifest) -> None:
    manifest.validate_imports()


def test_the_icon_is_a_square_picture_that_qt_can_draw(manifest, qapp) -> None:
    from qtpy.QtSvg import QSvgRenderer

    package, _, resource = manifest.icon.partition(":")
    drawing = QSvgRenderer(files(package).joinpath(resource).read_bytes())
    assert drawing.isValid()
    assert drawing.viewBox().width() == drawing.viewBox().height()


def test_no_binding_of_qt_is_brought_along() -> None:
    wanted = " ".join(distribution("debcr-zoo").requires or ()).lower()
    assert "pyqt" not in wanted
    assert "pyside" not in wanted
