"""Whether this processor has instructions for bfloat16: without them, PyTorch imitates it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

OF_ARM = ("bf16", "sve_bf16")
"""What ARM calls instructions that compute with bfloat16."""


def computes_bfloat16() -> bool:
    """Say whether this processor has instructions for bfloat16."""
    import torch

    if torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported():
        return True
    # Older releases of PyTorch do not tell of ARM.
    found: Mapping[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()
    return any(found.get(name) for name in OF_ARM)
