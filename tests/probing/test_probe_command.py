"""`debcr probe` writes a report with figures, bars and what stands beside."""

from __future__ import annotations

import json

import numpy as np
import pytest

from debcr_core import ImageError, UsageError
from debcr_core.flow.opening import load_model
from debcr_plugins.probing import probing
from debcr_plugins.probing.probing import probe


@pytest.fixture
def quick(monkeypatch):
    """Leave few conditions of each measure."""
    from debcr_plugins.probing import filters, no_signal, simulated, smoothed_truth

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
    assert {path.name for path in out.iterdir()} == {"report.md", "report.html", "figures.json"}
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
    assert len(said) == len(figures)


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
