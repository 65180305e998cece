"""Why a component that a recipe names in full is not there, and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, distribution

from debcr_core.errors import nearest
from debcr_core.offering.announced import plain
from debcr_core.offering.offer import Offer, Status


def why_missing(kind: str, name: str, offers: Iterable[Offer], statuses: Iterable[Status]) -> str:
    """Say what is the matter with the distribution that a qualified name begins with.

    Parameters
    ----------
    kind : str
        Such as ``model``.
    name : str
        ``distribution/name``.
    offers : iterable of Offer
        What there is of that kind.
    statuses : iterable of Status
        How all plugins fared.
    """
    origin, _, short = name.partition("/")
    for status in statuses:
        if status.state != "active" and plain(status.distribution) == plain(origin):
            return (
                f'The {kind} "{name}" is not there: the plugin "{status.plugin}" of '
                f"{status.origin} is {status.state}. {status.reason}"
            )
    try:
        version = distribution(origin).version
    except (PackageNotFoundError, ValueError):
        return (
            f'The {kind} "{short}" comes with {origin}, which is not installed: pip install '
            f"{origin}."
        )
    there = [offer.name for offer in offers if offer.origin == origin]
    known = f"{nearest(short, there)} " if there else ""
    return (
        f'{origin} {version} offers no {kind} "{short}". {known}Another version may: pip install '
        f"--upgrade {origin}."
    )
