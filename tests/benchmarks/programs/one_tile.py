"""Run a network on a tile of 1024×1024 by PyTorch: one_tile.py NETWORK OUTPUT.npy SWITCH….

Switches: memory, channels-last, table, threads (two, beside a process that is busy on each core).
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from contextlib import ExitStack
from unittest.mock import patch

import numpy as np

TIMES = 4
BUSY = "while True: pass"


def main(network_name: str, output: str, *switches: str) -> None:
    """Run it some times, print the median of CPU seconds, and keep the result."""
    from debcr_core.allocation import keep_memory

    if "memory" in switches:
        keep_memory()
    import torch

    from debcr_core.plugins import Plugins
    from debcr_core.stopping import Stop
    from debcr_core.torch_model import channels_last, run

    torch.manual_seed(0)
    torch.set_num_threads(2 if "threads" in switches else 1)
    network = Plugins.discover().create("model", network_name).network()
    for values in network.parameters():
        # Where a fresh network ends in zeros, too, as training leaves it.
        if not values.any():
            torch.nn.init.normal_(values, std=0.02)
    if "channels-last" in switches:
        channels_last(network, "cpu")
    predictor = run(network, "cpu")
    tile = np.random.default_rng(0).random((1, 1, 1024, 1024), np.float32)
    with ExitStack() as stack:
        if "table" not in switches and network_name == "m-rbcr":
            chain = "debcr_plugins.mrbcr.pointwise.PointwiseChain._only_evaluated"
            stack.enter_context(patch(chain, lambda _: False))
        if "threads" in switches:
            for _ in range(os.cpu_count() or 1):
                other = subprocess.Popen([sys.executable, "-c", BUSY])
                stack.callback(other.kill)
        seconds = []
        for _ in range(TIMES):
            began = time.process_time()
            restored = predictor.compute(tile, Stop())
            seconds.append(time.process_time() - began)
    np.save(output, restored)
    print("RESULT", json.dumps({"seconds": statistics.median(seconds[1:])}))  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
