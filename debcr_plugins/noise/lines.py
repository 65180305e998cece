"""What was estimated, as lines for the section `degrade` of a training configuration."""

from __future__ import annotations

from debcr_core.yaml.commented import commented_entry, commented_out
from debcr_plugins.noise.camera_line import CameraLine

COUNTING = 0.2
"""Read noise, in electrons, below which a detector counts photons, as far as can be told."""
DEPTHS = (8, 10, 12, 14, 16)


def yaml_lines(line: CameraLine, offset: float | None, brightest: list[float], whole: bool) -> str:
    """Return YAML with comments that say how sure each value is.

    Parameters
    ----------
    line : CameraLine
        What was fitted.
    offset : float or None
        The camera's offset, where it is known.
    brightest : list of float
        Mean counts of the brightest blocks of each image.
    whole : bool
        Whether pixels are whole numbers.
    """
    at_most = line.darkest if offset is None else offset
    most = line.read_noise(at_most)
    least = 0.0 if offset is None else most
    counts = most < COUNTING
    photons = [max(value - at_most, 0) / line.gain for value in brightest]
    entries = [
        _comment("Expected in the brightest places of these images; widen it for others."),
        commented_entry("photons", _rounded(max(min(photons), 0.01), max(photons))),
        _comment(_about_read_noise(line, offset)),
        commented_entry("read_noise", _rounded(least, most)),
        commented_entry("without_read_noise", 1 if counts else 0),
        commented_entry("gain", _rounded(line.gain, line.gain)),
        commented_entry("offset", _rounded(max(at_most, 0), max(at_most, 0))),
        commented_entry("bit_depth", _depth(max(brightest)) if whole else None),
    ]
    return "degrade:\n" + "".join(f"  {row}\n" for row in "".join(entries).splitlines())


def _about_read_noise(line: CameraLine, offset: float | None) -> str:
    if offset is not None:
        return f"With the offset {offset:g} that was given."
    return (
        f"The darkest places show {line.darkest:.4g} counts. Taken for the offset; less if light "
        f"reaches them, not below {line.origin:.4g} (no read noise). Known exactly by --offset."
    )


def _comment(text: str) -> str:
    return commented_out(f"{text}\n")


def _rounded(low: float, high: float) -> list[float]:
    """Return a range with as many digits as an estimate has."""
    return [float(f"{low:.3g}"), float(f"{high:.3g}")]


def _depth(largest: float) -> int | None:
    """Return the least bits that hold the counts."""
    return next((bits for bits in DEPTHS if largest < 2**bits), None)
