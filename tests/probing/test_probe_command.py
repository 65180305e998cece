"""`debcr probe` writes a report with figures, bars and what stands beside."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from scipy import ndimage
from typer.testing import CliRunner

from debcr_core import ImageError, UsageError
from debcr_core.cli.app import build_app
from debcr_core.flow.opening import load_model
from debcr_plugins.judging.baselines.richardson_lucy import RichardsonLucy
from debcr_plugins.probing import probing
from debcr_plugins.probing.probing import probe

PAIRED = {"input": "confocal", "target": "sted"}


@pytest.fixture
def quick(monkeypatch):
    """Leave few conditions of each measure."""
    from debcr_plugins.probing import (
        filters,
        no_signal,
        simulated,
        simulated_sharp,
        smoothed_truth,
    )

    monkeypatch.setattr(simulated_sharp, "BLURS", (3.0,))
    monkeypatch.setattr(simulated_sharp, "COUNT", 2)
    monkeypatch.setattr(RichardsonLucy, "grid", lambda: [RichardsonLucy(width=2.0, iterations=8)])
    monkeypatch.setattr(filters, "FILTERS", (filters.Gaussian,))
    monkeypatch.setattr(smoothed_truth, "GAINS", {20: 1.0})
    monkeypatch.setattr(no_signal, "PHOTONS", (10,))
    monkeypatch.setattr(simulated, "COUNT", 2)


def test_a_denoiser_is_measured_by_all_that_fits_it(quick, tmp_path, plugins):
    counts = np.random.default_rng(0).poisson(30, (64, 72)).astype(np.uint16)
    counts[20:40, 20:40] *= 4
    np.save(tmp_path / "a.npy", counts)
    images = [str(tmp_path / "a.npy")]
    model = load_model("denoise", plugins=plugins)
    said: list[str] = []
    out = tmp_path / "report"
    probe(model, out, plugins, images=images, counts=images, device="cpu", say=said.append)
    written = {path.name for path in out.iterdir()}
    assert written == {"report.md", "report.html", "figures.json", "photons-20.png"}
    figures = json.loads((out / "figures.json").read_text("utf-8"))
    assert list(figures) == [
        *("Noise on simulated micrographs", "Noise on real micrographs", "Noise of real counts"),
        *("Fine texture", "No signal, no structure", "Photometry"),
    ]
    [row] = figures["Noise on real micrographs"]
    assert row["bar"] == {"at least": 1.0}
    assert row["holds"] is (row["value"] >= 1.0)
    text = (out / "report.md").read_text("utf-8")
    bars = [each["holds"] for rows in figures.values() for each in rows if each["bar"]]
    assert f"Of {len(bars)} bars it reaches {sum(bars)}." in text
    assert [line[:4] for line in said[1:]] == [f"{n}/{len(figures)} " for n in range(1, 7)]
    assert said[0] in text
    assert "a denoiser (`--task denoise`). Micrographs: 1; real counts: 1." in said[0]


def test_a_sharpener_is_measured_on_simulated_micrographs_and_pairs(quick, tmp_path, plugins):
    rng = np.random.default_rng(0)
    for folder in ("confocal", "sted"):
        (tmp_path / folder).mkdir()
    for name in "ab":
        sharp = 100 * ndimage.gaussian_filter(rng.random((64, 72)), 1)
        np.save(tmp_path / "sted" / f"{name}.npy", sharp)
        np.save(tmp_path / "confocal" / f"{name}.npy", ndimage.gaussian_filter(sharp, 2))
    sides = [f"--{side}={tmp_path / folder}" for side, folder in PAIRED.items()]
    out = tmp_path / "report"
    words = ["probe", "denoise", "--task", "deblur", *sides, "--out", str(out)]
    result = CliRunner().invoke(build_app(plugins), words)
    assert result.exit_code == 0, result.output
    assert "Micrographs: simulated ones (`--images` names real ones); pairs: 2." in " ".join(
        result.stderr.split()
    )
    assert {path.name for path in out.glob("*.png")} == {"blur-3.png", "worst.png", "best.png"}
    html = (out / "report.html").read_text("utf-8")
    assert "<title>Probe of denoise</title>" in html
    assert html.count("data:image/png") == 3
    text = (out / "report.md").read_text("utf-8")
    figures = json.loads((out / "figures.json").read_text("utf-8"))
    missed = [row for rows in figures.values() for row in rows if row["holds"] is False]
    listed = text.partition("Not reached:\n\n")[2].partition("\n\n")[0].splitlines()
    assert len(listed) == len(missed) > 0
    assert re.search(r"Of \d+ bars it reaches \d+\.", result.stdout)[0] in text


def test_without_pairs_a_sharpeners_report_says_what_is_missing(quick, tmp_path, plugins):
    said: list[str] = []
    model = load_model("denoise", plugins=plugins)
    parts = probe(model, tmp_path / "out", plugins, task="deblur", say=said.append)
    assert "pairs: none (`--input` and `--target` name them)" in said[0]
    assert said[0] in (tmp_path / "out" / "report.md").read_text("utf-8")
    assert "Sharpness on real pairs" not in [part.title for part in parts]


def test_counts_that_are_none_are_refused_before_anything_is_measured(tmp_path, plugins):
    np.save(tmp_path / "a.npy", np.random.default_rng(0).random((64, 72)))
    said: list[str] = []
    with pytest.raises(ImageError, match="no whole ones"):
        probe(
            load_model("denoise", plugins=plugins),
            tmp_path / "out",
            plugins,
            counts=[str(tmp_path / "a.npy")],
            say=said.append,
        )
    assert said == []


def test_what_a_task_has_no_use_for_is_refused(tmp_path, plugins):
    model = load_model("denoise", plugins=plugins)
    with pytest.raises(UsageError, match="Counts of photons measure --task denoise"):
        probe(model, tmp_path / "out", plugins, task="deblur", counts=["a.tif"])
    pair = [None]
    with pytest.raises(UsageError, match="--task deblur"):
        probe(model, tmp_path / "out", plugins, pairs=pair)
    assert not (tmp_path / "out").exists()


def test_each_task_has_its_bars():
    assert probing.STRUCTURE["denoise"] < probing.STRUCTURE["deblur"]
    assert probing.TOTAL["denoise"] < probing.TOTAL["deblur"]
