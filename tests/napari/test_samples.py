"""Sample data: offline, the same each time, quick, and as the menu says."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest

pytest.importorskip("napari")

from npe2 import PluginManifest

from napari_adapter import samples

MADE = {each: getattr(samples, each)() for each in ("noisy_and_truth", "stack", "series", "pairs")}


@pytest.mark.parametrize("name", MADE)
def test_a_sample_is_the_same_each_time(name) -> None:
    again = getattr(samples, name)()
    for (pixels, arguments, _), (before, others, _) in zip(again, MADE[name], strict=True):
        assert np.array_equal(pixels, before)
        assert arguments == others


def light(data: Any) -> float:
    """Return how bright the structures are, above the darkest pixels."""
    return float(np.percentile(data, 99.9) - np.median(data))


def test_the_pair_is_a_noisy_image_and_its_truth() -> None:
    (truth, _, _), (noisy, _, _) = MADE["noisy_and_truth"]
    assert truth.shape == noisy.shape
    assert np.corrcoef(truth.ravel(), noisy.ravel())[0, 1] > 0.6
    assert np.diff(noisy).std() > 2 * np.diff(truth.astype("f4")).std()


def test_the_stack_has_planes_in_micrometres_that_differ_in_what_is_sharp() -> None:
    ((pixels, arguments, _),) = MADE["stack"]
    assert arguments["axis_labels"] == ("z", "y", "x")
    assert arguments["scale"] == [0.3, 0.1, 0.1]
    assert pixels.dtype == np.uint16


def test_the_channels_of_the_series_differ_much_in_brightness() -> None:
    (nuclei, arguments, _), (vesicles, _, _) = MADE["series"]
    assert arguments["axis_labels"] == ("t", "y", "x")
    assert arguments["units"][0] == "second"
    assert light(nuclei) > 20 * light(vesicles)
    assert not np.array_equal(nuclei[0], nuclei[-1])


def test_training_pairs_are_as_many_inputs_as_targets() -> None:
    (targets, _, _), (inputs, _, _) = MADE["pairs"]
    assert targets.shape == inputs.shape == (16, 128, 128)


def test_samples_open_from_the_menu(viewer) -> None:
    for sample in PluginManifest.from_distribution("debcr-zoo").contributions.sample_data:
        assert viewer.open_sample("debcr-zoo", sample.key)
    names = [layer.name for layer in viewer.layers]
    assert {"nuclei truth", "nuclei noisy", "filaments", "cells: nuclei"} <= {*names}
    assert viewer.layers["cells: vesicles"].blending == "additive"


def test_samples_need_no_torch() -> None:
    script = (
        "import sys; from napari_adapter import samples\n"
        "for make in (samples.noisy_and_truth, samples.stack, samples.series, samples.pairs):\n"
        "    make()\n"
        "print({'torch', 'skimage', 'matplotlib', 'lightning'} & {*sys.modules})"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"
