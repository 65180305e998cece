"""Names for sizes inside an ONNX file, by which runtimes see that enlarged maps fit others.

Of an input of any size ONNX knows no size behind the first convolution. Where a runtime cannot see
that what was enlarged is as large as what it is added to, it computes both, and adds them up in an
operation of its own.
"""

from __future__ import annotations

from collections.abc import Sequence

import onnx

Sizes = Sequence[int]
Shape = tuple[int, ...]


def name_sizes(file: onnx.ModelProto, first: Sizes, second: Sizes) -> None:
    """Name the axes of sums of what was enlarged: alike, if as long at both sizes of the input.

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
    for name in sorted(_added_to_enlarged(file) & shapes.keys() & others.keys()):
        one, other = shapes[name], others[name]
        if len(one) == len(other) == len(first):
            axes = enumerate(zip(one, other, strict=True))
            named = [a if a == b else f"axis_{axis}_{a}_{b}" for axis, (a, b) in axes]
            file.graph.value_info.append(
                onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, named)
            )


def _added_to_enlarged(file: onnx.ModelProto) -> set[str]:
    """Return the names of what enters sums with something enlarged."""
    enlarged = {node.output[0] for node in file.graph.node if node.op_type == "Resize"}
    sums = [set(node.input) for node in file.graph.node if node.op_type == "Add"]
    return {name for inputs in sums if inputs & enlarged for name in inputs}


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
