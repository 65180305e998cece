"""What is said of images that could not be restored, when the others are."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from debcr_core.errors import DebcrError, UsageError

if TYPE_CHECKING:
    from debcr_core.flow.pairing import Pair

Failure: TypeAlias = "tuple[Pair, DebcrError | MemoryError]"


def reason(pair: Pair, error: DebcrError | MemoryError) -> str:
    """Return why an image could not be restored, with its name."""
    said, source = str(error) or "out of memory.", str(pair.source)
    return said if source in said else f"{source}: {said}"


def all_failed(failed: list[Failure], count: int) -> DebcrError:
    """Return the error that lists the images which could not be restored, and why.

    Where something could be done, there was nothing wrong with the request.

    Parameters
    ----------
    failed : list of (Pair, DebcrError)
        The images.
    count : int
        Of how many.
    """
    wrong = len(failed) == count and all(isinstance(error, UsageError) for _, error in failed)
    listed = "".join(f"\n  {reason(pair, error)}" for pair, error in failed)
    return (UsageError if wrong else DebcrError)(
        f"{len(failed)} of {count} images could not be restored:{listed}"
    )
