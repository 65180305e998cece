"""Tiles as wide as the image."""

from __future__ import annotations

from pydantic import Field

from debcr_core import Tile, Tiler, hookimpl


class Rows(Tiler):
    """Strips that follow each other along the first axis: few seams, for long narrow images."""

    name = "rows"

    served: int = Field(64, ge=1, le=65536, description="Pixels along the first axis, about.")

    def grid(self, shape, footprint):
        """Return the strips."""
        stride = footprint.stride[0]
        margin = _up(footprint.halo[0], stride)
        wanted = (2 * margin + _up(self.served, stride), *shape[1:])
        sides = footprint.fixed_size or tuple(
            least + _up(max(size - least, 0), step)
            for size, least, step in zip(wanted, footprint.min_size, footprint.stride, strict=True)
        )
        step = (sides[0] - 2 * margin) // stride * stride
        if step < 1 or any(size > side for size, side in zip(shape[1:], sides[1:], strict=True)):
            from debcr_core import UsageError

            raise UsageError("Strips need a network that takes any width: --tiler halo-grid.")
        rest = tuple(slice(0, side) for side in sides[1:])
        whole = tuple(slice(0, size) for size in shape[1:])
        return [
            Tile(
                (slice(start - margin, start - margin + sides[0]), *rest),
                (slice(start, min(start + step, shape[0])), *whole),
                ((0, 0),) * len(shape),
            )
            for start in range(0, shape[0], step)
        ]


def _up(size, step):
    return -(-size // step) * step


@hookimpl
def debcr_tilers():
    """Offer the tiler."""
    return [Rows]
