# ruff: noqa: T201
"""What a core can do at most: GFLOP per CPU second of a large product of float32 matrices."""

import json
import time

import numpy as np
import torch

SIDE = 3000

torch.set_num_threads(1)
left = np.random.default_rng(0).random((SIDE, SIDE), np.float32)
speeds = {}
for name, one, product in (("numpy", left, np.matmul), ("torch", torch.from_numpy(left), torch.mm)):
    best = 0.0
    for _ in range(4):
        began = time.process_time()
        product(one, one)
        best = max(best, 2e-9 * SIDE**3 / (time.process_time() - began))
    speeds[name] = best
print("RESULT", json.dumps(speeds))
