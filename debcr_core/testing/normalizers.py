"""What a normalizer must hold."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar
from unittest import SkipTest

import numpy as np

from debcr_core.errors import DebcrError, ImageError, UsageError
from debcr_core.normalization import Normalization
from debcr_core.notices import listening
from debcr_core.testing.components import ComponentTests
from debcr_core.testing.images import agree, counts, everywhere, lazy

if TYPE_CHECKING:
    import xarray as xr

Pixels = Any


class NormalizerTests(ComponentTests):
    """Tests of a normalizer.

    Attributes
    ----------
    tolerance : float
        By how much of the range `undo` may miss what `apply_to_truth` was given.
    """

    kind: ClassVar[str] = "normalizer"
    tolerance: ClassVar[float] = 1e-3

    def fitted(self, image: xr.DataArray) -> Normalization:
        """Return the map of an image, for a network that sees planes."""
        with listening():
            found = self.made().fit_for_axes(image, "yx")
        assert isinstance(found, Normalization), f"fit returns {type(found).__name__}"
        return found

    def test_it_gives_float32_of_the_same_shape(self) -> None:
        """Of every type and number of axes; what it is given stays as it was."""
        for dims, dtype in (("yx", "uint16"), ("yx", "float32"), ("zyx", "uint8")):
            image = counts(dims, dtype)
            before = image.values.copy()
            made = self.fitted(image).at(everywhere(image)).apply(image.values)
            assert made.dtype == np.float32, f"apply gives {made.dtype}"
            assert made.shape == image.shape, f"apply gives the shape {made.shape}"
            assert np.isfinite(made).all(), "apply gives NaN or infinity"
            np.testing.assert_array_equal(image.values, before)

    def test_a_part_is_normalized_as_in_the_whole(self) -> None:
        """Tiles, threads and machines each see a part."""
        image = counts("zyx")
        fitted = self.fitted(image)
        whole = fitted.at(everywhere(image)).apply(image.values)
        part: dict[str, int | slice] = {"z": 2, "y": slice(3, 20), "x": slice(5, 31)}
        alone = fitted.at(part).apply(image.values[2, 3:20, 5:31])
        agree(alone, whole[2, 3:20, 5:31], 1e-6, "a part")

    def test_undoing_gives_back_what_the_truth_was(self) -> None:
        """Away from the extremes, where a map may limit what the network sees."""
        for dims in ("yx", "zyx"):
            image = counts(dims, "float32")
            there = self.fitted(image).at(everywhere(image))
            output = _with_channel(there.apply_to_truth(image.values))
            back = there.undo(output, image.values, ("intensity",))
            assert back.shape == output.shape, f"undo gives the shape {back.shape}"
            assert back.dtype == np.float32, f"undo gives {back.dtype}"
            inner = _inner(image.values)
            given = image.values[inner]
            agree(_without_channel(back)[inner], given, self.tolerance, "what was undone")

    def test_an_image_with_nan_is_refused(self) -> None:
        """Its statistics would be NaN, and the result with them."""
        image = counts("yx", "float32").copy()
        image.values[3, 4] = np.nan
        try:
            self.fitted(image).at(everywhere(image)).apply(image.values)
        except ImageError:
            return
        raise AssertionError("an image with NaN is taken: raise ImageError in fit")

    def test_a_constant_image_gives_finite_pixels(self) -> None:
        """There is no range to divide by."""
        image = counts("yx", "float32")
        image = image.copy(data=np.full_like(image.values, 7))
        there = self.fitted(image).at(everywhere(image))
        made = there.apply(image.values)
        assert np.isfinite(made).all(), "apply gives NaN or infinity"
        back = there.undo(_with_channel(made), image.values, ("intensity",))
        assert np.isfinite(back).all(), "undo gives NaN or infinity"

    def test_a_lazy_image_is_fitted_as_one_in_memory(self) -> None:
        """Statistics do not depend on how pixels are kept."""
        image = counts("zyx")
        one, other = (
            self.fitted(each).at(everywhere(image)).apply(image.values)
            for each in (image, lazy(image))
        )
        agree(other, one, 1e-6, "a lazy image")

    def test_its_record_is_json_and_sets_the_map_up_again(self) -> None:
        """Records of restoring hold it; other machines take the map from there."""
        image = counts("zyx")
        fitted = self.fitted(image)
        record = fitted.record()
        try:
            stored = json.loads(json.dumps(record, allow_nan=False))
        except (TypeError, ValueError) as error:
            raise AssertionError(f"its record cannot be JSON: {error}") from error
        try:
            again = self.made().recall(stored, image)
        except UsageError as error:
            raise SkipTest("it cannot be set up from a record") from error
        one, other = (f.at(everywhere(image)).apply(image.values) for f in (fitted, again))
        agree(other, one, 0.0, "the map that was set up again")

    def test_what_it_says_of_bundles_can_be_published(self) -> None:
        """Modules that are folded into a network are exported to ONNX, and elementwise."""
        import io

        import torch

        try:
            published = self.made().published("cyx")
        except UsageError as error:
            raise SkipTest("it cannot be said in a bundle") from error
        for place, folded in (("before", published.before), ("after", published.after)):
            if folded is None:
                continue
            module = folded.maker(**folded.parameters).eval()
            assert not list(module.parameters()), f"{place} has weights"
            given = torch.linspace(0, 4, 48).reshape(1, 1, 6, 8)
            whole = module(given)
            assert whole.shape == given.shape, f"{place} gives the shape {tuple(whole.shape)}"
            assert torch.equal(module(given[..., :3]), whole[..., :3]), f"{place} sees neighbours"
            written: Any = io.BytesIO()
            try:
                torch.onnx.export(module, (given,), written, dynamo=False, opset_version=17)
            except Exception as error:
                raise AssertionError(
                    f"{place} cannot be exported to ONNX: write it in other operations "
                    f"({str(error).strip().splitlines()[-1][:150]})"
                ) from error

    def test_a_record_that_is_not_its_own_is_refused(self) -> None:
        """Such as one that another normalizer made."""
        image = counts()
        for record in ({}, {"no": "such"}):
            try:
                self.made().recall(record, image)
            except DebcrError:
                continue
            except (KeyError, TypeError, ValueError):
                # The flow says of these what they are.
                continue
            if self.fitted(image).record():
                raise AssertionError(f"recall takes the record {record}")


def _with_channel(block: Pixels) -> Pixels:
    """Return a block of ``yx`` or ``zyx`` as networks return it: with a channel axis."""
    return block[np.newaxis]


def _without_channel(output: Pixels) -> Pixels:
    return output[0]


def _inner(pixels: Pixels) -> Pixels:
    low, high = np.quantile(pixels, [0.01, 0.99])
    return (pixels > low) & (pixels < high)
