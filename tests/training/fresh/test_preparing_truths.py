"""`debcr prepare` on good images: written as they are, shown as training degrades them."""

from __future__ import annotations

import numpy as np
import pytest

from debcr_core.errors import UsageError
from debcr_plugins.normalizers.percentile import Percentile
from debcr_plugins.pairs.config_file import data_config, read_document
from debcr_plugins.training.prepare_command import prepare
from debcr_plugins.training.preparing import prepare_data


def test_they_read_back_as_the_same_truths_degraded_alike(
    described, made, truths, tmp_path, plugins
):
    config = described(shape=(80, 90))
    out = tmp_path / "out"
    normalizer = Percentile(clip=False)
    prepare_data(config.data, normalizer, out, plugins, degrade=config.degrade)
    read = data_config(read_document(out / "data.yaml"), out / "data.yaml")
    assert read.truth == str(out / "train" / "truth")
    (before, _), (after, _) = made(config), made(config.model_copy(update={"data": read}))
    for one, other in zip(
        before.validation + before.test, after.validation + after.test, strict=True
    ):
        np.testing.assert_array_equal(one.pair.input.values, other.pair.input.values)
    assert "![The first patches" in (out / "report.md").read_text()
    assert (out / "patches.png").read_bytes().startswith(b"\x89PNG")


def test_how_they_are_degraded_is_checked(truths, tmp_path, plugins):
    path = tmp_path / "config.yaml"
    path.write_text(f"data: {{truth: {truths()}}}\ndegrade: {{photon: [1, 2]}}\n")

    class Context:
        obj = plugins

    with pytest.raises(UsageError, match=r'"photon".*Did you mean "photons"'):
        prepare(Context(), path, tmp_path / "out")  # type: ignore[arg-type]
