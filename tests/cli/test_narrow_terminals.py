"""Tables on narrow terminals lose no word."""

from __future__ import annotations

import pytest
from rich.table import Table

from debcr_core.cli.console import stdout

WITHOUT_LINES = dict.fromkeys(map(ord, "│┃┏┓┡┩┳╇┬┴└┘┌┐━─"), " ")
MODEL = ("--model", "same")
TABLES = [
    ["models"],
    ["models", "same"],
    ["plugins"],
    ["plugins", "percentile"],
    ["info", "cells.tif"],
    ["restore", "cells.tif", "out.tif", "--dry-run", *MODEL],
    ["evaluate", "cells.tif", "cells.tif"],
]


@pytest.mark.parametrize("words", TABLES, ids=" ".join)
@pytest.mark.parametrize("columns", [20, 40])
def test_every_word_of_a_wide_terminal_is_there(debcr, image, monkeypatch, words, columns):
    monkeypatch.setenv("COLUMNS", "1000")
    wide = debcr(*words).stdout
    monkeypatch.setenv("COLUMNS", str(columns))
    narrow = debcr(*words)
    assert narrow.exit_code == 0
    shown = "".join(narrow.stdout.split())
    missing = [word for word in wide.translate(WITHOUT_LINES).split() if word not in shown]
    # Times and memory are measured anew.
    assert not [word for word in missing if not set("0123456789") & set(word)]


def test_a_row_is_told_by_its_headers(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "20")
    table = Table("name", "architecture", "licence")
    table.add_row("denoise", "residual-network", "MIT")
    stdout().print(table)
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert lines == ["name: denoise", "  architecture:", "  residual-network", "  licence: MIT"]


def test_a_table_that_fits_stays_one(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "20")
    table = Table("name", "is")
    table.add_row("PSNR", "20 dB")
    stdout().print(table)
    assert "┃" in capsys.readouterr().out


def test_control_characters_are_replaced_there_too(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "8")
    table = Table("name", "description")
    table.add_row("red\x1b[31m", "a\x07bell")
    stdout().print(table)
    assert not set("\x1b\x07") & set(capsys.readouterr().out)


@pytest.mark.parametrize("verb", [[], ["restore"], ["replay"], ["models"], ["info"], ["train"]])
@pytest.mark.parametrize("columns", [20, 34, 59])
def test_help_is_no_wider_than_a_narrow_terminal(debcr, monkeypatch, verb, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    lines = debcr(*verb, "--help").output.splitlines()
    assert max(map(len, lines)) <= columns


def test_help_is_plain_text_where_its_tables_would_be_cut(debcr, monkeypatch):
    for columns, framed in ((20, False), (80, True)):
        monkeypatch.setenv("COLUMNS", str(columns))
        shown = debcr("restore", "--help").output
        assert ("╭" in shown) is framed
        assert {"--normalizer", "--contrast-stretch", "folder"} <= set(shown.split())
