"""What an ONNX file of a stranger must not hold, looked for before anything is built of it.

Specification: https://onnx.ai/onnx/repo-docs/IR.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from debcr_core.errors import ReadError, said

if TYPE_CHECKING:
    from onnx import (
        AttributeProto,
        FunctionProto,
        GraphProto,
        ModelProto,
        NodeProto,
        TensorProto,
    )

ENDLESS = ("Loop", "Scan")
"""Operations whose number of rounds the file itself decides."""
BRANCHES = ("If",)
"""The operations that hold graphs and run one of them once; all others may repeat it."""
STANDARD = ("", "ai.onnx")
"""The operations' own domain; in others a file defines what it likes under any name."""
MAX_NODES = 100_000
"""Operations with all functions written out: tens of times more than any network of the zoo."""
REAL_TYPES = (1, 10, 11)  # onnx.TensorProto: FLOAT, FLOAT16, DOUBLE
COMPLEX_TYPES = (14, 15)  # COMPLEX64, COMPLEX128


def check(weights: Path) -> list[Path]:
    """Refuse a file that is no ONNX network, may never end, reaches for other files or holds NaN.

    Returns
    -------
    list of Path
        Files beside it that hold weights of its own.

    Raises
    ------
    ReadError
        Naming the operation or the tensor at fault.
    """
    import onnx
    from google.protobuf.message import DecodeError

    try:
        # By its name alone a file could be text to this library and something else to the other.
        network = onnx.load(weights, format="protobuf", load_external_data=False)
    except (DecodeError, ValueError, OSError) as error:
        raise ReadError(f"{weights} is no ONNX file: {' '.join(str(error).split())}") from error
    _refuse_endless(network, weights)
    beside = _files_beside(network, weights)
    onnx.external_data_helper.load_external_data_for_model(network, str(weights.parent))
    for tensor in network.graph.initializer:
        _check_numbers(tensor, weights)
    return beside


def _refuse_endless(network: ModelProto, weights: Path) -> None:
    """Refuse what repeats itself, wherever it stands: in branches and functions, too."""
    for node in _all_nodes(network):
        own = node.domain not in STANDARD
        repeats = [each for each in node.attribute if each.graphs or each.HasField("g")]
        if node.op_type in BRANCHES and not own:
            continue
        if repeats or (node.op_type in ENDLESS and not own):
            raise ReadError(
                f"{weights} holds a {node.op_type}, which may never end. Networks that restore "
                "images need none: it is not run."
            )
    if _written_out(network) > MAX_NODES:
        raise ReadError(
            f"{weights} holds functions that call themselves or each other so often that more than "
            f"{MAX_NODES:,} operations come of it. No network needs that: it is not run."
        )


def _all_nodes(network: ModelProto) -> Iterator[NodeProto]:
    yield from _nodes_of(network.graph)
    for function in network.functions:
        yield from _nodes_of(function)
        # What a call can leave out may be a branch, too.
        yield from _nodes_in(function.attribute_proto)


def _nodes_of(graph: GraphProto | FunctionProto) -> Iterator[NodeProto]:
    for node in graph.node:
        yield node
        yield from _nodes_in(node.attribute)


def _nodes_in(attributes: Iterable[AttributeProto]) -> Iterator[NodeProto]:
    for attribute in attributes:
        for graph in (attribute.g, *attribute.graphs):
            yield from _nodes_of(graph)


def _written_out(network: ModelProto) -> int:
    """Return how many operations there are once each call of a function is replaced by its body.

    Each function is counted after those that it calls; what calls itself is never counted, and so
    is taken to be endless.
    """
    bodies = {(f.domain, f.name): list(_nodes_of(f)) for f in network.functions}
    counted: dict[tuple[str, str], int] = {}
    waiting = dict(bodies)
    while waiting:
        ready = [
            key
            for key, nodes in waiting.items()
            if all(_called(node) not in waiting for node in nodes)
        ]
        if not ready:
            return MAX_NODES + 1
        for key in ready:
            counted[key] = _count(waiting.pop(key), counted)
    return _count(_nodes_of(network.graph), counted)


def _called(node: NodeProto) -> tuple[str, str]:
    return node.domain, node.op_type


def _count(nodes: Iterable[NodeProto], counted: Mapping[tuple[str, str], int]) -> int:
    return sum(counted.get(_called(node), 1) for node in nodes)


def _files_beside(network: ModelProto, weights: Path) -> list[Path]:
    """Return the other files that hold weights; refuse those that are not beside it."""
    from onnx.external_data_helper import ExternalDataInfo, _get_all_tensors, uses_external_data

    found = set()
    for tensor in _get_all_tensors(network):
        if not uses_external_data(tensor):
            continue
        location = ExternalDataInfo(tensor).location
        beside = weights.parent / location
        if Path(location).name != location or beside.is_symlink() or not beside.is_file():
            raise ReadError(
                f"{weights}: the weights {tensor.name} lie in another file, {location!r}, which "
                "is not beside it in the bundle."
            )
        found.add(beside)
    return sorted(found)


def _check_numbers(tensor: TensorProto, weights: Path) -> None:
    import numpy as np
    from onnx import numpy_helper

    if tensor.data_type in COMPLEX_TYPES:
        raise ReadError(
            f"{weights}: the weights {tensor.name} are complex numbers, which no network here "
            "computes with."
        )
    if tensor.data_type not in REAL_TYPES:
        return
    try:
        finite = np.isfinite(numpy_helper.to_array(tensor)).all()
    except (ValueError, TypeError) as error:
        raise ReadError(
            f"{weights}: the weights {tensor.name} are damaged: {said(error)}."
        ) from error
    if not finite:
        raise ReadError(f"{weights}: the weights {tensor.name} hold NaN or infinite numbers.")
