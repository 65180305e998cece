"""A model's card says what its makers say, whoever they are, and does nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("napari")

from qtpy.QtCore import Qt

from debcr_core.recipe import Recipe
from debcr_core.signature import Channel, Signature
from debcr_core.trained import Card, TrainedModel
from napari_adapter.models import card_text, card_view
from napari_adapter.models.card_view import CardView
from napari_adapter.models.opening import Opened
from napari_adapter.models.signature_words import in_words
from napari_adapter.models.strangers_text import as_html, link_of


@pytest.fixture
def view(qtbot):
    made = CardView()
    made.setFixedWidth(330)
    qtbot.addWidget(made)
    return made


def unfolded(view, qtbot, model) -> str:
    view.show_model(model)
    view.show()
    qtbot.mouseClick(view.more, Qt.MouseButton.LeftButton)
    return view.text.text()


def opened(plugins, **card) -> Opened:
    parts = {"model": "m-rbcr", "normalizer": "percentile", "tiler": "halo-grid"}
    recipe = Recipe.from_dict(
        {key: {"name": name} for key, name in {**parts, "blender": "crop"}.items()}, plugins
    )
    return Opened(TrainedModel("x", recipe, card=Card(**card)), recipe.model.signature)


def test_a_hostile_card_brings_in_no_html_and_no_width(view, plugins, qtbot) -> None:
    evil = "<img src='file:///etc/passwd'><a href='file:///x'>click</a>\u202e\x1b[31m" + "A" * 10**6
    hostile = opened(
        plugins,
        description=evil,
        trained_on=evil,
        limits=evil,
        licence=evil,
        authors=(evil,) * 10_000,
        cite=(evil, "javascript:alert(1)", "file:///etc/passwd", *["10.1/x"] * 10_000),
        figures={f"{evil}{number}": 1.0 for number in range(10)},
        covers=(evil,),
    )
    html = unfolded(view, qtbot, hostile)
    assert "<img" not in html
    assert "<a " not in html
    assert not any(sign in html for sign in "\u202e\x1b")
    assert len(html) < 20_000
    assert "and 9988 more" in html
    assert view.layout().minimumSize().width() < 330


def test_links_of_a_card_are_opened_in_the_browser(view, plugins, qtbot, monkeypatch) -> None:
    browsed = []
    monkeypatch.setattr(card_view, "browse", browsed.append)
    cited = opened(plugins, description="x", cite=("doi:10.1000/a&b<c>", "https://a.org/?q=1"))
    html = unfolded(view, qtbot, cited)
    assert 'href="https://doi.org/10.1000/a&amp;b%3Cc%3E"' in html
    for address in ("https://a.org/?q=1", "file:///etc/passwd", "javascript:alert(1)"):
        view.text.linkActivated.emit(address)
    assert browsed == ["https://a.org/?q=1"]


def test_a_card_tells_pixel_size_photons_licence_authors_and_figures(plugins) -> None:
    told = opened(
        plugins,
        licence="MIT",
        authors=("A", "B"),
        pixel_size=(0.05, 0.2),
        photons=(2, 400),
        figures={"PSNR": 31.25},
    )
    html = card_text.whole(told, "#000000")
    for said in ("0.05–0.2 µm", "2–400 in the brightest", "MIT", "A, B", "PSNR: 31.25"):
        assert said in html
    assert card_text.says_more(told)
    assert not card_text.says_more(opened(plugins, description="d"))


@given(st.text(), st.integers(1, 50))
def test_no_text_of_a_stranger_becomes_html(text, longest) -> None:
    html = as_html(text, longest)
    assert not set("<>\"'") & set(html)
    assert len(html) <= 7 * (longest + 1)


@pytest.mark.parametrize(
    "text",
    [
        "file:///etc/passwd",
        "javascript:alert(1)",
        "ftp://example.org",
        "https://",
        "https://github.com@evil.org/",
        "https://gіthub.com",  # not a Latin i
        "https://a.org/\nx",
        "https://[",
        "10.1000",
        "some words",
        "",
    ],
)
def test_what_is_no_web_address_or_doi_becomes_no_link(text) -> None:
    assert link_of(text) == ""


@pytest.mark.parametrize(
    ("signature", "words"),
    [
        (Signature("yx", (4, 4)), "planes (2-D), one channel at a time"),
        (Signature("zyx", (1, 4, 4)), "stacks (3-D), one channel at a time"),
        (Signature("cyx", (4, 4), channels_in=2), "planes (2-D), 2 channels at once"),
        (Signature("tyx", (1, 4, 4)), "time series of planes (2-D), one channel at a time"),
        (
            Signature("yx", (4, 4), fixed_size=(64, 64)),
            "planes (2-D), one channel at a time, in tiles of 64×64 pixels",
        ),
        (
            Signature("yx", (4, 4), channels_out=(Channel("mean"), Channel("std", "spread"))),
            "planes (2-D), one channel at a time, gives 2 channels (mean, std)",
        ),
    ],
)
def test_what_a_network_takes_and_gives_is_told_in_words(signature, words) -> None:
    assert in_words(signature) == words
