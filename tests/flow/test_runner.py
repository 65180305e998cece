"""A runner holds what is costly: loaded once, closed once, stopped within a tile."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest
import torch

from debcr_core import (
    Cancelled,
    Channel,
    Predictor,
    Progress,
    Runner,
    Signature,
    Stop,
    TorchModel,
    TrainedModel,
    load_model,
    make_image,
    restore,
    restore_file,
)
from debcr_core.errors import DebcrError, PluginError, UsageError
from debcr_core.flow.opening import SharedRunner

SOON = 1.0
"""Seconds within which a stop must be answered."""


def stopped_after(work, stop, started, delay=0.1):
    """Do some work in a thread, stop it, and return how long that took and what was raised."""
    raised = []

    def run():
        try:
            work()
        except DebcrError as error:
            raised.append(error)

    worker = threading.Thread(target=run)
    worker.start()
    assert started.wait(20)
    time.sleep(delay)
    asked = time.monotonic()
    stop()
    worker.join(20)
    return time.monotonic() - asked, raised


def test_the_network_is_loaded_once_for_a_folder(identity, trained, noise, tmp_path, monkeypatch):
    loaded = []
    predictor = identity.predictor
    monkeypatch.setattr(
        identity, "predictor", lambda self, *rest: loaded.append(1) or predictor(self, *rest)
    )
    for number in range(4):
        np.save(tmp_path / f"in{number}.npy", noise(20, 20).values)
    with SharedRunner(trained(identity())) as runner:
        for number in range(4):
            restore_file(tmp_path / f"in{number}.npy", tmp_path / f"out{number}.npy", runner)
    assert len(loaded) == 1


def test_an_unknown_halo_is_measured_once(blur, trained, noise, monkeypatch):
    measured = []
    from debcr_core.flow import network

    measure = network.measure_halo
    monkeypatch.setattr(network, "measure_halo", lambda *rest: measured.append(1) or measure(*rest))
    with Runner(trained(blur(known=False))) as runner:
        for _ in range(3):
            restore(noise(30, 30), runner)
        assert runner.signature.halo == (11, 11)
    assert len(measured) == 1


def test_it_is_stopped_inside_a_tile_and_can_be_used_again(slow, trained, noise):
    with Runner(trained(slow)) as runner:
        plan = runner.plan(noise(20, 20))
        took, raised = stopped_after(plan.restore, runner.stop, slow.started)
        assert took < SOON
        assert [type(error) for error in raised] == [Cancelled]
        with pytest.raises(UsageError, match="is doing nothing, or was stopped already"):
            runner.stop()
        quick = TrainedModel("quick", trained(slow).recipe)
        assert Runner(quick).plan(noise(20, 20)) is not None


def test_a_stop_of_ones_own_ends_that_work_alone(slow, trained, noise):
    stop = Stop()
    with Runner(trained(slow)) as runner:
        plan = runner.plan(noise(20, 20))
        took, raised = stopped_after(lambda: plan.restore(stop=stop), stop.request, slow.started)
        assert took < SOON
        assert len(raised) == 1
        with pytest.raises(Cancelled):
            plan.restore(stop=stop)


class Deep(TorchModel):
    """Many small layers: each takes little, all together seconds."""

    name = "deep"

    @property
    def signature(self):
        return Signature("yx", (1, 1), (60, 60))

    def network(self):
        layers = [torch.nn.Conv2d(1, 1, 1) for _ in range(1000)]
        return torch.nn.Sequential(*layers)


def test_a_torch_network_is_stopped_between_its_modules(noise, trained, tmp_path):
    path = tmp_path / "deep.pt"
    torch.save(Deep().network().state_dict(), path)
    model = TrainedModel("deep", trained(Deep()).recipe, path)
    started = threading.Event()

    def told(progress):
        if progress.stage == "tiles":
            started.set()

    with Runner(model) as runner:
        plan = runner.plan(noise(512, 512))
        begun = time.monotonic()
        plan.restore({"y": slice(0, 10), "x": slice(0, 10)})
        whole = time.monotonic() - begun
        took, raised = stopped_after(
            lambda: plan.restore(progress=told), runner.stop, started, delay=whole / 10
        )
    assert [type(error) for error in raised] == [Cancelled]
    assert took < max(whole / 2, 0.2)


def test_a_closed_network_keeps_no_hooks():
    from debcr_core.torch_model import run

    network = torch.nn.Sequential(torch.nn.Conv2d(1, 1, 1))
    predictor = run(network, "cpu")
    assert all(module._forward_pre_hooks for module in network.modules())
    predictor.close()
    assert not any(module._forward_pre_hooks for module in network.modules())


def test_onnx_runtime_is_interrupted_while_it_computes(tmp_path, noise, trained):
    from debcr_plugins.zoo.running.onnx import Onnx

    onnx = pytest.importorskip("onnx")
    path = tmp_path / "long.onnx"
    kernel = np.ones((1, 1, 31, 31), np.float32) / 31**2
    layers = 60
    nodes = [
        onnx.helper.make_node("Conv", [f"x{i}", "w"], [f"x{i + 1}"], pads=[15] * 4)
        for i in range(layers)
    ]
    tensors = [
        onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [None] * 4)
        for name in ("x0", f"x{layers}")
    ]
    weights = [onnx.numpy_helper.from_array(kernel, "w")]
    graph = onnx.helper.make_graph(nodes, "long", tensors[:1], tensors[1:], weights)
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)])
    model.ir_version = 9
    onnx.save(model, path)
    started = threading.Event()

    def told(progress):
        if progress.stage == "tiles":
            started.set()

    network = TrainedModel("long", trained(Onnx(halo=(0, 0))).recipe, path)
    with Runner(network, "cpu") as runner:
        plan = runner.plan(noise(512, 512))
        took, raised = stopped_after(
            lambda: plan.restore(progress=told), runner.stop, started, delay=0.3
        )
    assert [type(error) for error in raised] == [Cancelled]
    assert took < SOON


@pytest.mark.parametrize("stage", ["loading", "statistics", "tiles", "writing"])
def test_every_stage_can_be_stopped_and_leaves_nothing(trained, identity, noise, tmp_path, stage):
    stop = Stop()
    np.save(tmp_path / "in.npy", noise(2, 40, 40).values)

    def told(progress):
        if progress.stage == stage:
            stop.request()

    with pytest.raises(Cancelled):
        restore_file(
            tmp_path / "in.npy",
            tmp_path / "out.tif",
            trained(identity(), tiler={"name": "halo-grid", "tile": 24}),
            contrast_stretch=True,
            axes="zyx",
            progress=told,
            stop=stop,
        )
    assert [path.name for path in tmp_path.iterdir()] == ["in.npy"]


def test_progress_names_its_stages_in_order_with_the_time_left(trained, identity, noise):
    seen: list[Progress] = []
    model = trained(identity(), tiler={"name": "halo-grid", "tile": 24})
    restore(noise(100, 100), model, progress=seen.append)
    assert list(dict.fromkeys(step.stage for step in seen)) == ["loading", "statistics", "tiles"]
    for stage in ("loading", "tiles"):
        steps = [step for step in seen if step.stage == stage]
        assert [step.done for step in steps] == list(range(steps[-1].total + 1))
        assert steps[0].left is None
        assert steps[-1].left == 0


def test_statistics_of_lazy_images_tell_how_far_they_are(trained, identity):
    import dask.array as da

    seen: list[Progress] = []
    lazy = da.from_array(np.random.default_rng(0).random((80, 50)), chunks=(10, 50))
    restore(make_image(lazy, "yx"), trained(identity()), progress=seen.append)
    steps = [step for step in seen if step.stage == "statistics"]
    assert len({step.done for step in steps}) >= 8
    assert steps[-1].done == steps[-1].total


def test_a_model_that_returns_no_predictor_is_named(trained, identity, monkeypatch):
    monkeypatch.setattr(identity, "predictor", lambda self, weights, device: print)
    with pytest.raises(PluginError, match='model "identity" of the module .* is no Predictor'):
        Runner(trained(identity()))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"axes": "yq"}, 'axes are "yq"'),
        ({"stride": (4,)}, r"has stride \(4,\): it needs a number from 1 on for each of yx"),
        ({"stride": (0, 4)}, "from 1 on"),
        ({"halo": (1, 2, 3)}, "has halo"),
        ({"channels_in": 3}, "channels_in 3"),
        ({"axes": "cyx", "channels_in": 0}, "channels_in 0"),
    ],
)
def test_a_signature_that_contradicts_itself_is_refused(change, sentence):
    with pytest.raises(PluginError, match=sentence):
        Signature(**{"axes": "yx", "stride": (4, 4), **change})


def test_a_signature_fills_in_what_is_not_said():
    signature = Signature("cyx", (4, 8), channels_in=2)
    assert signature.min_size == (4, 8)
    assert signature.channels_out == (Channel(), Channel())
    assert signature.keeps_channels
    with pytest.raises(PluginError, match="halo is unknown"):
        assert signature.footprint


def test_the_device_and_the_backend_are_known():
    with Runner(load_model("denoise"), "auto") as runner:
        assert runner.device in ("cpu", "cuda", "mps")
        assert runner.backend.startswith("onnxruntime 1." if runner.device == "cpu" else "torch 2.")
        assert len(runner.weights_sha256) == 64
    assert Predictor(lambda block, stop: block).device == "cpu"


def closing(calls, compute):
    return Predictor(compute, close=lambda: calls.append("closed"))


def test_a_network_is_given_back_where_its_halo_cannot_be_measured(trained, blur, monkeypatch):
    calls = []

    def broken(block, stop):
        raise ArithmeticError("no")

    monkeypatch.setattr(blur, "predictor", lambda self, *_: closing(calls, broken))
    with pytest.raises(DebcrError, match="ArithmeticError"):
        Runner(trained(blur(known=False)))
    assert calls == ["closed"]


def test_closing_waits_until_what_is_being_done_has_ended(trained, identity, noise, monkeypatch):
    calls, started = [], threading.Event()

    def compute(block, stop):
        started.set()
        time.sleep(0.3)
        calls.append("computed")
        return block

    monkeypatch.setattr(identity, "predictor", lambda self, *_: closing(calls, compute))
    runner = Runner(trained(identity()))
    plan = runner.plan(noise(20, 20))

    def work():
        with pytest.raises(Cancelled):
            plan.restore()

    worker = threading.Thread(target=work)
    worker.start()
    assert started.wait(5)
    runner.close()
    assert calls == ["computed", "closed"]
    worker.join()


def test_a_runner_can_be_closed_from_its_own_callback(trained, identity, noise):
    runner = Runner(trained(identity()))
    plan = runner.plan(noise(20, 20))
    with pytest.raises(Cancelled):
        plan.restore(progress=lambda progress: runner.close())
