"""A torch model is its network; weights that do not fit it are refused by name."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from debcr_core import TorchModel
from debcr_core.errors import ReadError, UsageError
from debcr_core.signature import Signature
from debcr_core.stopping import Stop
from debcr_core.torch_model import channels_last, run
from debcr_core.weight_types import misfit
from debcr_plugins.mrbcr import MRBCR


class Sharpen(TorchModel):
    """One convolution."""

    name = "sharpen"

    @property
    def signature(self):
        return Signature("yx", (1, 1), halo=(1, 1))

    def network(self):
        return torch.nn.Conv2d(1, 1, 3, padding=1)


def as_function(predictor):
    return lambda block: predictor.compute(block, Stop())


@pytest.fixture
def weights(tmp_path):
    def save(change=None):
        state = Sharpen().network().state_dict()
        if change:
            change(state)
        path = tmp_path / "w.safetensors"
        save_file(state, path)
        return path

    return save


def test_the_network_runs_on_numpy_arrays(weights):
    predict = as_function(Sharpen().predictor(weights(), "cpu"))
    output = predict(np.ones((2, 1, 5, 7), np.float32))
    assert output.shape == (2, 1, 5, 7)
    assert output.dtype == np.float32


def test_the_same_input_gives_the_same_bytes(weights):
    path, block = weights(), np.random.default_rng(0).random((1, 1, 64, 64), np.float32)
    first = as_function(Sharpen().predictor(path, "cpu"))(block)
    np.testing.assert_array_equal(as_function(Sharpen().predictor(path, "cpu"))(block), first)


@pytest.mark.parametrize(
    ("change", "fragment"),
    [
        (lambda state: state.pop("weight"), "weight is missing"),
        (lambda state: state.pop("bias"), "of a network without biases, and this one has 1"),
        (lambda state: state.update(extra=torch.ones(1)), "extra is unknown"),
        (lambda state: state.update(bias=torch.ones(2)), r"bias has shape \(2,\) instead of"),
        (lambda state: state["bias"].fill_(torch.nan), "bias holds NaN"),
    ],
)
def test_weights_that_do_not_fit_are_named(weights, change, fragment):
    with pytest.raises(ReadError, match=f'do not fit the model "sharpen": .*{fragment}'):
        Sharpen().predictor(weights(change), "cpu")


def test_of_many_faults_three_are_named_and_the_rest_counted():
    given = {f"layer{n}.weight": torch.ones(1) for n in range(100)}
    fault = misfit(given, {"other.weight": torch.ones(1)})
    assert fault == "layer0.weight is unknown; layer1.weight is unknown; " + (
        "layer10.weight is unknown and 98 more"
    )


def test_weights_with_biases_for_a_network_without_are_told_by_that_cause():
    given = {"a.weight": torch.ones(1), "a.bias": torch.ones(1), "b.bias": torch.ones(1)}
    assert misfit(given, {"a.weight": torch.ones(1)}) == (
        "they hold 2 biases, and this network has none"
    )
    assert misfit({"c.weight": torch.ones(1), **given}, {"c.weight": torch.ones(2)}) == (
        "they hold 2 biases, and this network has none; a.weight is unknown; c.weight has shape "
        "(1,) instead of (2,)"
    )
    assert misfit({"d.weight": torch.ones(1)}, given) == (
        "a.bias is missing; a.weight is missing; b.bias is missing and 1 more"
    )


@pytest.mark.parametrize("kind", ["complex64", "int64", "bool", "uint8", "float8_e4m3fn"])
def test_numbers_of_another_kind_are_no_weights(weights, kind):
    path = weights(lambda state: state.update(bias=torch.ones(1).to(getattr(torch, kind))))
    with pytest.raises(ReadError, match=f"bias holds numbers of type {kind} instead of float32"):
        Sharpen().predictor(path, "cpu")


@pytest.mark.parametrize("kind", ["float16", "bfloat16", "float64"])
def test_real_numbers_of_other_precision_are_weights(weights, kind):
    Sharpen().predictor(weights(lambda s: s.update(bias=s["bias"].to(getattr(torch, kind)))), "cpu")


UNUSUAL = {
    "is no plain tensor: .*sparse": lambda one: one.to_sparse(),
    "is no plain tensor: .*without content": lambda one: one.to("meta"),
    "is quantised": lambda one: torch.quantize_per_tensor(one, 0.1, 0, torch.qint8),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("fault", UNUSUAL)
def test_tensors_of_unusual_make_are_no_weights(tmp_path, fault):
    state = Sharpen().network().state_dict() | {"bias": UNUSUAL[fault](torch.ones(1))}
    with pytest.raises(ReadError, match=f"bias {fault}"):
        Sharpen().predictor(saved_by_torch(tmp_path / "w.pt", state), "cpu")


@pytest.mark.parametrize("content", [b"", b"x" * 100, b"\xff" * 8 + b"{}"])
def test_a_file_that_holds_no_weights_is_a_sentence(tmp_path, content):
    path = tmp_path / "w.safetensors"
    path.write_bytes(content)
    with pytest.raises(ReadError, match="is not a whole safetensors file"):
        Sharpen().predictor(path, "cpu")


def test_a_truncated_file_is_a_sentence(weights):
    path = weights()
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(ReadError, match="is not a whole safetensors file"):
        Sharpen().predictor(path, "cpu")


def test_a_model_without_weights_asks_for_them():
    with pytest.raises(UsageError, match="needs trained weights"):
        Sharpen().predictor(None, "cpu")


@pytest.mark.parametrize("device", ["gpu", "cuda:99", "tpu"])
def test_a_device_that_is_not_there_is_a_sentence(weights, device):
    with pytest.raises(
        UsageError, match=rf'device "{device}" cannot be used here: .*[^.]\. Use auto'
    ):
        Sharpen().predictor(weights(), device)


def test_running_out_of_memory_is_a_memory_error():
    class Hungry(torch.nn.Module):
        def forward(self, x):
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried 8 TB")

    with pytest.raises(MemoryError):
        as_function(run(Hungry(), "cpu"))(np.ones((1, 1, 2, 2), np.float32))


def saved_by_torch(path, content):
    torch.save(content, path)
    return path


def test_weights_that_torch_saved_are_read(tmp_path):
    path = saved_by_torch(tmp_path / "w.pt", Sharpen().network().state_dict())
    block = np.ones((1, 1, 4, 4), np.float32)
    assert as_function(Sharpen().predictor(path, "cpu"))(block).shape == (1, 1, 4, 4)


class Harmful:
    def __reduce__(self):
        return Path.touch, (self.path,)

    def __init__(self, path):
        self.path = path


def test_code_among_pickled_weights_does_not_run(tmp_path):
    touched = tmp_path / "touched"
    path = saved_by_torch(tmp_path / "w.pt", {"weight": Harmful(touched)})
    with pytest.raises(ReadError, match="holds more than the weights"):
        Sharpen().predictor(path, "cpu")
    assert not touched.exists()


@pytest.mark.parametrize("content", [[torch.ones(1)], {"epoch": 3}, {"state": {}}, torch.ones(2)])
def test_a_torch_file_without_a_state_dict_is_a_sentence(tmp_path, content):
    path = saved_by_torch(tmp_path / "w.pt", content)
    with pytest.raises(ReadError, match="holds no state dict"):
        Sharpen().predictor(path, "cpu")


def test_a_torch_file_that_was_cut_short_is_a_sentence(tmp_path):
    path = saved_by_torch(tmp_path / "w.pt", Sharpen().network().state_dict())
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(ReadError, match="is damaged"):
        Sharpen().predictor(path, "cpu")


def test_an_archive_of_weights_that_would_grow_is_refused(tmp_path):
    whole = saved_by_torch(tmp_path / "w.pt", Sharpen().network().state_dict())
    bomb = tmp_path / "bomb.pt"
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            new.writestr(member, old.read(member) + bytes(10**6))
    with pytest.raises(ReadError, match="claims to hold more than its size"):
        Sharpen().predictor(bomb, "cpu")


def test_a_misshapen_tensor_of_absurd_size_is_not_looked_into(tmp_path):
    state = Sharpen().network().state_dict()
    state["bias"] = torch.zeros(1).expand(10**12)
    path = saved_by_torch(tmp_path / "w.pt", state)
    with pytest.raises(ReadError, match=r"bias has shape \(1000000000000,\)"):
        Sharpen().predictor(path, "cpu")


def test_of_several_outputs_one_is_taken():
    class Two(torch.nn.Module):
        def forward(self, x):
            return x, 2 * x

    block = np.ones((1, 1, 2, 2), np.float32)
    np.testing.assert_array_equal(as_function(run(Two(), "cpu", output_index=1))(block), 2 * block)


def test_a_network_says_how_it_is_made():
    made, arguments = MRBCR(levels=1).architecture()
    assert type(made(**arguments)) is made


@pytest.mark.parametrize(("axes", "strided"), [("yx", True), ("zyx", False)])
def test_weights_of_planes_are_laid_out_as_a_cpu_wants_them(axes, strided):
    make = torch.nn.Conv2d if axes == "yx" else torch.nn.Conv3d
    network = torch.nn.Sequential(make(4, 8, 3, padding=1), torch.nn.ReLU(), make(8, 4, 3))
    shape = (1, 4, *(9 for _ in axes))
    block = np.random.default_rng(0).random(shape, np.float32)
    plain = as_function(run(network, "cpu"))(block)
    laid_out = channels_last(network, "cpu")
    assert (laid_out[0].weight.stride(1) == 1) == strided
    np.testing.assert_allclose(as_function(run(laid_out, "cpu"))(block), plain, rtol=0, atol=1e-6)
