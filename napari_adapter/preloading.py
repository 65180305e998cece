"""Load torch without stopping the viewer.

Python's ``import`` holds its lock while a library is mapped and its symbols are bound, which takes
torch up to a second in which nothing is drawn. A foreign function is called without that lock:
loaded in this way first, the libraries are there when ``import torch`` wants them.

Torch's threads then sleep while they wait for each other: spinning, they took the processor from
the viewer, and a tile took two to four times as long by that.
"""

from __future__ import annotations

import ctypes
import os
import sys
from importlib.util import find_spec
from pathlib import Path

from debcr_core.waiting_threads import sleep_while_waiting

LIBRARIES = ("c10", "torch_cpu", "torch_python")


def preload_torch() -> None:
    """Map torch's libraries, where that is possible; ``import torch`` does the rest in any case.

    Its threads then sleep while they wait, unless the user's environment says otherwise.
    """
    sleep_while_waiting()
    spec = find_spec("torch")
    if "torch" in sys.modules or spec is None or spec.origin is None or os.name != "posix":
        return
    ending = "dylib" if sys.platform == "darwin" else "so"
    folder = Path(spec.origin).parent / "lib"
    this_program = ctypes.CDLL(None)
    this_program.dlopen.restype = ctypes.c_void_p
    this_program.dlopen.argtypes = [ctypes.c_char_p, ctypes.c_int]
    for name in LIBRARIES:
        path = folder / f"lib{name}.{ending}"
        if path.is_file():
            this_program.dlopen(os.fsencode(path), os.RTLD_NOW)
