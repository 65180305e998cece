"""Whether PyTorch is needed is known before it is loaded, and mostly whether a GPU is there."""

from __future__ import annotations

import sys

import pytest

from debcr_core import Stop, gpu, load_model, threads
from debcr_plugins.backends.exported import at_hand, exported
from debcr_plugins.zoo.running.onnx import Onnx


def test_torch_is_not_needed_for_what_ships_or_was_exported(tiny):
    shipped = load_model("denoise")
    assert at_hand(shipped.recipe.model, shipped.weights)
    trained = tiny()
    assert not at_hand(trained.recipe.model, trained.weights)
    exported(trained.recipe.model, trained.weights, Stop())
    assert at_hand(trained.recipe.model, trained.weights)


def test_nor_for_onnx_files_but_for_all_else(identity, tmp_path):
    assert at_hand(Onnx(), tmp_path / "weights.onnx")
    assert not at_hand(identity(), None)


@pytest.mark.parametrize(
    ("system", "build", "driver", "asked"),
    [
        ("linux", "2.13.0+cpu", True, False),
        ("linux", "2.13.0", False, False),
        ("linux", "2.13.0", True, True),
        ("linux", "2.13.0+rocm6.4", False, True),
        ("win32", "2.13.0+cu130", True, True),
        ("darwin", "2.13.0", False, True),
    ],
)
def test_torch_is_asked_for_a_gpu_only_where_there_may_be_one(
    monkeypatch, system, build, driver, asked
):
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(gpu.platform, "machine", lambda: "arm64")
    monkeypatch.setattr(gpu, "version", lambda name: build)
    monkeypatch.setattr(gpu, "_loads", lambda library: driver)
    assert gpu.gpu_may_be_there() is asked


@pytest.mark.parametrize(("said", "count"), [("3", 3), ("2,1", 2), ("x", None), ("0", None)])
def test_threads_are_as_many_as_the_user_says(monkeypatch, said, count):
    monkeypatch.setenv("OMP_NUM_THREADS", said)
    monkeypatch.setattr(threads.os, "sched_getaffinity", lambda _: {0, 1, 2, 5}, raising=False)
    monkeypatch.setattr(threads, "_quota", lambda: 9)
    assert threads.threads_at_hand() == (count or 4)


@pytest.mark.parametrize(
    ("text", "count"), [("150000 100000", 2), ("max 100000", 4), ("", 4), ("1000 100000", 1)]
)
def test_threads_are_no_more_than_a_container_allows(monkeypatch, tmp_path, text, count):
    (tmp_path / "cpu.max").write_text(text)
    monkeypatch.setattr(threads, "QUOTA", tmp_path / "cpu.max")
    monkeypatch.setattr(threads.os, "cpu_count", lambda: 4)
    monkeypatch.setattr(threads.os, "sched_getaffinity", lambda _: {0, 1, 2, 5}, raising=False)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert threads.threads_at_hand() == count
