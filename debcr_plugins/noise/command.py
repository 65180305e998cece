"""`debcr noise`: tell a camera's noise from its images."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    import xarray as xr

    from debcr_plugins.noise.blocks import Blocks


def noise(
    ctx: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Raw images of one camera.")],
    same_field: Annotated[
        bool,
        typer.Option(
            "--same-field",
            help="The two FILEs are acquisitions of one field: fine structure is then not taken "
            "for noise.",
        ),
    ] = False,
    offset: Annotated[
        float | None,
        typer.Option(
            help="Counts where no light arrives, if known: the mean of an image with the shutter "
            "closed.",
            show_default="the darkest places",
        ),
    ] = None,
    channel: Annotated[
        str | None, typer.Option(help="Channel, by name or number, of files that have several.")
    ] = None,
) -> None:
    """Estimate gain, offset and read noise, and print them as lines for `debcr train`.

    They belong into the section degrade of a training configuration (see `debcr train
    --write-config`), for images that are degraded as this camera would.
    """
    from debcr_core.cli.console import stdout
    from debcr_core.errors import UsageError
    from debcr_core.flow.opening import open_image
    from debcr_plugins.noise.blocks import Blocks
    from debcr_plugins.noise.camera_line import fit_line
    from debcr_plugins.noise.lines import yaml_lines

    if same_field and len(files) != 2:
        raise UsageError(f"--same-field takes two FILEs; there are {len(files)}.")
    images = [_single(open_image(file, ctx.obj, channel=channel), file) for file in files]
    parts = _blocks(files, images, same_field)
    line = fit_line(Blocks.joined(parts))
    if offset is not None and not line.allows(offset):
        raise UsageError(
            f"With an offset of {offset:g} the read noise would be imaginary: the images say "
            f"{line.origin:.4g} at least. Measure the offset anew, or give other images."
        )
    brightest = [float(part.mean.max()) for part in parts]
    whole = all(image.dtype.kind in "ui" for image in images)
    stdout().print(
        yaml_lines(line, offset, brightest, whole),
        end="",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )


def _blocks(files: list[Path], images: list[xr.DataArray], same_field: bool) -> list[Blocks]:
    from debcr_plugins.noise.reading import blocks_of, blocks_of_pair

    if same_field:
        return [blocks_of_pair(images[0], images[1], f"{files[0]} and {files[1]}")]
    return [blocks_of(image, str(file)) for image, file in zip(images, files, strict=True)]


def _single(image: xr.DataArray, file: Path) -> xr.DataArray:
    """Refuse several channels: each has a detector of its own."""
    from debcr_core.errors import UsageError

    if image.sizes.get("c", 1) > 1:
        raise UsageError(f"{file} has {image.sizes['c']} channels: choose one by --channel.")
    return image
