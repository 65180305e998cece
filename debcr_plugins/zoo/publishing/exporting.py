"""The network in the three formats that consumers run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile, ZipInfo

from debcr_core.errors import UsageError, said
from debcr_core.missing_extras import needs_extra
from debcr_core.notices import others_silenced
from debcr_core.torch_model import TorchModel
from debcr_plugins.tilers.axis import valid_size
from debcr_plugins.zoo.publishing.architecture import Architecture
from debcr_plugins.zoo.running.onnx import Onnx

if TYPE_CHECKING:
    import torch

STATE_DICT, TORCHSCRIPT, ONNX = "weights.pt", "weights.torchscript.pt", "weights.onnx"
OPSET = 17
"""ONNX operators of 2022: with them runtimes from ONNX Runtime 1.13 on are served."""
WATCHED = {1: 512, 2: 64, 3: 16}
"""Size along each axis of the input at which the network is watched, by number of axes."""


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
    example = torch.zeros(1, model.signature.channels_in, *_watched_size(model))
    with _exporting(architecture.maker):
        torch.save(network.state_dict(), to / STATE_DICT)
        _export_torchscript(network, example, to / TORCHSCRIPT)
        _export_onnx(network, example, to / ONNX, fixed=model.signature.fixed_size is not None)


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


def _watched_size(model: TorchModel) -> tuple[int, ...]:
    wanted = WATCHED[len(model.signature.stride)]
    return model.signature.fixed_size or tuple(
        valid_size(wanted, size, step)
        for size, step in zip(model.signature.min_size, model.signature.stride, strict=True)
    )


@contextmanager
def _exporting(name: str) -> Iterator[None]:
    """Keep torch's remarks on exporting from the user, and turn its faults into a sentence."""
    import torch

    try:
        # Exports are made by tracing: torch calls that old, but its successor writes ONNX that
        # older runtimes cannot read.
        with others_silenced(), redirect_stdout(StringIO()), torch.no_grad():
            yield
    except (RuntimeError, TypeError, ValueError, torch.onnx.errors.OnnxExporterError) as error:
        raise UsageError(f"The network of {name} cannot be exported: {said(error)}") from error


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


def _export_onnx(
    network: torch.nn.Module, example: torch.Tensor, path: Path, *, fixed: bool
) -> None:
    import torch

    with needs_extra("zoo", "Bundles of the BioImage Model Zoo need"):
        import onnx
    spatial = {} if fixed else {axis: f"size_{axis}" for axis in range(2, example.ndim)}
    axes = {0: "batch", **spatial}
    torch.onnx.export(
        network,
        (example,),
        path,
        dynamo=False,
        opset_version=OPSET,
        input_names=["input"],
        output_names=["output"],
        dynamic_axes={"input": axes, "output": axes},
    )
    onnx.checker.check_model(path)
