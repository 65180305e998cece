"""The base of models that are PyTorch networks: give the network, get everything else."""

from __future__ import annotations

import threading
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from debcr_core.components import Floats, Model, Predictor
from debcr_core.errors import ReadError, UsageError
from debcr_core.stopping import Stop
from debcr_core.weight_types import misfit

if TYPE_CHECKING:
    import torch


class TorchModel(Model):
    """A model whose network is a `torch.nn.Module`.

    A plugin gives `network` and `signature`; running, training, export and
    conformance tests need only these. Weights are a file with the network's state dict:
    safetensors, or as `torch.save` writes it.

    Attributes
    ----------
    libraries : tuple of str
        Distributions on PyPI that the network's source needs beside PyTorch. A bundle names them;
        its ONNX and TorchScript files run without.
    """

    libraries: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def network(self) -> torch.nn.Module:
        """Return the network with fresh weights, drawn from torch's random state.

        It maps float32 ``(batch, channel, [z,] y, x)`` to the same shape; in evaluation mode
        it should skip whatever only training needs.
        """

    def architecture(self) -> tuple[Callable[..., torch.nn.Module], dict[str, Any]]:
        """Return what makes the network, a class or function, and its keyword arguments.

        `debcr package` publishes the source of it. By default it is the network's class, called
        with this model's parameters; override it where that class takes others.
        """
        return type(self.network()), self.model_dump()

    def outputs(self, network: torch.nn.Module, image: torch.Tensor) -> Sequence[torch.Tensor]:
        """Return what training compares with the truth: by default the output alone.

        A network of several scales returns one map for each, the full scale first; those of coarser
        ones are compared with what `coarser` makes of the truth.

        Parameters
        ----------
        network : torch.nn.Module
            What `network` returned, in training mode.
        image : torch.Tensor
            float32 ``(batch, channel, [z,] y, x)``.
        """
        return (network(image),)

    def coarser(self, image: torch.Tensor, steps: Sequence[int]) -> torch.Tensor:
        """Return an image as a coarser output shows it: by default every second pixel, and so on.

        Parameters
        ----------
        image : torch.Tensor
            Truth, or the network's input: float32 ``(batch, channel, [z,] y, x)``.
        steps : sequence of int
            Per spatial axis, how many pixels of the image one of the output stands for.
        """
        every: Any = (..., *(slice(None, None, step) for step in steps))
        return image[every]

    def predictor(self, weights: Path | None, device: str) -> Predictor:
        """Load the weights and return the network as a function (see `Model.predictor`)."""
        if weights is None:
            raise UsageError(
                f'The model "{self.name}" needs trained weights: give a trained model\'s name or '
                "weights file (see `debcr models`)."
            )
        network = self.network()
        load_weights(network, weights, self.name)
        chosen = choose_device(device)
        return run(channels_last(network, chosen), chosen)


def load_weights(network: torch.nn.Module, weights: Path, name: str) -> None:
    """Fill a network from a file of weights (see `read_tensors` and `fill`)."""
    fill(network, read_tensors(weights), weights, name)


def read_tensors(weights: Path) -> dict[str, torch.Tensor]:
    """Read a state dict from a safetensors file, or one that `torch.save` wrote.

    No code in the file runs: of what was pickled, tensors and plain values alone are read.

    Raises
    ------
    ReadError
        If the file is damaged, holds something else, or claims to be larger than it is.
    """
    if weights.suffix == ".safetensors":
        return _read_safetensors(weights)
    return _read_torch(weights)


def _read_safetensors(weights: Path) -> dict[str, torch.Tensor]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        tensors: dict[str, torch.Tensor] = load_file(weights)
    except (SafetensorError, OSError) as error:
        raise ReadError(f"{weights} is not a whole safetensors file: {error}.") from error
    return tensors


def _read_torch(weights: Path) -> dict[str, torch.Tensor]:
    import torch

    _refuse_compressed(weights)
    try:
        found = torch.load(weights, map_location="cpu", weights_only=True)
    except Exception as error:
        # Torch explains at length how to run what is in there: not here.
        raise ReadError(
            f"{weights} is damaged, or holds more than the weights of a network (which would be "
            "code to run)."
        ) from error
    if not isinstance(found, dict) or not all(torch.is_tensor(t) for t in found.values()):
        raise ReadError(
            f"{weights} holds no state dict, a mapping of names to tensors: save "
            "network.state_dict() alone."
        )
    return dict(found)


def _refuse_compressed(weights: Path) -> None:
    """Refuse an archive that could grow when it is read; torch itself compresses nothing."""
    from zipfile import ZIP_STORED, BadZipFile, ZipFile, is_zipfile

    if not is_zipfile(weights):
        return
    try:
        with ZipFile(weights) as archive:
            members = archive.infolist()
    except (BadZipFile, OSError, ValueError) as error:
        raise ReadError(f"{weights} is not a whole file of weights: {error}.") from error
    size = sum(member.file_size for member in members)
    if any(m.compress_type != ZIP_STORED for m in members) or size > weights.stat().st_size:
        raise ReadError(f"{weights} claims to hold more than its size, as torch never writes it.")


