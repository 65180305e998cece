"""The map that all built-in normalizers make: two intensities become 0 and 1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from debcr_core.components import Array, Floats, Normalization, Position
from debcr_core.errors import DebcrWarning
from debcr_core.signature import Kind
from debcr_plugins.normalizers.held_back import HeldBack, part_of
from debcr_plugins.normalizers.hot_pixels import HotPixels


@dataclass(frozen=True, eq=False)
class Linear(Normalization):
    """The map ``(x − zero) / (one − zero)``, and back.

    Where `zero` equals `one`, the image (or slice, or channel) is constant: it maps to 0 and
    comes back as that constant, whatever the network makes of it.

    What is held back of a pixel is added to what the network makes of the rest, so that fill and
    hot pixels keep their intensity.

    Attributes
    ----------
    zero, one : numpy.ndarray
        float64, broadcastable to the blocks: the intensities that become 0 and 1.
    clip : bool
        Whether `apply` cuts off what lies outside 0…1.
    channel : int
        The axis of channels in the blocks of output: the second where there is time before it.
    held_back : HeldBack or None
        What the network does not see.
    """

    zero: Array
    one: Array
    clip: bool = False
    channel: int = 0
    held_back: HeldBack | None = None

    @property
    def remarks(self) -> tuple[DebcrWarning, ...]:
        """Say how many hot and dead pixels there are (see `Normalization.remarks`)."""
        count = len(self.held_back.hot.excess) if self.held_back else 0
        if not count:
            return ()
        pixels = "One pixel stands" if count == 1 else f"{count} pixels stand"
        sentence = (
            f"{pixels} alone far above or below all around, as hot and dead pixels and cosmic hits "
            "do: held back from the network, they come back as they were (hold_back=false gives "
            "them to it)."
        )
        return (DebcrWarning(sentence, "hot-pixels"),)

    def at(self, position: Position) -> Linear:
        """Return the map for one part of the image (see `Normalization.at`)."""
        zero, one = part_of(self.zero, position), part_of(self.one, position)
        channel = 1 if isinstance(position.get("t"), slice) else 0
        held_back = self.held_back.at(position) if self.held_back else None
        return Linear(zero, one, self.clip, channel, held_back)

    def apply(self, block: Array) -> Floats:
        """Map intensities to the network's scale, as float32."""
        span = self.one - self.zero
        scaled = (self._seen(block) - self.zero) / np.where(span == 0, 1, span)
        return np.asarray(np.clip(scaled, 0, 1) if self.clip else scaled, np.float32)

    def apply_to_truth(self, block: Array) -> Floats:
        """Map a truth in the same way; a pixel that is hot in the input is not in the truth."""
        if not self.held_back:
            return self.apply(block)
        without_hot = replace(self.held_back, hot=HotPixels.none(block.ndim))
        return replace(self, held_back=without_hot).apply(block)

    def _seen(self, block: Array) -> Array:
        if not self.held_back:
            return block.astype(np.float64)
        return self.held_back.seen(block, self.zero)

    def undo(self, output: Floats, given: Array, kinds: tuple[Kind, ...]) -> Floats:
        """Map the network's scale back to intensities (see `Normalization.undo`).

        Where the network makes another number of channels than it sees, and these have maps of
        their own, the mean of the maps serves.
        """
        zero, one = (_for_output(values, output, self.channel) for values in (self.zero, self.one))
        shape = [1] * output.ndim
        shape[self.channel] = len(kinds)
        shifted = np.array([kind == "intensity" for kind in kinds]).reshape(shape)
        # What float32 cannot hold becomes infinite, and is refused where pixels are finished.
        with np.errstate(over="ignore"):
            scaled = np.asarray(output * (one - zero) + np.where(shifted, zero, 0), np.float32)
        return self._with_held_back(scaled, given, kinds)

    def _with_held_back(self, restored: Floats, given: Array, kinds: tuple[Kind, ...]) -> Floats:
        """Return a block with what was held back, in its channels of intensities."""
        if not self.held_back:
            return restored
        if given.shape == restored.shape and set(kinds) == {"intensity"}:
            return self.held_back.brought_back(restored, given)
        made = np.moveaxis(restored.copy(), self.channel, 0)
        intensities = [number for number, kind in enumerate(kinds) if kind == "intensity"]
        if given.ndim < restored.ndim:
            for number in intensities:
                made[number] = self.held_back.brought_back(made[number], given)
        else:
            # Made of several channels: what is fill in all of them is none of these.
            fill = np.all(self.held_back.beyond(given), axis=self.channel)
            made[intensities] = np.where(fill, given.mean(axis=self.channel), made[intensities])
        return np.moveaxis(made, 0, self.channel)

    def record(self) -> dict[str, Any]:
        """Return zero, one and clip, the former nested by t, c, z where they differ."""
        held_back = {"held_back": self.held_back.record()} if self.held_back else {}
        plain = {"zero": self.zero.tolist(), "one": self.one.tolist(), "clip": self.clip}
        return plain | held_back

    @classmethod
    def recalled(cls, record: Mapping[str, Any]) -> Self:
        """Return the map of a record."""
        zero, one = (np.array(record[key], np.float64) for key in ("zero", "one"))
        held_back = HeldBack.recalled(record["held_back"]) if "held_back" in record else None
        return cls(zero, one, bool(record["clip"]), held_back=held_back)


def _for_output(values: Array, output: Floats, channel: int) -> Array:
    """Return a map's numbers for blocks of output, which have channels in any case."""
    if values.ndim < output.ndim:
        return np.expand_dims(values, channel)
    if values.shape[channel] in (1, output.shape[channel]):
        return values
    return np.asarray(values.mean(axis=channel, keepdims=True))
