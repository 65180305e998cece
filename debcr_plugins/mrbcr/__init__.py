"""m-rBCR and s-rBCR, networks that denoise and deblur micrographs; `debcr import-weights`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from pydantic import Field

from debcr_core.components import Model
from debcr_core.hookspecs import hookimpl
from debcr_core.signature import Signature
from debcr_core.torch_model import TorchModel
from debcr_plugins.mrbcr.command import import_weights

if TYPE_CHECKING:
    from torch import Tensor, nn

    from debcr_plugins.mrbcr.network import MRBCRNetwork, SRBCRNetwork


class ResidualBCR(TorchModel):
    """Parameters of the residual Beylkin–Coifman–Rokhlin networks."""

    levels: int = Field(
        0,
        ge=0,
        le=4,
        description="Levels of wavelet-like decomposition in the forward part; 0 as released.",
    )
    residual: bool = Field(
        False,
        description="Add the input to the output, so that the network learns what to change; "
        "false as released.",
    )


class MRBCR(ResidualBCR):
    """Multi-stage residual BCR network: three scales, from coarse to fine.

    Source: Li, Kudryashev, Yakimovich, ECCV 2024, https://doi.org/10.1007/978-3-031-73226-3_22.

    The image x, ``(1, y, x)``, enters at full, half and quarter scale: every pixel, every second
    and every fourth one. The *forward part* models the imaging process. At each scale a BCR
    operator makes 32 maps of x; those of two scales are fused (concatenation, 1×1, ReLU, 3×3), and
    a 1×1 convolution gives one map, of that scale's size. The *inverse part* undoes the imaging
    process, coarsest scale first: a scale's map, fused with the enlarged maps of the coarser scale,
    passes six convolutions 1×5 and four residual dense blocks to 48 maps; to each of them the
    scale's map is added, and a 9×9 convolution gives the scale's output. The result is the output
    at full scale, ``(1, y, x)``. The outputs at half and quarter scale serve training alone and
    are left out otherwise.

    As released (``levels=0, residual=False``: 236,630 parameters) the BCR operator is what remains
    of it without levels (L = L0 in the paper): a chain of 12 layers that see one pixel each. And
    its "conv1d" layers, here the convolutions 1×5, run along the width alone, so that rows and
    columns are treated differently. With levels, the operator is that of the theory
    (`debcr_plugins.mrbcr.bcr`).

    With ``haar=True`` the network works on the four Haar coefficients of each 2×2 pixels, one level
    of an orthogonal wavelet, as the BCR form itself begins: at a quarter of the places, it costs a
    quarter of the time. Four maps stand wherever one stood above, between forward and inverse part,
    too; heads are 5×5; half and quarter scale are averages of the coefficients over 2×2 and 4×4,
    not a choice of pixels. With ``residual_chains=True`` the 12 pointwise layers and the six along
    the rows are added to what enters them, in pairs. A network of ``haar=True, residual=True,
    residual_chains=True`` has 240,776 parameters and learns much faster than the released form.
    """

    name: ClassVar[str] = "m-rbcr"

    haar: bool = Field(
        False,
        description="Work on the four Haar coefficients of each 2×2 pixels, and take averages for "
        "the coarser scales; false as released: on pixels, of which they take every second.",
        json_schema_extra={"advanced": True},
    )
    residual_chains: bool = Field(
        False,
        description="Add what the pointwise layers and those along the rows make to what enters "
        "them, in pairs, so that gradients pass; false as released.",
        json_schema_extra={"advanced": True},
    )
    biases: bool = Field(
        True,
        description="Let convolutions add constants, as released. Without them what is restored "
        "scales with the image: a bright object, by which the whole image is scaled, changes "
        "nothing far from itself where the normalizer does not clip.",
        json_schema_extra={"advanced": True},
    )
    nonnegative: bool = Field(
        False,
        description="Restore nothing darker than what the normalizer maps to 0; in use alone, so "
        "that training still sees what is too dark. False as released.",
        json_schema_extra={"advanced": True},
    )

    @property
    def signature(self) -> Signature:
        """One plane at a time; stride 4, for the quarter scale.

        Each level doubles the stride, and so do Haar coefficients.

        The margin that tiles need is 96 rows and 128 columns; it is unknown with levels.

        One output pixel can depend on inputs 181 rows and 265 columns away. With the released
        weights and real micrographs, normalised to 0…1, cutting the image off at this margin
        changed no pixel by more than 1.3e-5 of the range (72, 80 and 88 rows: 8.3e-3, 1.4e-3,
        3.8e-5; 96, 112 and 120 columns: 5.1e-3, 7.6e-4, 6.5e-5): `tests/benchmarks/tiles.py`.

        With Haar coefficients it can depend on inputs 359 rows and 527 columns away. With weights
        of 26,000 training steps a margin of 72 rows and 96 columns changed no pixel of real
        micrographs, as they are or at 20 photons, by more than 9.9e-5 (40, 56 and 64 rows: 6.1e-3,
        5.6e-4, 3.1e-4; 40, 64 and 80 columns: 8.0e-3, 1.2e-3, 2.8e-4). Longer training makes it
        look farther.

        Measured: 1000 bytes a pixel in ONNX Runtime, 1280 in PyTorch, 360 with Haar coefficients.
        """
        stride = (4 * 2 ** (self.levels + self.haar),) * 2
        halo = (96, 128) if self.levels == 0 else None
        return Signature("yx", stride, halo, memory=512 if self.haar else 1280)

    def network(self) -> MRBCRNetwork:
        """Return the network with fresh weights."""
        from debcr_plugins.mrbcr.network import MRBCRNetwork

        return MRBCRNetwork(**self.model_dump())

    def outputs(self, network: nn.Module, image: Tensor) -> Sequence[Tensor]:
        """Return the restored image at full, half and quarter scale."""
        restored, _ = cast("MRBCRNetwork", network).forward_all(image)
        return restored

    def coarser(self, image: Tensor, steps: Sequence[int]) -> Tensor:
        """Return what a coarser scale sees of an image: averages with Haar coefficients."""
        if not self.haar or set(steps) == {1}:
            return super().coarser(image, steps)
        from debcr_plugins.mrbcr.haar import averaged

        return averaged(image, steps[0])


class SRBCR(ResidualBCR):
    """Single-stage residual BCR network: the full scale of m-rBCR alone.

    The *forward part* is a BCR operator, which makes 32 maps of the image, ``(1, y, x)``, and a
    1×1 convolution to one map; the *inverse part* six convolutions 1×5, four residual dense blocks
    and a 9×9 convolution, as at each scale of m-rBCR. A quarter of its parameters: 62,338 without
    levels.
    """

    name: ClassVar[str] = "s-rbcr"

    @property
    def signature(self) -> Signature:
        """One plane at a time; stride 1, doubled by each level.

        It looks 28 rows and 40 columns far; how far is unknown with levels. Measured: 830 bytes a
        pixel in PyTorch.
        """
        stride = (2**self.levels,) * 2
        halo = (28, 40) if self.levels == 0 else None
        return Signature("yx", stride, halo, memory=1024)

    def network(self) -> SRBCRNetwork:
        """Return the network with fresh weights."""
        from debcr_plugins.mrbcr.network import SRBCRNetwork

        return SRBCRNetwork(self.levels, self.residual)


@hookimpl
def debcr_models() -> list[type[Model]]:
    """Offer the models."""
    return [MRBCR, SRBCR]


@hookimpl
def debcr_commands() -> dict[str, Callable[..., None]]:
    """Offer the command."""
    return {"import-weights": import_weights}
