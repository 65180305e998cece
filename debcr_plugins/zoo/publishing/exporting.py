"""The network in the three formats that consumers run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile, ZipInfo

from debcr_core.torch_model import TorchModel
from debcr_plugins.backends.exporting import example_for, export_onnx, exporting
from debcr_plugins.zoo.publishing.architecture import Architecture
from debcr_plugins.zoo.running.onnx import Onnx

if TYPE_CHECKING:
    import torch

STATE_DICT, TORCHSCRIPT, ONNX = "weights.pt", "weights.torchscript.pt", "weights.onnx"


def export(
    architecture: Architecture, trained: torch.nn.Module, model: TorchModel, to: Path
) -> None:
    """Write the network in all formats.

    Parameters
    ----------
    architecture : Architecture
        The source that is published; it makes the network that is exported.
    trained : torch.nn.Module
        The network with its weights.
    model : TorchModel
        Says which sizes and channels the network accepts.
    to : Path
        The folder.

    Raises
    ------
    UsageError
        If the network cannot be exported.
    """
    import torch

    network = architecture.network()
    network.load_state_dict(trained.state_dict())
    network.eval()
    example = example_for(model.signature)
    with exporting(architecture.maker):
        torch.save(network.state_dict(), to / STATE_DICT)
        _export_torchscript(network, example, to / TORCHSCRIPT)
        export_onnx(network, example, to / ONNX, fixed=model.signature.fixed_size is not None)


def exported_network(model: TorchModel) -> Onnx:
    """Return the network as the ONNX file has it, which runs faster than PyTorch does."""
    seen = model.signature
    layout = f"bc{seen.spatial_axes}"
    return Onnx(
        input_layout=layout,
        output_layout=layout,
        channels_in=seen.channels_in,
        channels_out=seen.channels_out,
        min_size=seen.fixed_size or seen.min_size,
        stride=seen.stride,
        fixed=seen.fixed_size is not None,
        halo=seen.halo,
        unpadded=(0,) * len(seen.stride),
    )


def _export_torchscript(network: torch.nn.Module, example: torch.Tensor, path: Path) -> None:
    import torch

    traced = torch.jit.trace(network, example, check_trace=False)  # type: ignore[no-untyped-call]
    whole = path.with_suffix(".traced")
    traced.save(whole)
    _without_debugging(whole, path)
    whole.unlink()


def _without_debugging(whole: Path, path: Path) -> None:
    """Copy a TorchScript file without the names of the files, on this machine, it was made from."""
    with ZipFile(whole) as source, ZipFile(path, "w") as target:
        for member in source.infolist():
            if not member.filename.endswith(".debug_pkl"):
                target.writestr(ZipInfo(member.filename), source.read(member))
