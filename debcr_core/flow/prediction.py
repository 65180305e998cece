"""Run a network that somebody else wrote: its faults become sentences, its nonsense is refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from debcr_core.components import Floats, Model, Predictor
from debcr_core.errors import DebcrError


def checked_predictor(model: Model, weights: Path | None, device: str) -> Predictor:
    """Return the model's predictor, with its output checked.

    Parameters
    ----------
    model, weights, device
        As in `Model.predictor`.

    Returns
    -------
    callable
        Raises `DebcrError` where the network fails, returns another shape than it was given, or
        NaN or infinite pixels; `MemoryError` where memory runs out.
    """
    with _explained(model, f"with the weights {weights}" if weights else "when it was made"):
        predict = model.predictor(weights, device)

    def checked(block: Floats) -> Floats:
        size = "×".join(map(str, block.shape[2:]))
        with _explained(model, f"on a tile of {size} pixels"):
            output = np.asarray(predict(block))
        expected = (block.shape[0], model.output_channels, *block.shape[2:])
        if output.shape != expected:
            raise DebcrError(
                f'The model "{model.name}" made an output of shape {output.shape} from a tile of '
                f"shape {block.shape}, where {expected} was expected: only models that keep the "
                "shape restore images."
            )
        if not np.isfinite(output).all():
            raise DebcrError(
                f'The model "{model.name}" made NaN or infinite pixels on a tile of {size} '
                "pixels: its weights or its normalizer do not suit this image."
            )
        return output

    return checked


@contextmanager
def _explained(model: Model, when: str) -> Iterator[None]:
    try:
        yield
    except (DebcrError, MemoryError):
        raise
    except Exception as error:
        reason = " ".join(str(error).split())[:300]
        raise DebcrError(
            f'The model "{model.name}" failed {when}: {type(error).__name__}: {reason}'
        ) from error
