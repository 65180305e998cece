"""Text of strangers is shown on the terminal, and steers nothing there."""

from __future__ import annotations

import numpy as np
import pytest
import tifffile
from rich.table import Table

from debcr_core.cli import app
from debcr_core.cli.console import progress_bar, stderr, stdout
from debcr_core.cli.printable import LONGEST, printable
from debcr_core.errors import DebcrWarning
from debcr_core.flow.progress import Progress
from debcr_core.recipe import Recipe
from debcr_core.trained import Card, save_trained

TITLE, RED = "\x1b]0;", "\x9b31m"
HOSTILE = f"a{TITLE}b\x07{RED}c\u202ed\u2066e\u200ff\x00\x7f\r"
SHOWN = "a�]0;b��31mc�d�e�f���"


def test_what_a_terminal_would_obey_is_replaced():
    assert printable(HOSTILE) == SHOWN


@pytest.mark.parametrize(
    "text", ["µm × 2 … 3", "日本語 ünï", "two\nlines\tand a tab", "[red] :smile:"]
)
def test_other_text_stays_as_it_is(text):
    assert printable(text) == text


def test_bytes_that_are_no_text_are_replaced():
    assert printable(b"\xff.tif".decode("utf-8", "surrogateescape")) == "�.tif"


def test_of_a_long_sentence_both_ends_are_shown():
    shown = printable(f"The file {'x' * 900_000} is missing: fetch it.")
    assert shown.startswith("The file xxx")
    assert shown.endswith("xxx is missing: fetch it.")
    assert len(shown) <= LONGEST + len(" … ")


@pytest.mark.parametrize("console", [stdout, stderr])
def test_sentences_headings_and_cells_are_printed_so(console, capsys):
    console().print(HOSTILE)
    table = Table(HOSTILE, title=HOSTILE)
    table.add_row(HOSTILE)
    console().print(table)
    out, err = capsys.readouterr()
    printed = out + err
    assert printed.count(SHOWN) == 4
    assert TITLE not in printed
    assert RED not in printed


def test_markup_is_shown_rather_than_obeyed(capsys):
    stdout().print("[red]a[/blue] :smile:")
    assert capsys.readouterr().out == "[red]a[/blue] :smile:\n"


def test_errors_are_printed_so(debcr):
    result = debcr("models", HOSTILE.replace("\x00", ""))
    assert result.exit_code == 2
    assert 'no trained model "a�]0;b��31mc�d�e�f��"' in result.output


def test_warnings_are_printed_so(capsys):
    app._warned(DebcrWarning(HOSTILE))
    assert capsys.readouterr().err == f"Warning: {SHOWN}\n"


def test_the_card_and_recipe_of_a_model_are_printed_so(debcr, tmp_path, plugins):
    parts = {"normalizer": "min-max", "tiler": "halo-grid", "blender": "crop"}
    hidden = {"weights": "a\u202eb\x9bc"}
    recipe = Recipe.from_dict({"model": "m-rbcr", **parts, **hidden}, plugins)
    card = Card(description=HOSTILE, authors=(HOSTILE,), figures={"P\u202eSNR": 1.0})
    tensors = {"a": np.zeros(1, np.float32)}
    save_trained(tmp_path / "a.safetensors", tensors, recipe, card, plugins)
    result = debcr("models", "a.safetensors")
    assert result.exit_code == 0, result.output
    assert "P�SNR: 1.0" in result.output
    assert not {"\x1b", "\x9b", "\x07", "\u202e", "\u2066"} & set(result.output)


def test_names_of_channels_are_printed_so(debcr, tmp_path):
    metadata = {"axes": "CYX", "Channel": {"Name": ["G\x9b31mFP", "D\u202eAPI"]}}
    planes = np.zeros((2, 16, 16), np.uint16)
    tifffile.imwrite(tmp_path / "a.ome.tif", planes, metadata=metadata)
    result = debcr("info", "a.ome.tif")
    assert result.exit_code == 0, result.output
    assert "G�31mFP, D�API" in result.output


def test_labels_of_progress_bars_are_printed_so(monkeypatch, capsys):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "200")
    with progress_bar(f"[/red]{HOSTILE}") as show:
        show(Progress(1, 2))
    shown = capsys.readouterr().err
    assert f"[/red]{SHOWN}" in shown
    assert TITLE not in shown
    assert RED not in shown
