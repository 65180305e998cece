"""What a network must hold."""

from __future__ import annotations

from typing import Any, ClassVar
from unittest import SkipTest

import numpy as np

from debcr_core.components import Floats
from debcr_core.errors import DebcrError, UsageError
from debcr_core.stopping import Stop
from debcr_core.testing.components import ComponentTests, installed
from debcr_core.testing.images import agree
from debcr_core.testing.networks import computed, fresh, noise, side_of, weights_of
from debcr_core.tile_axis import round_up, valid_size
from debcr_core.torch_model import TorchModel

SEAM, ROUNDING = 1e-3, 1e-4
"""Shares of the range: what may be seen of a cut, and how far two ways to compute may differ."""


class ModelTests(ComponentTests):
    """Tests of a network, with weights of chance and small inputs."""

    kind: ClassVar[str] = "model"

    def run(self, block: Floats) -> Floats:
        """Return what the network makes of an input."""
        model = self.made()
        with weights_of(model) as weights:
            try:
                predictor = model.predictor(weights, "cpu")
            except UsageError as error:
                raise SkipTest(f"it runs with weights of its own alone: {error}") from error
            try:
                return computed(predictor, block)
            finally:
                predictor.close()

    def test_it_gives_what_its_signature_says(self) -> None:
        """Of the smallest size, of a larger one, of one that is not square, of two at once."""
        signature = self.made().signature
        sizes = {signature.sizes_up_to(side) for side in (1, side_of(signature))}
        longer = signature.sizes_up_to(side_of(signature))
        if signature.fixed_size is None:
            sizes.add((*longer[:-1], longer[-1] + signature.stride[-1]))
        for size in sizes:
            output = self.run(noise(signature, size, batch=2))
            wanted = (2, len(signature.channels_out), *size)
            assert output.shape == wanted, f"of {size} it gives {output.shape}, not {wanted}"
            assert np.isfinite(output).all(), f"of {size} it gives NaN or infinity"

    def test_it_gives_the_same_each_time(self) -> None:
        """Records of restoring hold checksums."""
        signature = self.made().signature
        block = noise(signature, signature.sizes_up_to(side_of(signature)))
        np.testing.assert_array_equal(self.run(block), self.run(block))

    def test_an_image_does_not_see_the_others_of_its_batch(self) -> None:
        """Else results depend on how tiles are gathered."""
        signature = self.made().signature
        block = noise(signature, signature.sizes_up_to(side_of(signature)), batch=2)
        agree(self.run(block)[:1], self.run(block[:1]), ROUNDING, "the first of two images")

    def test_its_halo_is_as_wide_as_it_looks(self) -> None:
        """Tiles that are cut on the stride, with a halo, must join without a seam."""
        signature = self.made().signature
        if signature.halo is None or signature.fixed_size is not None:
            raise SkipTest("its halo is measured, or its size is fixed")
        margins = list(map(round_up, signature.halo, signature.stride))
        # The cut lies a margin deep: what is beyond it could be seen from as far.
        wanted = (2 * (m + s) for m, s in zip(margins, signature.stride, strict=True))
        sizes = tuple(map(valid_size, wanted, signature.min_size, signature.stride))
        block = noise(signature, sizes)
        whole = self.run(block)
        for axis, margin in enumerate(margins):
            cut = max(margin, signature.stride[axis])
            if sizes[axis] - cut < signature.min_size[axis]:
                continue
            inside: Any = [slice(None)] * block.ndim
            inside[axis + 2] = slice(cut, None)
            served: Any = [slice(None)] * block.ndim
            served[axis + 2] = slice(margin, None)
            part = self.run(np.ascontiguousarray(block[tuple(inside)]))
            agree(
                part[tuple(served)],
                whole[tuple(inside)][tuple(served)],
                SEAM,
                f"at a cut across axis {signature.spatial_axes[axis]}, a halo of "
                f"{signature.halo[axis]} away",
            )

    def test_its_weights_come_back_from_a_file(self) -> None:
        """As safetensors, into a network of the same parameters."""
        import torch

        from debcr_core.torch_model import load_weights, read_tensors

        model = self._torch_model()
        network = fresh(model)
        with weights_of(model) as path:
            assert path is not None
            load_weights(network, path, model.name)
            stored = read_tensors(path)
        assert stored, "it has no weights"
        for name, tensor in network.state_dict().items():
            assert torch.equal(tensor, stored[name]), f"{name} is not what the file holds"

    def test_it_learns(self) -> None:
        """Two steps of training change its weights, and leave them finite."""
        import torch

        model = self._torch_model()
        signature = model.signature
        with torch.random.fork_rng():
            torch.manual_seed(0)
            network = fresh(model).train()
            before = {k: v.clone() for k, v in network.state_dict().items()}
            optimizer = torch.optim.Adam(network.parameters(), 1e-3)
            image = torch.from_numpy(
                noise(signature, signature.sizes_up_to(side_of(signature)), batch=2)
            )
            for _ in range(2):
                optimizer.zero_grad()
                outputs = model.outputs(network, image)
                loss = torch.stack([output.square().mean() for output in outputs]).sum()
                loss.backward()  # type: ignore[no-untyped-call]
                optimizer.step()
        after = network.state_dict()
        assert all(torch.isfinite(t).all() for t in after.values() if t.is_floating_point()), (
            "its weights are no longer finite"
        )
        assert any(not torch.equal(before[key], after[key]) for key in before), (
            "no weight has changed"
        )

    def test_every_backend_computes_the_same(self) -> None:
        """Its own way, and each library that is installed and says that it runs it."""
        model = self.made()
        signature = model.signature
        block = noise(signature, signature.sizes_up_to(side_of(signature)))
        expected = self.run(block)
        for offer in installed().offers("backend"):
            backend: Any = offer.component.example()
            if backend.missing() or not backend.runs(model):
                continue
            with weights_of(model) as weights:
                try:
                    predictor = backend.predictor(model, weights, "cpu", "float32", Stop())
                except DebcrError as error:
                    raise AssertionError(f"{offer.qualified_name}: {error}") from error
                output = computed(predictor, block)
                predictor.close()
            agree(output, expected, ROUNDING, f"by {offer.qualified_name}")

    def _torch_model(self) -> TorchModel:
        model = self.made()
        if not isinstance(model, TorchModel):
            raise SkipTest("it is no network of PyTorch")
        return model
