"""Networks of PyTorch are exported once, kept and checked; PyTorch computes what cannot be."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import stat
import threading
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from debcr_core import Card, Runner, Signature, Stop, listening, load_model, replay_file, restore
from debcr_core.errors import Cancelled, ReadError
from debcr_core.plugins import Plugins
from debcr_plugins.backends import exported as module
from debcr_plugins.backends import exports
from debcr_plugins.backends.exported import exported
from debcr_plugins.backends.network_key import network_key
from debcr_plugins.backends.shipping import export_shipped

SHIPPED = sorted(path.parent for path in Path(str(files("zoo_packages"))).glob("*/weights.onnx"))


def kept(cache):
    return sorted(cache.rglob("*.onnx"))


def difference(one, other):
    return float(np.abs(one - other).max() / np.ptp(other))


@pytest.fixture
def export(tiny):
    """Return a function that exports a trained model, and says what was warned of."""

    def made(trained=None):
        trained = trained or tiny()
        with listening() as heard:
            content = exported(trained.recipe.model, trained.weights, Stop())
        return content, [warning.kind for warning in heard]

    return made


@pytest.mark.parametrize("backend", ["onnx", "openvino"])
@pytest.mark.parametrize("name", ["denoise", "deblur"])
def test_results_are_those_of_torch(backend, name, cells):
    if backend == "openvino":
        pytest.importorskip("openvino")
    expected = restore(cells, name, device="cpu", backend="torch")
    found = restore(cells, name, device="cpu", backend=backend)
    assert difference(found.values, expected.values) <= 1e-5


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda folder: folder.name)
def test_what_ships_is_what_the_export_makes_now(folder, plugins):
    block = np.random.default_rng(0).random((1, 1, 72, 88), np.float32)
    trained = load_model(folder.name)
    key = network_key(trained.recipe.model, trained.weights, Stop())
    shipped = (folder / "weights.onnx").read_bytes()
    assert key.encode() in shipped, "run python -m debcr_plugins.backends.shipping"
    outputs = [
        module.as_predictor(module.session_of(content, "cpu", folder.name)).compute(block, Stop())
        for content in (shipped, export_shipped(folder, plugins))
    ]
    with Runner(trained, "cpu", backend="torch") as runner:
        expected = runner.predict(block)
    # Of the range of what it was given: of noise a denoiser leaves little.
    assert all(np.abs(output - expected).max() <= 1e-5 for output in outputs)
    assert len(SHIPPED) == len(list(folder.parent.glob("*/weights.safetensors")))


def test_what_ships_is_not_exported_anew(cells, cache, monkeypatch):
    monkeypatch.setattr(module, "made", None)
    with Runner(load_model("denoise"), "cpu") as runner:
        assert runner.backend.startswith("onnxruntime")
    assert kept(cache) == []


def test_a_network_is_exported_once(tiny, export, cache, monkeypatch):
    content, warnings = export()
    assert (warnings, len(kept(cache))) == ([], 1)
    monkeypatch.setattr(module, "made", None)
    assert export()[0] == content


def test_cards_and_recipes_do_not_matter_but_weights_and_parameters_do(tiny, export, cache):
    export(tiny(card=Card(description="Another.")))
    export(tiny("renamed.safetensors"))
    assert len(kept(cache)) == 1
    export(tiny(maps=5))
    other = tiny("other.safetensors")
    raw = bytearray(other.weights.read_bytes())
    raw[-1] ^= 1
    other.weights.write_bytes(raw)
    export(other)
    assert len(kept(cache)) == 3


def test_beside_a_strangers_weights_an_onnx_file_is_not_believed(tiny, export):
    trained = tiny()
    key = network_key(trained.recipe.model, trained.weights, Stop())
    trained.weights.with_name("weights.onnx").write_bytes(key.encode())
    assert export(trained)[0] != key.encode()


def test_classes_that_one_function_makes_are_told_apart(tiny):
    trained = tiny()

    def made(step):
        class Made(type(trained.recipe.model)):
            name = f"by-{step}"

            @property
            def signature(self):
                return Signature("yx", (step, step), (step, step))

        return Made()

    assert len({network_key(made(step), trained.weights, Stop()) for step in (1, 5)}) == 2


@pytest.mark.parametrize("damage", [b"", b"not ONNX", None])
def test_a_damaged_file_is_exported_anew_and_that_is_said(export, cache, damage):
    content, _ = export()
    (path,) = kept(cache)
    path.write_bytes(content[:-1] if damage is None else damage)
    again, warnings = export()
    assert (again, warnings) == (content, ["damaged-cache"])
    assert export()[1] == []


@pytest.mark.skipif(os.name != "posix" or os.getuid() == 0, reason="root may write everywhere")
def test_a_cache_that_cannot_be_written_does_no_harm(export, cache):
    cache.chmod(stat.S_IRUSR | stat.S_IXUSR)
    content, warnings = export()
    cache.chmod(stat.S_IRWXU)
    assert content
    assert warnings == ["cache"]


def test_a_cache_that_cannot_be_a_folder_does_no_harm(tiny, cells, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("DEBCR_CACHE", str(tmp_path / "file" / "cache"))
    with listening() as heard, Runner(tiny(), "cpu") as runner:
        assert runner.backend.startswith("onnxruntime")
        plan = runner.plan(cells)
    assert [warning.kind for warning in heard + list(runner.warnings)] == ["cache"]
    assert str(runner.warnings[0]).count("DEBCR_CACHE") == 1
    assert "let DEBCR_CACHE name another one" in str(runner.warnings[0])
    # What is made does not depend on the cache, and neither do its bytes.
    assert plan.record()["warnings"] == []


def test_what_was_not_used_for_longest_goes_first(cache, monkeypatch):
    monkeypatch.setattr(exports, "LIMIT", 250)
    keys = [hashlib.sha256(bytes([n])).hexdigest() for n in range(3)]
    for number, key in enumerate(keys[:2]):
        exports.put_in(key, "net", bytes([number]) * 100)
        os.utime(kept(cache)[0], (number, number))
    assert exports.taken_out(keys[0]) is not None
    exports.put_in(keys[2], "net", b"2" * 100)
    assert [exports.taken_out(key) is None for key in keys] == [False, True, False]
    # What was just made stays, however large.
    exports.put_in(keys[1], "net", b"1" * 1000)
    assert [exports.taken_out(key) is None for key in keys] == [True, False, True]


def test_what_a_killed_process_left_in_the_cache_goes(cache):
    folder = cache / "networks"
    folder.mkdir()
    old, new = folder / ".partial-0-net.onnx", folder / ".partial-1-net.onnx"
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))
    exports.put_in("0" * 64, "net", b"whole")
    assert (old.exists(), new.exists()) == (False, True)


def _put(number):
    for _ in range(30):
        exports.put_in("ab" * 32, "net", b"same" * 1000)
        assert exports.taken_out("ab" * 32) == b"same" * 1000
    return number


def test_processes_that_export_at_once_do_not_harm_each_other(cache):
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        assert pool.map(_put, range(2)) == [0, 1]
    assert len([path for path in cache.rglob("*") if path.is_file()]) == 1


@pytest.mark.parametrize(
    ("network", "sentence"),
    [("BySize", "computes something else once it is exported"), ("Sorted", "cannot be exported")],
)
def test_what_cannot_be_exported_is_computed_by_torch_and_said(tiny, cache, network, sentence):
    with Runner(tiny(made_by=network), "cpu") as runner:
        assert runner.backend.startswith("torch")
    (warning,) = runner.warnings
    assert sentence in str(warning)
    assert "PyTorch computes it" in str(warning)
    assert kept(cache) == []


def test_weights_that_do_not_fit_are_a_sentence_as_before(tiny):
    trained = tiny()
    trained.weights.write_bytes(tiny("five.safetensors", maps=5).weights.read_bytes())
    with pytest.raises(ReadError, match='do not fit the model "tiny": first.bias has shape'):
        Runner(trained, "cpu")
    trained.weights.write_bytes(b"\xff" * 100)
    with pytest.raises(ReadError, match="is not a whole safetensors file"):
        Runner(trained, "cpu")


@pytest.mark.parametrize("backend", ["onnx", "openvino"])
def test_the_bytes_are_the_same_with_one_thread_and_two(backend, monkeypatch):
    if backend == "openvino":
        pytest.importorskip("openvino")
    block = np.random.default_rng(0).random((1, 1, 200, 168), np.float32)
    found = []
    for threads in ("1", "2", "2,1"):
        monkeypatch.setenv("OMP_NUM_THREADS", threads)
        with Runner(load_model("denoise"), "cpu", backend=backend) as runner:
            found.append(runner.predict(block).tobytes())
    assert len(set(found)) == 1


def test_a_stop_is_answered_inside_a_tile():
    stop = Stop()
    block = np.zeros((1, 1, 2048, 2048), np.float32)
    with Runner(load_model("denoise"), "cpu", backend="onnx") as runner:
        threading.Timer(0.3, stop.request).start()
        with pytest.raises(Cancelled):
            runner.predict(block, stop)
        assert np.isfinite(runner.predict(block[:, :, :64, :64])).all()


def test_a_record_states_backend_and_precision_and_is_replayed_by_them(cells, tmp_path, plugins):
    from debcr_core import restore_file, write_image

    write_image(cells, tmp_path / "in.tif", plugins)
    for backend, computed in (("torch", "torch"), ("onnx", "onnxruntime"), (None, "torch")):
        out, again = tmp_path / f"{backend}.tif", tmp_path / f"{backend}-again.tif"
        restore_file(tmp_path / "in.tif", out, device="cpu", backend=backend, record=True)
        record = json.loads(Path(f"{out}.json").read_text())
        named = record["model"]["backend"]
        assert (named and named["name"]) == (backend and f"debcr-zoo/{backend}")
        assert record["model"]["precision"] == "float32"
        assert record["machine"]["backend"].startswith(computed)
        replay_file(out, tmp_path / "in.tif", again)
        assert again.read_bytes() == out.read_bytes()


def test_records_of_before_backends_are_replayed_in_the_networks_own_way(cells, tmp_path, plugins):
    from debcr_core import restore_file, write_image

    write_image(cells, tmp_path / "in.tif", plugins)
    out = tmp_path / "out.tif"
    restore_file(tmp_path / "in.tif", out, device="cpu", backend="torch", record=True)
    record = json.loads(Path(f"{out}.json").read_text())
    del record["model"]["backend"], record["model"]["precision"]
    replay_file(record, tmp_path / "in.tif", tmp_path / "again.npy", plugins=Plugins.discover())
    np.testing.assert_array_equal(
        np.load(tmp_path / "again.npy"), restore(cells, device="cpu", backend="torch").values
    )
