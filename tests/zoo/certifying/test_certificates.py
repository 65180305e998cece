"""A certificate says what holds, and finds what does not."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import threading
from zipfile import ZipFile

import numpy as np
import pytest
from typer.testing import CliRunner

from debcr_core.cli.app import build_app
from debcr_core.errors import Cancelled, ReadError, UsageError
from debcr_core.stopping import Stop
from debcr_core.yaml.strict import dump_yaml, load_yaml
from debcr_plugins.zoo.certifying import core_test
from debcr_plugins.zoo.certifying.certifying import CORE_TEST, certify
from debcr_plugins.zoo.certifying.consumers import Verdict
from debcr_plugins.zoo.certifying.report import Check, Report
from debcr_plugins.zoo.running.network import to_layout


@pytest.fixture
def tested(bundle, convolution):
    """Return a function that makes a bundle of one convolution with its test tensors."""

    def make(output_error=0.0, **network):
        own = convolution(**{"halo": 1, **network})
        folder = bundle(own)
        given = np.random.default_rng(0).normal(size=(own.seen, 24, 28)).astype(np.float32)
        made = own.whole(given).astype(np.float32)
        made[0, 3, 4] += output_error
        for name, array in (("in", given), ("out", made)):
            np.save(folder / f"{name}.npy", to_layout(array[None], "yx", own.layout))

        def add(rdf):
            rdf["inputs"][0]["test_tensor"] = {"source": "in.npy"}
            rdf["outputs"][0]["test_tensor"] = {"source": "out.npy"}

        changed(folder, add)
        return folder

    return make


@pytest.fixture
def debcr(plugins):
    """Return a function that runs ``debcr ARGS``."""

    def run(*args):
        return CliRunner().invoke(build_app(plugins), [str(arg) for arg in args])

    return run


def changed(folder, change):
    rdf = load_yaml((folder / "rdf.yaml").read_text(), "rdf")
    change(rdf)
    (folder / "rdf.yaml").write_text(dump_yaml(rdf))


def states(report):
    return {check.name: check.state for check in report.checks}


def detail(report, name):
    return next(check.detail for check in report.checks if check.name == name)


def test_a_bundle_that_does_what_it_says_passes(tested, plugins):
    report = certify(tested(), plugins=plugins)
    assert report.passed
    assert report.verdict == "nothing failed, but 2 of 6 checks were skipped"
    assert states(report)["onnx reproduces the test output"] == "passed"
    assert states(report)["tiled equals whole"] == "passed"
    assert states(report)[CORE_TEST] == "skipped"


def test_a_test_output_that_does_not_come_out_is_found(tested, plugins):
    report = certify(tested(output_error=0.5), plugins=plugins)
    assert not report.passed
    assert states(report)["onnx reproduces the test output"] == "failed"
    assert "largest difference 0.5" in detail(report, "onnx reproduces the test output")


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda out: np.full_like(out, np.nan), "NaN or infinite"),
        (lambda out: np.concatenate([out, out]), "1 test inputs, but 2 test outputs"),
        (lambda out: out[:0], "0 test outputs"),
        (lambda out: out[..., :-1], "but the test output has"),
        (lambda out: out.reshape(1, 1, 12, 56), "but the test output has"),
        (lambda out: out[0], "does not fit"),
    ],
)
def test_a_test_output_of_another_kind_is_found(tested, plugins, spoil, reason):
    folder = tested()
    np.save(folder / "out.npy", spoil(np.load(folder / "out.npy")))
    report = certify(folder, plugins=plugins)
    assert states(report)["onnx reproduces the test output"] == "failed"
    assert reason in detail(report, "onnx reproduces the test output")


def test_files_whose_use_was_skipped_are_held_against_their_checksums(
    denoise_bundle, plugins, tmp_path
):
    with ZipFile(denoise_bundle) as archive:
        archive.extractall(tmp_path / "bundle")
    with (tmp_path / "bundle" / "architecture.py").open("a") as file:
        file.write("# more")
    report = certify(tmp_path / "bundle", plugins=plugins)
    name = "its files are those that were published"
    assert states(report)[name] == "failed"
    assert "architecture.py" in detail(report, name)


def test_a_tolerance_of_the_rdf_counts(tested, plugins):
    def tolerate(rdf):
        tolerance = {"relative_tolerance": 1e-3, "absolute_tolerance": 0.6}
        rdf["config"] = {"bioimageio": {"reproducibility_tolerance": [tolerance]}}

    folder = tested(output_error=0.5)
    changed(folder, tolerate)
    assert certify(folder, plugins=plugins).passed


def test_axes_of_any_order_are_looked_at_in_their_own(tested, plugins):
    sizes = {"y": (24, 4), "x": (20, 4)}
    report = certify(tested(layout="bxyc", cell=4, halo=8, sizes=sizes), plugins=plugins)
    assert states(report)["onnx reproduces the test output"] == "passed"
    assert states(report)["tiled equals whole"] == "passed"
    assert "tiles of 32×32" in detail(report, "tiled equals whole")


@pytest.mark.parametrize(("step", "state"), [(4, "passed"), (1, "failed")])
def test_a_seam_between_tiles_is_found(tested, plugins, step, state):
    """The network averages cells of 4 pixels: tiles that start elsewhere give another result."""
    sizes = dict.fromkeys("yx", (20, step))
    report = certify(tested(cell=4, halo=9, sizes=sizes), plugins=plugins)
    assert states(report)["tiled equals whole"] == state


def test_a_missing_halo_is_found(tested, plugins):
    report = certify(tested(halo=None), plugins=plugins)
    assert states(report)["tiled equals whole"] == "failed"
    assert "gives no halo" in detail(report, "tiled equals whole")


def test_weights_that_are_not_the_published_ones_are_found(tested, plugins):
    folder = tested()
    with (folder / "weights.onnx").open("ab") as file:
        file.write(b"more")
    report = certify(folder, plugins=plugins)
    assert states(report)["onnx reproduces the test output"] == "failed"
    assert "not the file that was published" in detail(report, "onnx reproduces the test output")


def test_missing_test_tensors_are_found(bundle, plugins):
    report = certify(bundle(), plugins=plugins)
    assert "gives no test tensor" in detail(report, "onnx reproduces the test output")
    assert not report.passed


def test_an_rdf_that_is_not_valid_ends_it(bundle, plugins):
    with pytest.raises(ReadError, match="no valid model RDF"):
        certify(bundle(license=["MIT"]), plugins=plugins)


KERAS = {"source": "weights.h5", "tensorflow_version": "1.15", "sha256": "0" * 64}


@pytest.fixture
def nothing_else_runs(monkeypatch):
    """Let nothing be fetched and no test of bioimageio.core start, which takes half a minute."""

    def fail(*args, **kwargs):
        pytest.fail(f"started: {args} {kwargs}")

    monkeypatch.setattr("debcr_plugins.zoo.certifying.certifying.run_core_test", fail)
    monkeypatch.setattr("debcr_plugins.zoo.access.bundle.download", fail)


@pytest.mark.usefixtures("nothing_else_runs")
@pytest.mark.parametrize(
    ("kind", "entry"),
    [
        ("keras_hdf5", KERAS),
        (
            "keras_v3",
            {**KERAS, "source": "weights.keras", "keras_version": "3.0", "backend": ["jax", "0.4"]},
        ),
        ("tensorflow_saved_model_bundle", {**KERAS, "source": "https://example.org/weights.zip"}),
        ("tensorflow_js", {**KERAS, "source": "http://example.org/weights.zip"}),
    ],
)
def test_weights_that_do_not_run_here_are_said_to_be_that_at_once(bundle, plugins, kind, entry):
    if kind == "keras_v3":
        del entry["tensorflow_version"]
    folder = bundle(weights={kind: entry}, documentation="https://example.org/README.md")
    report = certify(folder, trust_code=True, plugins=plugins)
    assert not report.passed
    assert detail(report, "its weights run here") == (
        f"No weights run here: it offers weights as {kind}: onnx, torchscript and "
        "pytorch_state_dict can run here."
    )
    assert detail(report, CORE_TEST) == "No weights run here."
    assert detail(report, "tiled equals whole") == "No weights run here."
    files = detail(report, "its files are those that were published")
    assert ("Not fetched" in files) == entry["source"].startswith("http")


IGNORING = """
import signal, sys, time
signal.signal(signal.SIGINT, signal.SIG_IGN)  # as in the background of a script
from debcr_core.cli import app
from debcr_core.flow.network import OpenNetwork

