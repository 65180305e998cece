"""Which backend computes: the one that is named, else the quickest that is here."""

from __future__ import annotations

import pytest

from debcr_core import Backend, Predictor, Runner, hookimpl, load_model
from debcr_core.errors import PluginError, UsageError
from debcr_core.flow.choosing_backend import choose_backend
from debcr_core.plugins import Plugins
from debcr_plugins.backends.onnx import OnnxRuntime
from debcr_plugins.backends.torch import Torch


class Elsewhere(Backend):
    """Computes nothing; knows everything better."""

    name = "elsewhere"

    @classmethod
    def missing(cls):
        return ""

    def runs(self, model):
        return True

    def prefers(self, model, device):
        return device == "cpu"

    def predictor(self, model, weights, device, precision, stop):
        return Predictor(lambda block, stop: block, backend="elsewhere 1.0")


class Absent(Elsewhere):
    """Is not installed."""

    name = "absent"

    @classmethod
    def missing(cls):
        return "it needs pip install absent."


@pytest.fixture
def with_others():
    found = Plugins.discover()

    class Plugin:
        @hookimpl
        def debcr_backends(self):
            return [Elsewhere, Absent]

    found.register(Plugin(), name="others")
    return found


def chosen(model, device="cpu", wanted="auto", precision="float32", plugins=None):
    return choose_backend(wanted, model, device, precision, plugins or Plugins.discover())


def test_on_a_processor_networks_of_torch_are_computed_by_onnx_runtime(tiny):
    assert isinstance(chosen(tiny().recipe.model), OnnxRuntime)


def test_on_a_gpu_torch_computes_them(tiny, monkeypatch):
    assert isinstance(chosen(tiny().recipe.model, "cuda"), Torch)
    for module in ("torch", "onnx"):
        monkeypatch.setattr(f"debcr_plugins.backends.{module}.gpu_at_hand", lambda: True)
    assert isinstance(chosen(tiny().recipe.model, "auto"), Torch)


def test_a_network_of_another_kind_computes_in_its_own_way(identity):
    assert chosen(identity()) is None
    for name in ("torch", "onnx"):
        with pytest.raises(UsageError, match=rf'backend "{name}" .*cannot compute the model "iden'):
            chosen(identity(), wanted=name)


def test_a_network_that_says_itself_how_it_is_computed_is_not_exported(tiny):
    class Own(type(tiny().recipe.model)):
        name = "own"

        def predictor(self, weights, device):
            return super().predictor(weights, device)

    assert chosen(Own()) is None
    with pytest.raises(UsageError, match='backend "onnx" .*cannot compute the model "own"'):
        chosen(Own(), wanted="onnx")


def test_a_plugins_backend_is_taken_where_it_wants_to_be(with_others, identity):
    assert chosen(identity(), plugins=with_others).name == "elsewhere"
    with Runner(load_model("denoise"), "cpu", plugins=with_others) as runner:
        assert runner.backend == "elsewhere 1.0"
    with Runner(load_model("denoise"), "cpu", backend=None, plugins=with_others) as runner:
        assert runner.backend.startswith("torch")


def test_a_backend_that_gives_no_predictor_is_named(with_others, monkeypatch):
    monkeypatch.setattr(Elsewhere, "predictor", lambda *_: "nothing")
    with pytest.raises(PluginError, match="backend \"elsewhere\" .* gave 'nothing', which is no"):
        Runner(load_model("denoise"), "cpu", plugins=with_others)


def test_what_is_not_installed_is_said_with_the_command(with_others, identity):
    with pytest.raises(UsageError, match="cannot compute here: it needs pip install absent"):
        chosen(identity(), wanted="absent", plugins=with_others)


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        ("onxx", 'no backend "onxx". Did you mean "onnx"?'),
        ("autom", 'Did you mean "auto"?'),
        ("", 'no backend ""'),
        ({"name": "tensorrt"}, 'no backend "tensorrt"'),
        ("onnx threads", "should be written key=value"),
    ],
)
def test_an_unknown_name_gets_the_nearest(identity, wanted, sentence):
    with pytest.raises(UsageError) as caught:
        chosen(identity(), wanted=wanted)
    assert sentence in str(caught.value)


def test_precisions_are_checked(tiny, identity):
    model = tiny().recipe.model
    with pytest.raises(UsageError, match="computes in float32, not in bfloat16"):
        chosen(model, wanted="onnx", precision="bfloat16")
    with pytest.raises(UsageError, match="computes in float32, not in bfloat16"):
        chosen(identity(), precision="bfloat16")
    with pytest.raises(UsageError, match='no precision "float16". Did you mean'):
        chosen(model, precision="float16")
    assert "bfloat16" in chosen(model, precision="bfloat16").precisions
