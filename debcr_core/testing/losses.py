"""What a loss must hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from debcr_core.testing.components import ComponentTests

if TYPE_CHECKING:
    from torch import Tensor

SHAPES = ((2, 1, 16, 24), (2, 3, 16, 16), (1, 1, 8, 16, 16))


class LossTests(ComponentTests):
    """Tests of a loss: planes, several channels, volumes, half precision."""

    kind: ClassVar[str] = "loss"

    def measured(self, shape: tuple[int, ...], off: float, dtype: Any = None) -> tuple[Any, Any]:
        """Return the loss of a batch that is off by noise of a strength, and its gradient."""
        import torch

        generator = torch.Generator().manual_seed(0)
        truth = torch.rand(shape, generator=generator)
        noise = torch.randn(shape, generator=generator)
        restored: Tensor = (truth + off * noise).to(dtype or torch.float32).requires_grad_()
        loss = self.made().measure(restored, truth, truth + noise)
        assert loss.ndim == 0, f"it gives the shape {tuple(loss.shape)}, not a scalar"
        assert torch.isfinite(loss), f"it gives {loss.item()} for {shape}"
        loss.backward()
        return float(loss.detach()), restored.grad

    def test_it_is_a_finite_number_with_a_gradient(self) -> None:
        """Of planes, several channels and volumes."""
        import torch

        for shape in SHAPES:
            _, gradient = self.measured(shape, 0.1)
            assert gradient is not None, "it has no gradient"
            assert torch.isfinite(gradient).all(), f"its gradient is not finite for {shape}"
            assert gradient.abs().max() > 0, f"its gradient is zero for {shape}"

    def test_it_works_in_half_precision(self) -> None:
        """As networks give it on a GPU."""
        import torch

        for dtype in (torch.bfloat16, torch.float16):
            _, gradient = self.measured(SHAPES[0], 0.1, dtype)
            assert gradient is not None, f"it has no gradient in {dtype}"
            assert torch.isfinite(gradient).all(), f"its gradient is not finite in {dtype}"

    def test_less_error_is_less_loss(self) -> None:
        """And none is least, with a gradient that is finite."""
        import torch

        for shape in SHAPES:
            none, gradient = self.measured(shape, 0.0)
            little, much = (self.measured(shape, off)[0] for off in (0.05, 0.5))
            assert none <= little < much, f"{none}, {little}, {much} for {shape}"
            assert torch.isfinite(gradient).all(), "without error its gradient is not finite"
