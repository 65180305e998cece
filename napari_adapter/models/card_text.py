"""A model's card as HTML: its makers' words say what they say, and bring in no HTML of theirs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import TypeVar

from debcr_core.trained import BEYOND
from napari_adapter.models.opening import Opened
from napari_adapter.models.signature_words import in_words
from napari_adapter.models.strangers_text import as_html, link_of

Item = TypeVar("Item")

BRIEF = 240
"""Characters of the description that are shown at first."""
LONG = 1500
"""Characters of each text that are shown at most; `debcr models` shows all."""
MANY = 12
"""Authors, works to cite and figures that are shown at most."""


def brief(opened: Opened) -> str:
    """Return what a model does and what it works on, as HTML."""
    return _paragraphs(
        {
            "": as_html(opened.trained.card.description, BRIEF),
            "Works on": as_html(in_words(opened.signature), BRIEF),
        }
    )


def whole(opened: Opened, link_colour: str) -> str:
    """Return all that a model's makers say of it, as HTML.

    Parameters
    ----------
    opened : Opened
        The model.
    link_colour : str
        Of what opens in a browser: ``#RRGGBB``.
    """
    card = opened.trained.card
    return _paragraphs(
        {
            "": as_html(card.description, LONG),
            "Works on": as_html(in_words(opened.signature), LONG),
            "Trained on": as_html(card.trained_on, LONG),
            "Limits": as_html(card.limits, LONG),
            "Pixel size": _between(card.pixel_size, "µm"),
            "Photons": _between(card.photons, "in the brightest pixels"),
            "Also suits": _covered(card.covers),
            "Measured": _listed(list(card.figures.items()), _measured, "<br>"),
            "Licence": as_html(card.licence, LONG),
            "Authors": _listed(card.authors, _named),
            "Cite": _listed(card.cite, lambda text: _cited(text, link_colour), "<br>"),
        }
    )


def says_more(opened: Opened) -> bool:
    """Say whether `brief` leaves something out."""
    card = opened.trained.card
    said = card.model_dump(exclude={"description"}, exclude_defaults=True)
    return bool(said) or len(card.description) > BRIEF


def _paragraphs(fields: dict[str, str]) -> str:
    said = [f"<b>{title}</b> {html}" if title else html for title, html in fields.items() if html]
    return "".join(f'<p style="margin: 2px 0">{html}</p>' for html in said)


def _between(ends: tuple[float, float] | None, unit: str) -> str:
    return f"{ends[0]:.6g}–{ends[1]:.6g} {unit}" if ends else ""


def _covered(covers: tuple[str, ...]) -> str:
    # Of a bundle whose makers said nothing, all is let pass.
    return "" if set(BEYOND) <= set(covers) else _listed(covers, _named)


def _listed(items: Sequence[Item], html: Callable[[Item], str], between: str = ", ") -> str:
    more = [f"and {len(items) - MANY} more"] if len(items) > MANY else []
    lines = between.join([*map(html, items[:MANY]), *more])
    return f"<br>{lines}" if lines and between != ", " else lines


def _named(text: str) -> str:
    return as_html(text, 80)


def _measured(figure: tuple[str, float]) -> str:
    name, value = figure
    return f"{as_html(name, 80)}: {value:.4g}"


def _cited(text: str, colour: str) -> str:
    link = link_of(text)
    said = as_html(text, 200)
    return f'<a href="{escape(link)}" style="color: {colour}">{said}</a>' if link else said
