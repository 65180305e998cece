"""What all classical methods have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict

from debcr_core.evaluation import Values


class Baseline(BaseModel, ABC):
    """A classical method with its parameters, which do not depend on the intensity scale.

    Attributes
    ----------
    name : str
        As reports and the command line call it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: ClassVar[str]

    @classmethod
    @abstractmethod
    def grid(cls) -> Sequence[Self]:
        """Return the parameters among which tuning chooses."""

    @abstractmethod
    def restore(self, plane: Values) -> Values:
        """Restore one plane.

        Parameters
        ----------
        plane : numpy.ndarray
            ``(y, x)``, float64, finite; any scale, offset and sign.

        Returns
        -------
        numpy.ndarray
            float64, of the same shape and on the same intensity scale.
        """
