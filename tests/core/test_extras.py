"""Where a library of an extra is not installed, a sentence says how to get it."""

from __future__ import annotations

import sys

import pytest
from typer.testing import CliRunner

from debcr_core.cli.app import build_app
from debcr_core.errors import UsageError
from debcr_core.missing_extras import needs_extra


def test_the_sentence_names_who_needs_what_and_where_it_is():
    with (
        pytest.raises(UsageError, match=r'^Downloads need nothing_like_it, .*"debcr-zoo\[zoo\]"'),
        needs_extra("zoo", "Downloads need"),
    ):
        import nothing_like_it  # noqa: F401


@pytest.mark.parametrize(
    ("library", "arguments", "sentence"),
    [
        ("lightning", ("train", "config.yaml"), "Training needs lightning, which is not installed"),
        ("bioimageio.spec", ("models", "bundle"), "Model Zoo need bioimageio.spec, which is not"),
    ],
)
def test_a_command_without_its_extra_says_so(
    plugins, tmp_path, monkeypatch, library, arguments, sentence
):
    (tmp_path / "config.yaml").write_text("data: {input: a, target: b}\n")
    (tmp_path / "bundle").mkdir()
    (tmp_path / "bundle" / "rdf.yaml").write_text("type: model\nformat_version: 0.5.4\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, library, None)
    result = CliRunner().invoke(build_app(plugins), list(arguments))
    assert result.exit_code == 2
    assert sentence in " ".join(result.output.split())