def endless(self, block, stop=None):
    print("working", flush=True)
    while True:
        stop.check()
        time.sleep(0.01)

OpenNetwork.predict = endless
sys.argv = ["debcr", "certify", sys.argv[1]]
app.run()
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_inside_a_check_and_no_certificate_is_written(tested, tmp_path, number):
    command = [sys.executable, "-c", IGNORING, str(tested())]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "working\n"
            process.send_signal(number)
            _, said = process.communicate(timeout=20)
        finally:
            process.kill()
    assert process.returncode == 130
    assert "Interrupted; nothing unfinished was left behind." in said
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]


def test_bioimageio_cores_own_test_is_ended_where_that_is_asked_for(monkeypatch, tmp_path):
    monkeypatch.setattr(core_test, "SCRIPT", "import time; time.sleep(1000)")
    stop = Stop()
    threading.Timer(0.5, stop.request).start()
    with pytest.raises(Cancelled):
        core_test.run_core_test(tmp_path, stop=stop)


@pytest.mark.usefixtures("nothing_else_runs")
def test_code_of_a_bundle_whose_files_are_others_is_not_run_by_bioimageio_core(tested, plugins):
    folder = tested()
    with (folder / "weights.onnx").open("ab") as file:
        file.write(b"more")
    report = certify(folder, trust_code=True, plugins=plugins)
    assert detail(report, CORE_TEST) == "Not all of its files are those that were published."


