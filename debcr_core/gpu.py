"""Whether there is a GPU that torch can use: torch itself is asked only where there may be one.

Importing torch takes longer than restoring a small image.
"""

from __future__ import annotations

import ctypes
import platform
import sys
from importlib.metadata import PackageNotFoundError, version

DRIVERS = {"linux": "libcuda.so.1", "win32": "nvcuda.dll"}
"""Library of NVIDIA's driver, by system: without it no build for CUDA finds a GPU."""


def gpu_at_hand() -> bool:
    """Say whether networks run on a GPU where the user leaves the choice (``auto``)."""
    if not gpu_may_be_there():
        return False
    import torch

    return torch.cuda.is_available() or torch.backends.mps.is_available()


def gpu_may_be_there() -> bool:
    """Say whether torch is asked, and so loaded, where the user leaves the choice."""
    try:
        build = version("torch").partition("+")[2]
    except PackageNotFoundError:
        return False
    if sys.platform == "darwin":
        return platform.machine() == "arm64"
    if build.startswith(("rocm", "xpu")):
        return True
    return build != "cpu" and _loads(DRIVERS.get(sys.platform, ""))


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library or None)
    except OSError:
        return False
    return bool(library)
