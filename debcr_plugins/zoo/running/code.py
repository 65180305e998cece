"""Networks that are code of their bundle: TorchScript, and architectures as Python source.

They run only for a user who trusts the bundle, and so are no components that a recipe could name:
`debcr_plugins.zoo.running.choosing` alone makes them, after asking. TorchScript counts as code: a
script can open files (``torch.from_file``).
"""

from __future__ import annotations

import importlib
import inspect
import types
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from debcr_core.components import Predictor
from debcr_core.errors import ReadError, UsageError, said
from debcr_core.torch_model import channels_last, choose_device, fill, read_tensors, run
from debcr_core.weight_types import has_nan
from debcr_plugins.zoo.running.network import BundledNetwork

if TYPE_CHECKING:
    pass


class TorchScript(BundledNetwork):
    """A network as TorchScript."""

    name = "torchscript"

    def load(self, weights: Path, device: str) -> Predictor:
        """Return the network as a function of one array (see `BundledNetwork.load`)."""
        import torch

        try:
            network = torch.jit.load(weights, map_location="cpu")  # type: ignore[no-untyped-call]
        except (RuntimeError, ValueError, OSError) as error:
            raise ReadError(f"{weights} is no TorchScript file: {said(error)}") from error
        for key, tensor in network.state_dict().items():
            if has_nan(tensor):
                raise ReadError(f"{weights}: the weights {key} hold NaN or infinite numbers.")
        return run(network, choose_device(device), self.output_index)


class PythonSource(BundledNetwork):
    """A network whose architecture is Python code: a file of the bundle, or a library's class."""

    name = "python-source"

    maker: str = Field(description="Name of the class or function that makes the network.")
    arguments: dict[str, Any] = Field({}, description="Its keyword arguments.")
    source: str = Field("", description="Name of the file it is in.")
    code: bytes = Field(b"", exclude=True, description="That file's content, as it was checked.")
    library: str | None = Field(None, description="The module it is in, where it is no file.")
    strict: bool = Field(True, description="Whether weights may be missing or unknown.")

    def load(self, weights: Path, device: str) -> Predictor:
        """Return the network as a function of one array (see `BundledNetwork.load`)."""
        try:
            make = self._from_library() if self.library else self._from_file()
            network = make(**self.arguments)
        except SystemExit as error:
            raise ReadError(
                f"The code of {self.source or self.library} ends the program."
            ) from error
        tensors = read_tensors(weights)
        if not self.strict:
            known = network.state_dict()
            tensors = {**known, **{key: t for key, t in tensors.items() if key in known}}
        fill(network, tensors, weights, self.maker)
        chosen = choose_device(device)
        return run(channels_last(network, chosen), chosen, self.output_index)

    def _from_file(self) -> Any:
        module = types.ModuleType("architecture_of_a_bundle")
        exec(compile(self.code, self.source, "exec", dont_inherit=True), module.__dict__)
        return _attribute(module, self.maker, self.source)

    def _from_library(self) -> Any:
        """Return a library's class, if that is a network: never any other callable."""
        import torch

        try:
            module = importlib.import_module(str(self.library))
        except ImportError as error:
            raise UsageError(
                f"The network {self.maker} needs the library {self.library}, which is not "
                f"installed: {error}."
            ) from error
        found = _attribute(module, self.maker, str(self.library))
        if not (inspect.isclass(found) and issubclass(found, torch.nn.Module)):
            raise ReadError(
                f"{self.library}.{self.maker} is no class of networks (torch.nn.Module), and "
                "nothing else from a library is called."
            )
        return found


def _attribute(module: types.ModuleType, name: str, place: str) -> Any:
    try:
        return getattr(module, name)
    except AttributeError:
        raise ReadError(f"{place} holds no {name}, which should make the network.") from None
