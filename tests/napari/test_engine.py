"""What is costly is opened so that the viewer goes on drawing."""

from __future__ import annotations

import pytest

pytest.importorskip("napari")

from napari_adapter.engine import Choice, Engine


@pytest.mark.parametrize("gpu", [True, False])
def test_torch_is_mapped_before_it_is_asked_for_a_gpu_and_else_not_needed(
    gpu: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    monkeypatch.setattr("napari_adapter.engine.gpu_may_be_there", lambda: gpu)
    monkeypatch.setattr("napari_adapter.engine.preload_torch", lambda: done.append("mapped"))
    for module in ("torch", "onnx"):
        place = f"debcr_plugins.backends.{module}.gpu_at_hand"
        monkeypatch.setattr(place, lambda: bool(done.append("asked")))
    engine = Engine()
    with engine.using(Choice("denoise")) as runner:
        assert runner.backend.startswith("onnxruntime")
    engine.close()
    assert done[0] == ("mapped" if gpu else "asked")
    assert ("mapped" in done) is gpu