def fill(
    network: torch.nn.Module, tensors: Mapping[str, torch.Tensor], source: Path, name: str
) -> None:
    """Fill a network with the tensors of a state dict, if they are exactly what it has.

    Parameters
    ----------
    network : torch.nn.Module
        What is filled.
    tensors : mapping of str to torch.Tensor
        The state dict.
    source : Path
        Where it is from.
    name : str
        The network's name.

    Raises
    ------
    ReadError
        If the tensors do not fit the network: which are missing, unknown, of another type or
        shape, or not finite.
    """
    if fault := misfit(tensors, network.state_dict()):
        raise ReadError(f'The weights in {source} do not fit the model "{name}": {fault}.')
    network.load_state_dict(dict(tensors))


def channels_last(network: torch.nn.Module, device: str) -> torch.nn.Module:
    """Keep the weights of a network of planes as a CPU convolves fastest: channels innermost.

    Maps then follow the weights. The shipped U-Net takes 1.7 times as long without, one with twice
    the maps and batch normalisation 1.5 times; results change by rounding.

    Parameters
    ----------
    network : torch.nn.Module
        Is changed; not one that is in training.
    device : str
        Where it will run.

    Returns
    -------
    torch.nn.Module
        The network itself.
    """
    import torch

    # Weights of a convolution have two axes more than what it convolves.
    axes = {parameter.ndim - 2 for parameter in network.parameters()}
    if device == "cpu" and 2 in axes and 3 not in axes:
        network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return network


def run(network: torch.nn.Module, device: str, output_index: int = 0) -> Predictor:
    """Return a network in evaluation mode as a function of numpy arrays.

    The function is deterministic, on a GPU too, raises `MemoryError` where memory runs out, and
    can be stopped before each of the network's modules.

    Parameters
    ----------
    network : torch.nn.Module
        Returns a tensor, or several.
    device : str
        What `choose_device` returned.
    output_index : int
        Which of the tensors is the result, where it returns several.
    """
    import torch

    network = network.eval().to(device)
    asked = threading.local()
    # One script runs as a whole: nothing in it can be asked to stop.
    modules = () if isinstance(network, torch.jit.ScriptModule) else network.modules()
    hooks = [module.register_forward_pre_hook(lambda *_: _check(asked)) for module in modules]

    def compute(block: Floats, stop: Stop) -> Floats:
        asked.stop = stop
        try:
            with torch.inference_mode():
                returned = network(torch.from_numpy(block).to(device))
                several = isinstance(returned, list | tuple)
                result = returned[output_index] if several else returned
                output: Floats = result.float().cpu().numpy()
        except RuntimeError as error:
            # On a CPU torch has no exception of its own for this.
            if "out of memory" in str(error) or "can't allocate memory" in str(error):
                raise MemoryError(str(error)) from error
            raise
        finally:
            asked.stop = None
        return output

    repeatable = ExitStack()
    if device.startswith("cuda"):
        repeatable.enter_context(_repeatable_cuda())

    def close() -> None:
        for hook in hooks:
            hook.remove()
        repeatable.close()

    return Predictor(compute, device, f"torch {torch.__version__}", close)


def _check(asked: threading.local) -> None:
    stop: Stop | None = getattr(asked, "stop", None)
    if stop is not None:
        stop.check()


class _Repeatable:
    """Settings of cuDNN that are one for the process: made by the first, undone by the last."""

    def __init__(self) -> None:
        self._lock, self._users, self._flags = threading.Lock(), 0, ExitStack()

    @contextmanager
    def __call__(self) -> Iterator[None]:
        import torch

        with self._lock:
            if not self._users:
                flags = torch.backends.cudnn.flags(
                    enabled=True, benchmark=False, deterministic=True, allow_tf32=False
                )
                self._flags.enter_context(flags)
            self._users += 1
        try:
            yield
        finally:
            with self._lock:
                self._users -= 1
                if not self._users:
                    self._flags.close()


_repeatable_cuda = _Repeatable()


def choose_device(device: str) -> str:
    """Return the device to compute on: ``auto`` means a GPU where there is one.

    Raises
    ------
    UsageError
        If the device is unknown or not present.
    """
    import torch

    if device == "auto":
        if torch.cuda.is_available():
            return "cuda"
        return "mps" if torch.backends.mps.is_available() else "cpu"
    try:
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0].rstrip(".")
        raise UsageError(
            f'The device "{device}" cannot be used here: {reason}. Use auto, cpu, cuda or mps.'
        ) from None
    return device
