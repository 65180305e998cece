"""How a normalizer goes into a published bundle, so that every consumer does what it does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

Step = dict[str, Any]
"""A step of preprocessing as the RDF of a bundle has it: ``{"id": …, "kwargs": {…}}``."""


@dataclass(frozen=True)
class Folded:
    """A PyTorch module that becomes part of the published network.

    Its source goes into the bundle, so it stands at the top level of a Python file and needs
    PyTorch alone. It takes and returns a tensor of one shape, is elementwise, and has no
    weights: tensors that it needs are buffers with ``persistent=False``.

    Attributes
    ----------
    maker : callable
        The module's class, or a function that returns it.
    parameters : mapping
        Its keyword arguments, as values that YAML can hold.
    """

    maker: Callable[..., torch.nn.Module]
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Published:
    """What consumers of a bundle compute: ``after(network(before(steps(image))))``.

    Attributes
    ----------
    steps : tuple of dict
        Preprocessing, in the steps of the specification; statistics are of the whole image.
        Source: https://bioimage-io.github.io/spec-bioimage-io/
    before : Folded or None
        What the published network does first. Where there is no `after`, it must leave what
        `Normalization.apply` returns as it is, as clipping does.
    after : Folded or None
        What the published network does last: with it, the bundle's output is on the image's scale,
        so all that the steps and `before` do must be undone by it. None: the output stays on the
        network's scale, and our own runner alone undoes the normalization.
    left_out : str
        What the normalizer does besides, for the bundle's README: a sentence; empty if nothing.
    """

    steps: tuple[Step, ...] = ()
    before: Folded | None = None
    after: Folded | None = None
    left_out: str = ""
