"""Bring intensities to the scale that a network was trained on, and back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from debcr_core.component import Array, Component, Floats, Position
from debcr_core.errors import DebcrWarning, UsageError
from debcr_core.published import Published
from debcr_core.signature import Kind

if TYPE_CHECKING:
    import xarray as xr


class Normalization(ABC):
    """What a normalizer learned from one image: an elementwise map and its inverse.

    Pixels that are held back from the network, and come back as they were, may become something
    that depends on others of the block.
    """

    @abstractmethod
    def at(self, position: Position) -> Normalization:
        """Return the map for one part of the image.

        Parameters
        ----------
        position : mapping of str to int or slice
            For each dim of the image, in its order: an index (the dim is dropped) or a slice
            (the dim stays in the blocks that are given to `apply` and `undo`).
        """

    @abstractmethod
    def apply(self, block: Array) -> Floats:
        """Map intensities to the network's scale, as float32, elementwise."""

    @abstractmethod
    def undo(self, output: Floats, given: Array, kinds: tuple[Kind, ...]) -> Floats:
        """Bring the network's output to the image's scale, elementwise.

        Parameters
        ----------
        output : numpy.ndarray
            float32, with the dims that `given` has and, at its place among ``t c z y x``, always
            ``c``: the channels that the network returns.
        given : numpy.ndarray
            The same part of the input, unchanged: what `apply` was given for it.
        kinds : tuple of {"intensity", "spread", "label", "probability"}
            What each of these channels holds. Intensities are undone wholly. A spread is scaled as
            differences of intensities are, but not shifted. What is done to labels and
            probabilities does not matter: the flow leaves them alone.

        Returns
        -------
        numpy.ndarray
            float32, of the output's shape.
        """

    def apply_to_truth(self, block: Array) -> Floats:
        """Map the truth that the network is trained to return to the scale of its output.

        By default as `apply`. A normalizer whose `undo` is not the inverse of `apply`, as an
        unbiased inverse of the Anscombe transform, has a map of its own here, which `undo`
        inverts.
        """
        return self.apply(block)

    @property
    def needs_output(self) -> bool:
        """Whether `undo` depends on statistics of the network's whole output."""
        return False

    def fit_output(self, output: xr.DataArray) -> Normalization:  # noqa: ARG002
        """Return the map that undoes, once the network's whole output is there.

        Called only where `needs_output` is true; of what it returns, that is false.

        Parameters
        ----------
        output : xarray.DataArray
            The network's output, joined but not undone: lazy, float32, with the restored
            image's dims and shape.
        """
        return self

    @property
    def remarks(self) -> tuple[DebcrWarning, ...]:
        """What the user should know of what was found; said once for each image."""
        return ()

    @abstractmethod
    def record(self) -> dict[str, Any]:
        """Return what was fitted, as values that JSON can hold; `Normalizer.recall` takes them."""


class Normalizer(Component):
    """Brings intensities to the scale that a network was trained on."""

    @abstractmethod
    def fit(self, image: xr.DataArray) -> Normalization:
        """Take the statistics once, over the whole (possibly lazy) image.

        Raises
        ------
        ImageError
            If the image holds NaN or infinite values.
        """

    def fit_for_axes(self, image: xr.DataArray, axes: str) -> Normalization:  # noqa: ARG002
        """Take the statistics for a network that sees some axes at once; by default as `fit`.

        Planes of a stack that the network sees one by one may differ by so much that one map does
        not suit all of them; volumes that it sees as a whole need one map each.

        Parameters
        ----------
        image : xarray.DataArray
            The whole image.
        axes : str
            Axes that are seen at once, such as ``yx`` or ``zyx``.
        """
        return self.fit(image)

    def fit_truth(
        self,
        truth: xr.DataArray,
        given: Normalization,  # noqa: ARG002
        axes: str,
    ) -> Normalization:
        """Take the statistics of the truth of a pair, for training; by default as of any image.

        Parameters
        ----------
        truth : xarray.DataArray
            What the network is trained to return.
        given : Normalization
            The map of the input beside it.
        axes : str
            As in `fit_for_axes`.
        """
        return self.fit_for_axes(truth, axes)

    def for_measuring(self) -> Self:
        """Return the same for images that are to be measured, not restored: by default itself.

        What is held back from a network, such as hot pixels, is part of an image that is measured.
        """
        return self

    def published(self, axes: str) -> Published:  # noqa: ARG002
        """Say how it goes into a bundle, where all consumers normalise alike; by default, not.

        Parameters
        ----------
        axes : str
            The network's axes behind batch, ``c`` among them: ``cyx``, ``czyx``.

        Raises
        ------
        UsageError
            If it cannot: what to do instead.
        """
        raise UsageError(
            f'The normalizer "{self.name}" cannot be said in a bundle so that every consumer does '
            "the same, so what is trained with it cannot be published: train with a normalizer "
            "that has the method published (see docs/publish.md)."
        )

    def recall(self, record: Mapping[str, Any], image: xr.DataArray) -> Normalization:  # noqa: ARG002
        """Return the map that was fitted earlier, without looking at the pixels again.

        Parameters
        ----------
        record : mapping
            What `Normalization.record` returned.
        image : xarray.DataArray
            The image that it was fitted to.

        Raises
        ------
        UsageError
            If this normalizer cannot, or the record is not one of its own.
        """
        raise UsageError(
            f'The normalizer "{self.name}" cannot be set up from a record: fit it to the image.'
        )
