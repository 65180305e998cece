"""What is found about an image and a model."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One reason to doubt that a model suits an image.

    Attributes
    ----------
    kind : str
        What it is about: one of `debcr_core.trained.BEYOND`, or ``axes``,
        ``pixel-size`` or ``restored``.
    sentence : str
        What was found, what of it, and what to do.
    """

    kind: str
    sentence: str


@dataclass(frozen=True)
class Verdict:
    """Whether a model suits an image.

    Attributes
    ----------
    findings : tuple of Finding
        What speaks against it.
    photons : float or None
        The noise that was measured, as the number of photons at the image's full contrast that
        leaves as much: many where there is little. Read noise and fine structure make it smaller.
        None where it could not be measured.
    """

    findings: tuple[Finding, ...] = ()
    photons: float | None = None

    @property
    def fits(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.findings

    def __str__(self) -> str:
        if self.fits:
            return "fits"
        return f"doubtful: {' '.join(finding.sentence for finding in self.findings)}"
