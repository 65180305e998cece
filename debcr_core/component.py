"""The base of all kinds of component, and what they give each other."""

from __future__ import annotations

from abc import ABC
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeAlias

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

# In quotes, since listing components needs no NumPy.
Array: TypeAlias = "npt.NDArray[Any]"
Floats: TypeAlias = "npt.NDArray[np.float32]"
Region = tuple[slice, ...]
Position = Mapping[str, int | slice]


class Component(BaseModel, ABC):
    """Base of all kinds: a named, immutable set of parameters.

    Attributes
    ----------
    name : str
        Short name used in recipes and on the command line: lower case, words joined by ``-``.
    deviations : mapping of str to str
        Checks of the conformance kit (`debcr_core.testing`) that it does not pass on purpose, each
        with its reason.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True)

    name: ClassVar[str]
    deviations: ClassVar[Mapping[str, str]] = {}

    @classmethod
    def example(cls) -> Self:
        """Return one to try it with: by default the one whose parameters are all defaults."""
        return cls()
