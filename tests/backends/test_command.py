"""Backends on the command line: chosen, explained, and without PyTorch where it is not needed."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.resources import files

import numpy as np
import pytest
from typer.testing import CliRunner

from debcr_core import restore, write_image
from debcr_core.cli.app import build_app
from debcr_core.errors import UsageError
from debcr_core.files.cache import cache_folder
from debcr_core.notices import listening
from debcr_core.plugins import Plugins
from debcr_plugins.backends.openvino import OpenVino

WITHOUT_TORCH = """
import sys
from debcr_core.cli import main
sys.argv = ["debcr", *sys.argv[1:]]
try:
    main()
finally:
    print(sorted({"torch", "onnx", "openvino"} & set(sys.modules)))
"""


@pytest.fixture
def source(cells, tmp_path, plugins):
    path = tmp_path / "cells.tif"
    write_image(cells, path, plugins)
    return path


@pytest.fixture
def debcr(plugins):
    """Return a function that runs the command; its exit status and what it said, in one line."""

    def run(*words):
        result = CliRunner().invoke(build_app(plugins), [*map(str, words)])
        return result.exit_code, " ".join(result.output.split())

    return run


def test_a_restoration_on_a_processor_does_not_load_torch(source, tmp_path):
    words = ("restore", source, tmp_path / "out.tif", "--device", "cpu", "--record")
    program = [sys.executable, "-c", WITHOUT_TORCH, *map(str, words)]
    result = subprocess.run(program, capture_output=True, text=True, check=True)
    assert result.stdout.split("\n")[-2] == "[]"
    record = json.loads((tmp_path / "out.tif.json").read_text())
    assert record["machine"]["backend"].startswith("onnxruntime")


def test_a_kept_export_does_not_load_torch_either(tmp_path, source, cache):
    model = tmp_path / "unet.safetensors"
    model.write_bytes(files("zoo_packages").joinpath("denoise/weights.safetensors").read_bytes())
    loaded = []
    for name in ("one.tif", "two.tif"):
        words = ("restore", source, tmp_path / name, "--device", "cpu", "--model", model)
        program = [sys.executable, "-c", WITHOUT_TORCH, *map(str, words)]
        result = subprocess.run(program, capture_output=True, text=True, check=True)
        loaded.append(result.stdout.split("\n")[-2])
    assert loaded == ["['onnx', 'torch']", "[]"]
    assert (tmp_path / "one.tif").read_bytes() == (tmp_path / "two.tif").read_bytes()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--backend", "onxx"), 'There is no backend "onxx". Did you mean "onnx"?'),
        (("--precision", "float8"), 'There is no precision "float8"'),
        (("--backend", "onnx", "--precision", "bfloat16"), "computes in float32, not in bfloat16"),
    ],
)
def test_wrong_requests_are_sentences(debcr, source, tmp_path, options, sentence):
    for verb in ("restore", "restore --dry-run"):
        status, said = debcr(*verb.split(), source, tmp_path / "out.tif", *options)
        assert (status, sentence in said) == (2, True), said
        assert not (tmp_path / "out.tif").exists()


def test_a_backend_that_is_not_installed_is_a_sentence_with_the_command(
    debcr, source, tmp_path, monkeypatch
):
    absent = 'it needs pip install "debcr-zoo[openvino]".'
    monkeypatch.setattr(OpenVino, "missing", classmethod(lambda cls: absent))
    status, said = debcr("restore", source, tmp_path / "out.tif", "--backend", "openvino")
    assert (status, absent in said) == (2, True), said
    assert absent in debcr("backends")[1]


def test_the_backend_is_the_one_that_was_asked_for(debcr, source, tmp_path):
    for backend, version in (("torch", "torch 2"), ("onnx", "onnxruntime 1")):
        out = tmp_path / f"{backend}.tif"
        debcr("restore", source, out, "--device", "cpu", "--backend", backend, "--record")
        record = json.loads((tmp_path / f"{backend}.tif.json").read_text())
        assert record["machine"]["backend"].startswith(version)


def test_backends_are_compared_and_the_choice_explained(debcr):
    status, said = debcr("backends", "denoise", "--device", "cpu")
    assert status == 0
    for word in ("onnx", "torch", "openvino", "Mpx/CPU-s", "--backend auto takes onnx for denoise"):
        assert word in said
    assert "version:" not in said, "a table that fits into 80 columns, not a list"
    assert debcr("backends", "missing.safetensors")[0] == 2


def test_a_backend_that_is_not_here_is_said_below_the_others(debcr, monkeypatch):
    monkeypatch.setattr(OpenVino, "missing", classmethod(lambda cls: "it needs a cure."))
    said = debcr("backends", "denoise", "--device", "cpu")[1]
    assert "openvino in float32: it needs a cure. --backend auto takes onnx" in said


def test_the_cache_is_listed_and_cleared(debcr, cache):
    assert "Nothing is in the cache" in debcr("cache")[1]
    (cache_folder("networks") / "tiny-1-2.onnx").write_bytes(b"1" * 2000)
    (cache_folder("urls", "key", "files") / "rdf.yaml").write_bytes(b"2" * 3000)
    said = debcr("cache")[1]
    for word in ("networks/tiny-1-2.onnx", "2 kB", "urls/key", "3 kB", "5 kB in all"):
        assert word in said, said
    assert "Deleted 5 kB" in debcr("cache", "--clear")[1]
    assert list(cache.iterdir()) == []
    assert debcr("cache", "--clear")[0] == 0


def test_a_cache_of_many_entries_is_listed_in_short(debcr, cache):
    for number in range(30):
        cache_folder("urls", f"{number:032x}")
        sums = f"{number:016x}-{number + 1:016x}"
        (cache_folder("networks") / f"my-model-{sums}.onnx").write_bytes(b"1" * 1000)
    said = debcr("cache")[1]
    assert said.count("my-model-00000000…-00000000….onnx") == 20
    assert "And 10 more, 10 kB." in said
    assert "30 kB in all" in said
    assert "urls" not in said
    assert "1970" not in said


def test_no_link_in_the_cache_leads_out_of_it(debcr, cache, tmp_path):
    outside = tmp_path / "mine"
    outside.mkdir()
    (outside / "image.tif").write_bytes(b"1" * 5000)
    (cache_folder("networks") / "link").symlink_to(outside)
    (cache / "other").symlink_to(outside)
    debcr("cache", "--clear")
    assert (outside / "image.tif").exists()


@pytest.mark.parametrize("backend", ["torch", "openvino"])
def test_bfloat16_is_near_and_its_error_is_said(backend, cells, tmp_path):
    if backend == "openvino":
        pytest.importorskip("openvino")
    exact = restore(cells, device="cpu", backend=backend).values
    with listening() as heard:
        try:
            found = restore(cells, device="cpu", backend=backend, precision="bfloat16").values
        except UsageError as error:
            pytest.skip(str(error))
    (warning,) = [each for each in heard if each.kind == "precision"]
    assert "Computed in bfloat16, pixels differ from those in float32 by" in str(warning)
    assert 0 < np.abs(found - exact).max() / np.ptp(exact) < 0.02


@pytest.mark.parametrize("module", ["torch_bfloat16", "openvino"])
def test_bfloat16_without_its_instructions_is_refused(module, cells, monkeypatch):
    if module == "openvino":
        pytest.importorskip("openvino")
        monkeypatch.setattr("debcr_plugins.backends.openvino._abilities", lambda core: ["FP32"])
    else:
        monkeypatch.setattr(f"debcr_plugins.backends.{module}._has_bfloat16", lambda device: False)
    with pytest.raises(UsageError, match="no instructions for bfloat16, which would be slower"):
        restore(cells, device="cpu", backend=module.partition("_")[0], precision="bfloat16")


def test_all_backends_are_plugins():
    offered = [offer.qualified_name for offer in Plugins.discover().offers("backend")]
    assert offered == ["debcr-zoo/onnx", "debcr-zoo/openvino", "debcr-zoo/torch"]
