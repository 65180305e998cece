# ruff: noqa: T201
"""Our model restores further planes: our_planes.py MODEL BACKEND IMAGE PLANES.

All that restoring a plane takes, statistics and scales included, but for files. An empty BACKEND
leaves the choice.
"""

import json
import sys
import time

import numpy as np
import tifffile

from debcr_core import Runner, load_model, make_image

model, backend, image, planes = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
pixels = tifffile.imread(image)
chosen = {"backend": backend} if backend else {}
cpu, wall = [], []
with Runner(load_model(model), **chosen) as runner:
    for number in range(planes + 1):
        plane = make_image(np.roll(pixels, number), "yx")
        began, spent = time.perf_counter(), time.process_time()
        runner.plan(plane).restore()
        cpu.append(time.process_time() - spent)
        wall.append(time.perf_counter() - began)
# The first plane pays for what is prepared once.
print("RESULT", json.dumps({"cpu": cpu[1:], "wall": wall[1:]}))
