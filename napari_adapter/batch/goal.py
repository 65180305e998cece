"""Where the outputs of a batch go, and in which form."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from debcr_core.components import Part
from debcr_core.flow.pairing import Pair, pairs_in
from debcr_core.plugins import Plugins


@dataclass(frozen=True)
class Goal:
    """What the user wants of the outputs.

    Attributes
    ----------
    folder : Path
        Where they go.
    suffix : str or None
        Their format's; None for that of the input, where it holds float32.
    dtype : str or None
        Pixel type, as `debcr_core.restore` takes it.
    overwrite : bool
        Whether those that exist may be replaced.
    """

    folder: Path
    suffix: str | None = None
    dtype: str | None = None
    overwrite: bool = False

    def pairs(
        self, parts: Iterable[Part], plugins: Plugins, made: Mapping[Path, Path]
    ) -> list[Pair]:
        """Return where each image goes; no two of a queue go to one place.

        Parameters
        ----------
        parts : iterable of Part
            The images.
        plugins : Plugins
            What is installed.
        made : mapping of Path to Path
            Outputs that the queue has made already, and of what: they are not replaced.
        """
        pairs = pairs_in(self.folder, parts, plugins, suffix=self.suffix)
        return [
            replace(pair, rivals=(*pair.rivals, made[pair.output])) if pair.output in made else pair
            for pair in pairs
        ]


def is_there(pair: Pair) -> bool:
    """Say whether an output exists that its image alone would have."""
    return not pair.rivals and os.path.lexists(pair.output)
