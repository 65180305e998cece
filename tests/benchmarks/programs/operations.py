# ruff: noqa: T201
"""Floating-point operations for each pixel: operations.py [ONNX file].

Of our models as PyTorch counts them, and of the convolutions of an ONNX file.
"""

import json
import sys
from math import prod

import onnx
import torch
from torch.utils.flop_counter import FlopCounterMode

from debcr_core import load_model
from debcr_plugins.mrbcr import MRBCR

SIDE = 512


def of_torch(network: torch.nn.Module) -> float:
    """Return what PyTorch counts for a pixel, as images are restored."""
    with FlopCounterMode(display=False) as counter, torch.inference_mode():
        network.eval()(torch.zeros(1, 1, SIDE, SIDE))
    return counter.get_total_flops() / SIDE**2


def of_onnx(path: str) -> float:
    """Return what the convolutions of a file with fixed sizes cost for a pixel."""
    graph = onnx.shape_inference.infer_shapes(onnx.load(path)).graph
    kernels = {each.name: prod(each.dims[1:]) for each in graph.initializer}
    shapes = {
        value.name: [dim.dim_value for dim in value.type.tensor_type.shape.dim]
        for value in (*graph.value_info, *graph.input, *graph.output)
    }
    total = 0
    for node in graph.node:
        # A transposed convolution spreads each pixel of its input, the others gather their output.
        side = {"Conv": node.output, "ConvTranspose": node.input}.get(node.op_type)
        if side:
            total += 2 * prod(shapes[side[0]]) * kernels[node.input[1]]
    return total / prod(shapes[graph.input[0].name])


counted = {"m-rbcr": of_torch(MRBCR().network())}
counted["denoise"] = of_torch(load_model("denoise").recipe.model.network())
if sys.argv[1:]:
    counted["nuclei"] = of_onnx(sys.argv[1])
print("RESULT", json.dumps(counted))
