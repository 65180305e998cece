"""Names for sizes inside an ONNX file, by which runtimes see that enlarged maps fit others.

Of an input of any size ONNX knows no size behind the first convolution. Where a runtime cannot see
that what was enlarged, or got another size by a convolution, is as large as what it is added to, it
computes both, and adds them up in an operation of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import onnx

Sizes = Sequence[int]
Shape = tuple[int, ...]


def name_sizes(file: onnx.ModelProto, first: Sizes, second: Sizes) -> None:
    """Name the axes of sums of what got another size: alike, if as long at both of the input's.

    Not of all sums: ONNX Runtime would take a quarter more memory for a U-Net, and as long.

    Parameters
    ----------
    file : onnx.ModelProto
        A network, for inputs of any size; it is changed.
    first, second : sequence of int
        Two shapes of its input, which differ along each axis of any size, and each by another
        number.
    """
    shapes, others = (_shapes(file, sizes) for sizes in (first, second))
    del file.graph.value_info[:]
    for name in sorted(_added_to_resized(file, shapes) & shapes.keys() & others.keys()):
        one, other = shapes[name], others[name]
        if len(one) == len(other) == len(first):
            axes = enumerate(zip(one, other, strict=True))
            named = [a if a == b else f"axis_{axis}_{a}_{b}" for axis, (a, b) in axes]
            file.graph.value_info.append(
                onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, named)
            )


def _added_to_resized(file: onnx.ModelProto, shapes: Mapping[str, Shape]) -> set[str]:
    """Return the names of what enters sums with something that got another size."""
    resized: set[str] = set()
    added: set[str] = set()
    for node in file.graph.node:
        if node.op_type == "Resize" or (node.op_type == "Conv" and _resizes(node, shapes)):
            resized.update(node.output)
        elif node.op_type == "Add" and resized.intersection(node.input):
            added.update(node.input)
            # Of three that are added up, the third as well.
            resized.update(node.output)
    return added


def _resizes(node: onnx.NodeProto, shapes: Mapping[str, Shape]) -> bool:
    before, after = (shapes.get(name, ()) for name in (node.input[0], node.output[0]))
    return bool(before) and bool(after) and before[2:] != after[2:]


def _shapes(file: onnx.ModelProto, sizes: Sizes) -> dict[str, Shape]:
    """Return the shapes of what is computed of an input of these sizes, as far as ONNX knows."""
    settled = onnx.ModelProto()
    settled.CopyFrom(file)
    del settled.graph.value_info[:]
    for dim, size in zip(settled.graph.input[0].type.tensor_type.shape.dim, sizes, strict=True):
        dim.dim_value = size
    inferred = onnx.shape_inference.infer_shapes(settled, data_prop=True)
    return {tensor.name: _shape(tensor) for tensor in inferred.graph.value_info}


def _shape(tensor: onnx.ValueInfoProto) -> Shape:
    """Return the shape of real numbers; nothing of others, or where it is not known."""
    held = tensor.type.tensor_type
    if held.elem_type != onnx.TensorProto.FLOAT:
        return ()
    shape = tuple(dim.dim_value for dim in held.shape.dim)
    return shape if all(shape) else ()
