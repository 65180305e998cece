"""Libraries report to nobody what they are used for."""

from __future__ import annotations

import os

OFF = "ORT_DISABLE_TELEMETRY"
"""ONNX Runtime from 1.29 on tells Microsoft of machine and networks, where this is not set."""


def report_nothing() -> None:
    """Have ONNX Runtime report nothing: before it is loaded, since it looks then."""
    os.environ.setdefault(OFF, "1")
