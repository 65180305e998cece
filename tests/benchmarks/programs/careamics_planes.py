# ruff: noqa: T201
"""CAREamics' default network restores further planes: careamics_planes.py SIDE PLANES.

The network alone on the whole plane at once, which is the least that its users can spend: no file,
no tile, no normalization. Its weights are random, which costs the same.
"""

import json
import sys
import time
import types
from importlib.machinery import ModuleSpec

import numpy as np
import torch
import torchmetrics.image  # noqa: F401  (before it could take the stand-in for the real one)
from torch.utils.flop_counter import FlopCounterMode

# It imports torchvision for another network; beside a torch for CPUs there is none.
for missing in ("torchvision", "torchvision.transforms", "torchvision.transforms.functional"):
    sys.modules[missing] = types.ModuleType(missing)
    sys.modules[missing].__spec__ = ModuleSpec(missing, None)
sys.modules["torchvision"].__version__ = "0"

from careamics.config import create_n2v_config  # noqa: E402
from careamics.models import model_factory  # noqa: E402

side, planes = int(sys.argv[1]), int(sys.argv[2])
chosen = create_n2v_config(
    "default", data_type="array", axes="YX", patch_size=(64, 64), batch_size=1
)
network = model_factory(chosen.algorithm_config.model).eval()
rng = np.random.default_rng(0)
cpu, wall = [], []
with torch.inference_mode():
    for _ in range(planes + 1):
        plane = torch.from_numpy(rng.random((1, 1, side, side), np.float32))
        began, spent = time.perf_counter(), time.process_time()
        network(plane)
        cpu.append(time.process_time() - spent)
        wall.append(time.perf_counter() - began)
# The first plane pays for what is prepared once.
with FlopCounterMode(display=False) as counter, torch.inference_mode():
    network(torch.zeros(1, 1, 256, 256))
operations = counter.get_total_flops() / 256**2
print("RESULT", json.dumps({"cpu": cpu[1:], "wall": wall[1:], "operations": operations}))
