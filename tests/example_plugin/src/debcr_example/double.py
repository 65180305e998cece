"""Compute networks in double precision."""

from __future__ import annotations

from debcr_core import Backend, Predictor, TorchModel, hookimpl


class Double(Backend):
    """Computes networks of PyTorch in float64: slow, and a measure for all others."""

    name = "double"

    @classmethod
    def missing(cls):
        """Return nothing: PyTorch comes with debcr-zoo."""
        return ""

    def runs(self, model):
        """Say whether it is a network of PyTorch."""
        return isinstance(model, TorchModel)

    def predictor(self, model, weights, device, precision, stop):
        """Load the weights and return the network as a function."""
        import torch

        from debcr_core.torch_model import load_weights

        network = model.network().eval()
        load_weights(network, weights, model.name)
        network = network.double()

        def compute(block, stop):
            with torch.inference_mode():
                return network(torch.from_numpy(block).double()).float().numpy()

        return Predictor(compute, "cpu", f"torch {torch.__version__} in float64")


@hookimpl
def debcr_backends():
    """Offer the backend."""
    return [Double]
