"""The bundle's README: the author's text, and what was measured when it was packaged."""

from __future__ import annotations

from debcr_core.published import Published
from debcr_plugins.normalizers.in_bundles import EPSILON
from debcr_plugins.zoo.publishing.comparing import Comparison
from debcr_plugins.zoo.publishing.metadata import Metadata
from debcr_plugins.zoo.publishing.seam import Seam

OPEN_LINE = (
    "\nNobody's GitHub user is named, so the specification warns of missing maintainers, and an "
    "upload to the zoo needs one.\n"
)

ON_ITS_SCALE = (
    "The output is on the network's scale: the normalisation is not undone, since the zoo's "
    "format knows no step for that. DeBCR Zoo undoes it, by the recipe in `config.debcr` of "
    "rdf.yaml."
)
UNDONE = "The network undoes the normalisation itself: the output is on the input's scale."
ADDED = f"The normalisation adds {EPSILON:g} to the range that it divides by."


def documentation(
    text: str, metadata: Metadata, compared: Comparison, seam: Seam, published: Published
) -> str:
    """Return Markdown with the section that the zoo looks for, Validation.

    Parameters
    ----------
    text : str
        What the author wrote.
    metadata : Metadata
        Says how to validate.
    compared, seam
        What was measured.
    published : Published
        How the recipe's normalizer goes into the bundle, and what of it a bundle cannot say.
    """
    rows = [
        *(
            f"| largest difference between {kind} and the trained network | {difference:.2g} |"
            for kind, difference in compared.differences.items()
        ),
        f"| halo along each axis, pixels | {_times(seam.halo)} |",
        _seam_row(seam),
    ]
    table = "\n".join(["| measured when it was packaged | |", "| --- | ---: |", *rows])
    shapes = f"Formats were compared on inputs of {', '.join(map(_times, compared.sizes))}."
    ranged = any(step["id"] == "scale_range" for step in published.steps)
    sentences = [UNDONE if published.after else ON_ITS_SCALE, ADDED * ranged, published.left_out]
    note = " ".join(filter(None, sentences))
    open_line = "" if metadata.has_github_user else OPEN_LINE
    parts = [text.rstrip(), f"## Validation\n{metadata.validation.strip()}", table, shapes, note]
    return "\n\n".join(parts) + "\n" + open_line


def _times(sizes: tuple[int, ...]) -> str:
    return "×".join(map(str, sizes))


def _seam_row(seam: Seam) -> str:
    if seam.error is None:
        return "| seam: none, since the network takes images of one size only | |"
    return (
        f"| largest difference between tiled ({_times(seam.tile)}) and whole "
        f"({_times(seam.whole)}), as a share of the output's range | {seam.error:.2g} |"
    )
