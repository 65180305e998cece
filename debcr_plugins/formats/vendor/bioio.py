"""Microscope makers' formats through bioio (https://bioio-devs.github.io/bioio), an extra."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from debcr_core.components import Part, Reader, Several
from debcr_core.hookspecs import hookimpl

if TYPE_CHECKING:
    import xarray as xr

CZI = b"ZISRAWFILE"
LIF = b"\x70\x00\x00\x00"
ND2 = (b"\xda\xce\xbe\x0a", b"\x00\x00\x00\x0cjP  ")


class BioioReader(Reader):
    """CZI, LIF, ND2 and what further plugins of bioio read, lazily.

    Needs the extra: ``pip install "debcr-zoo[bioio]"``.
    """

    name: ClassVar[str] = "bioio"
    suffixes: ClassVar[tuple[str, ...]] = (
        *(".czi", ".lif", ".nd2"),
        *(".dv", ".r3d", ".ims", ".lof", ".oib", ".oif", ".oir", ".sldy", ".vsi", ".xlif"),
    )

    scene: int | None = Field(
        None,
        description="Number of the scene, where a file holds several; by default all where the "
        "output can hold them, else the first.",
        ge=0,
    )

    @classmethod
    def recognises(cls, path: Path, head: bytes) -> bool:
        """Say whether the content, or else the suffix, is of a maker's format."""
        return head.startswith((CZI, LIF, *ND2)) or path.name.lower().endswith(cls.suffixes)

    def read(self, path: Path) -> xr.DataArray:
        """Return one scene, lazily.

        Raises
        ------
        ReadError
            If bioio, or its plugin for the format, is not installed.
        """
        from debcr_plugins.formats.vendor.reading import read

        return read(path, self.scene)

    def several(self, path: Path) -> Several | None:
        """Return all scenes, unless one is asked for (see `Reader.several`)."""
        from debcr_plugins.formats.vendor.reading import count_scenes

        if self.scene is not None:
            return None
        readers = [self.model_copy(update={"scene": n}) for n in range(count_scenes(path))]
        parts = [Part(path, reader, path, str(n)) for n, reader in enumerate(readers)]
        return Several(tuple(parts)) if len(parts) > 1 else None


@hookimpl
def debcr_readers() -> list[type[Reader]]:
    """Offer the reader."""
    return [BioioReader]
