"""Freed memory is kept where that was asked for, and results stay the same bytes."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest

GLIBC = platform.libc_ver()[0] == "glibc"

RESTORED = """
import hashlib, sys
import numpy as np, torch
from debcr_core import keep_memory
if sys.argv[1] == "keep":
    keep_memory()
from debcr_core import restore
torch.set_num_threads(1)
image = np.random.default_rng(0).random((150, 260), np.float32)
print(hashlib.sha256(restore(image, "denoise").values.tobytes()).hexdigest())
"""

GROWN = """
import ctypes, mmap, sys, threading
from debcr_core import keep_memory
if sys.argv[1] == "keep":
    print(keep_memory())
library = ctypes.CDLL(None)
library.malloc.restype, library.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
library.free.argtypes = [ctypes.c_void_p]
SIZE = 2**27

def resident():
    return int(open("/proc/self/statm").read().split()[1]) * mmap.PAGESIZE

def take_and_free():
    block = library.malloc(SIZE)
    ctypes.memset(block, 1, SIZE)
    library.free(block)

before = resident()
worker = threading.Thread(target=take_and_free)
worker.start()
worker.join()
print(resident() - before > SIZE // 2)
"""

IMPORTED = """
import sys
import debcr_core
debcr_core.make_image
print("debcr_core.allocation" in sys.modules)
"""


def said(program: str, *arguments: str) -> list[str]:
    # Who starts workers of Dask hands glibc's settings on to what is started next.
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MALLOC_")}
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        check=True,
        capture_output=True,
        text=True,
        env=environment,
    )
    return done.stdout.split()


@pytest.mark.skipif(not GLIBC, reason="only glibc has these settings")
def test_what_a_thread_frees_is_kept_only_when_asked_for() -> None:
    assert said(GROWN, "keep") == ["True", "True"]
    assert said(GROWN, "default") == ["False"]


def test_restored_images_are_the_same_bytes() -> None:
    assert said(RESTORED, "keep") == said(RESTORED, "default")


def test_importing_the_library_changes_nothing_for_its_host() -> None:
    assert said(IMPORTED) == ["False"]


@pytest.mark.parametrize("error", [TypeError, OSError])
def test_elsewhere_than_with_glibc_nothing_happens(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    from debcr_core import allocation

    def refuse(_name: None) -> None:
        raise error

    monkeypatch.setattr(allocation.ctypes, "CDLL", refuse)
    assert not allocation.keep_memory()


def test_another_c_library_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    from debcr_core import allocation

    monkeypatch.setattr(allocation.ctypes, "CDLL", lambda _name: object())
    assert not allocation.keep_memory()
