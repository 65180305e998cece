"""Keep the memory that was freed: on Linux, networks take it anew for each layer."""

from __future__ import annotations

import ctypes

__all__ = ["keep_memory"]

GIB = 2**30
SETTINGS = {
    # Larger blocks than this are taken from the system each by itself, and go back when freed.
    "MALLOC_MMAP_THRESHOLD_": GIB,
    # So much of what is free at the end of the heap is kept.
    "MALLOC_TRIM_THRESHOLD_": 2 * GIB - 1,
    # Heaps of threads but the first are too small for a layer, which would be mapped after all; and
    # each would keep memory of its own.
    "MALLOC_ARENA_MAX": 1,
}
"""By the variables that glibc reads when a program starts."""
NUMBERS = {"MALLOC_MMAP_THRESHOLD_": -3, "MALLOC_TRIM_THRESHOLD_": -1, "MALLOC_ARENA_MAX": -8}
"""What they are called in glibc's <malloc.h>, for a program that has started."""


def keep_memory() -> bool:
    """Have this process keep freed memory for what it needs next.

    A layer's output of many megabytes is by default mapped when it is made and unmapped when it is
    freed, and the system clears its pages each time: about half of the CPU time of a network in
    PyTorch. Results stay the same bytes. The process keeps up to 2 GiB that it has freed, and its
    peak can grow to twice what it was, since blocks of different sizes take each other's places.

    The `debcr` command calls this when it starts. A library must not decide it for its host: a
    program of your own may call it, best before any thread was started.

    Returns
    -------
    bool
        Whether the C library is glibc, which alone has these settings; nothing changes elsewhere.

    Examples
    --------
    >>> import debcr_core
    >>> kept = debcr_core.keep_memory()  # doctest: +SKIP
    """
    try:
        library = ctypes.CDLL(None)
        library.gnu_get_libc_version  # noqa: B018
    except (TypeError, OSError, AttributeError):
        # Windows, a static interpreter, musl or macOS.
        return False
    accepted = [library.mallopt(NUMBERS[name], value) for name, value in SETTINGS.items()]
    return all(accepted)
