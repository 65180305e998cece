"""Models that are ONNX files already, such as those of bundles."""

from __future__ import annotations

from debcr_core.components import Model


class OnnxModel(Model):
    """A model whose weights are an ONNX file: its own way to run is ONNX Runtime."""
