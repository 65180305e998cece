"""Compare how intensities are spread, not where they are."""

from __future__ import annotations

from pydantic import Field

from debcr_core import Figure, Metric, hookimpl, paired_values


class Histogram(Metric):
    """The largest distance between cumulative histograms (Kolmogorov and Smirnov)."""

    name = "histogram"

    bins: int = Field(64, ge=2, le=4096, description="Of the picture.")

    def measure(self, image, reference):
        """Return the distance, between 0 and 1."""
        import numpy as np

        one, other = (np.sort(values, axis=None) for values in paired_values(image, reference))
        places = np.concatenate([one, other])
        shares = [np.searchsorted(v, places, "right") / v.size for v in (one, other)]
        return [
            Figure("histogram distance", float(np.abs(shares[0] - shares[1]).max()), "", "lower")
        ]

    def plot(self, images, reference, path):
        """Draw the histograms."""
        from matplotlib.figure import Figure as Picture

        figure = Picture(figsize=(6, 4))
        axes = figure.subplots()
        for name, image in {**images, "reference": reference}.items():
            axes.hist(image.values.ravel(), self.bins, histtype="step", label=name)
        axes.set(xlabel="intensity", ylabel="pixels", yscale="log")
        axes.legend()
        figure.savefig(path, format="png")


@hookimpl
def debcr_metrics():
    """Offer the metric."""
    return [Histogram]
