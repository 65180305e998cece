"""What a backend must hold."""

from __future__ import annotations

from typing import ClassVar
from unittest import SkipTest

import numpy as np

from debcr_core.components import Backend
from debcr_core.stopping import Stop
from debcr_core.testing.components import ComponentTests, installed
from debcr_core.testing.images import agree
from debcr_core.testing.networks import Convolutions, computed, noise, weights_of

TOLERANCE = {"float32": 1e-5, "bfloat16": 5e-2}


class BackendTests(ComponentTests):
    """Tests of a backend, on a network of two convolutions."""

    kind: ClassVar[str] = "backend"

    def test_it_says_whether_it_can_compute_here(self) -> None:
        """In a sentence, where it cannot."""
        reason = self.component.missing()
        assert isinstance(reason, str), f"missing() gives {reason!r}"
        assert not reason or reason.rstrip().endswith("."), f"missing() gives {reason!r}"

    def test_it_has_defaults_for_all_its_parameters(self) -> None:
        """`--backend auto` makes it without any."""
        needed = [name for name, f in self.component.model_fields.items() if f.is_required()]
        assert not needed, f"these have none: {', '.join(needed)}"

    def test_it_knows_of_every_network_whether_it_runs_it(self) -> None:
        """It is asked about all of them."""
        backend = self.made()
        for offer in installed().offers("model"):
            model = offer.component.example()
            for answer in (backend.runs(model), backend.prefers(model, "cpu")):
                assert isinstance(answer, bool), f"of {offer.qualified_name} it says {answer!r}"

    def test_it_computes_what_pytorch_computes(self) -> None:
        """In each precision that it has, a batch of two as one."""
        backend = self._able()
        model = Convolutions()
        block = noise(model.signature, (40, 56), batch=2)
        with weights_of(model) as weights:
            expected = computed(model.predictor(weights, "cpu"), block)
            for precision in self.component.precisions:
                predictor = backend.predictor(model, weights, "cpu", precision, Stop())
                output = computed(predictor, block)
                assert predictor.backend, "its predictor does not name the backend"
                predictor.close()
                agree(output, expected, TOLERANCE[precision], precision)

    def test_it_computes_the_same_each_time(self) -> None:
        """Records of restoring hold checksums."""
        backend, model = self._able(), Convolutions()
        block = noise(model.signature, (40, 56))
        with weights_of(model) as weights:
            predictor = backend.predictor(model, weights, "cpu", "float32", Stop())
            one, other = computed(predictor, block), computed(predictor, block)
            predictor.close()
        np.testing.assert_array_equal(one, other)

    def _able(self) -> Backend:
        backend: Backend = self.made()
        if reason := self.component.missing():
            raise SkipTest(reason)
        if not backend.runs(Convolutions()):
            raise SkipTest("it runs no networks of PyTorch")
        return backend