def test_a_file_that_would_come_unencrypted_is_named_and_not_fetched(tested, plugins):
    folder = tested()
    changed(folder, lambda rdf: rdf.update(covers=[{"source": "http://example.org/a.png"}]))
    report = certify(folder, plugins=plugins)
    assert report.passed
    files = detail(report, "its files are those that were published")
    assert files == "1 checksums hold. Not fetched: covers.0."


def test_what_is_no_bundle_is_said(plugins):
    with pytest.raises(UsageError, match="is no bundle"):
        certify("denoise", plugins=plugins)


def test_the_shipped_model_passes_every_check(denoise_bundle, plugins):
    report = certify(denoise_bundle, trust_code=True, plugins=plugins)
    assert {check.name: check.detail for check in report.checks if check.state != "passed"} == {}
    core = detail(report, CORE_TEST)
    assert "no warning of severity 30 or more" in core.lower()
    assert float(core.split(" of the metadata")[0].split()[-1]) >= 0.9
    runs = {verdict.consumer: verdict.runs for verdict in report.verdicts}
    assert runs.pop("CAREamics") is False
    assert all(runs.values())


def test_a_network_of_which_one_weight_is_changed_fails(denoise_bundle, plugins, tmp_path):
    """The formats must agree with each other and with the test output, whichever is changed."""
    import torch

    with ZipFile(denoise_bundle) as archive:
        archive.extractall(tmp_path / "bundle")
    weights = tmp_path / "bundle" / "weights.pt"
    state = torch.load(weights, weights_only=True)
    state["head_full.weight"] *= 1.1
    torch.save(state, weights)
    changed(tmp_path / "bundle", lambda rdf: rdf["weights"]["pytorch_state_dict"].pop("sha256"))
    report = certify(tmp_path / "bundle", plugins=plugins)
    found = states(report)
    assert found["onnx reproduces the test output"] == "passed"
    assert found["pytorch_state_dict in our own m-rbcr reproduces the test output"] == "failed"
    assert found["the weights formats agree with each other"] == "failed"


def test_the_command_prints_and_stores_it(tested, debcr, tmp_path):
    folder = tested()
    result = debcr("certify", folder, "--json", tmp_path / "report.json")
    assert result.exit_code == 0, result.output
    stored = folder.with_name("bundle.certificate.md").read_text()
    assert stored.strip() in result.stdout
    assert json.loads((tmp_path / "report.json").read_text())["passed"]
    again = debcr("certify", folder)
    assert again.exit_code == 2
    assert "exists already" in again.output


def test_no_text_of_the_bundle_forges_the_certificate_or_steers_the_terminal():
    hostile = "a\x1b]0;b\x9b\u202e | passed |\n| forged"
    checks = [Check(hostile, "failed", hostile * 1000)]
    report = Report(hostile, hostile, {"numpy": "2"}, checks, [Verdict("JDLL", False, (hostile,))])
    text = report.to_markdown()
    assert not {"\x1b", "\x9b", "\u202e"} & set(text)
    assert "\n| forged" not in text
    assert len(text) < 4000


def test_a_name_that_is_no_utf_8_can_be_stored():
    name = b"\xff.zip".decode("utf-8", "surrogateescape")
    report = Report(name, name, {}, [], [])
    assert "�.zip" in report.to_markdown().encode().decode()
    assert json.loads(report.to_json().encode())["bundle"] == name


def test_a_failed_certificate_is_stored_and_ends_with_status_1(tested, debcr, tmp_path):
    folder = tested(output_error=1.0)
    shutil.copytree(folder, tmp_path / "other")
    result = debcr("certify", tmp_path / "other")
    assert result.exit_code == 1
    assert "1 of 6 checks failed" in result.output
    assert "**failed**" in (tmp_path / "other.certificate.md").read_text()
