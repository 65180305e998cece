"""What is built in of each kind, and what is exported, as pages list it; `test_pages` compares.

Run as a program, this file writes the lists anew.
"""

from __future__ import annotations

import re
from pathlib import Path

import debcr_core
from debcr_core.offering.describing import summary_of
from debcr_core.offering.kinds import EVERY_KIND, plural
from debcr_core.plugins import Plugins
from debcr_core.registry import OURS

PAGES = Path(__file__).parents[2] / "docs" / "plugins"
API = PAGES.parent / "api.md"


def page_of(kind: str) -> Path:
    return PAGES / f"{plural(kind)}.md"


def written(kind: str, plugins: Plugins) -> str:
    """Return a kind's page with the list that should be on it."""
    return _filled(page_of(kind), f"built-in {kind}", listed(kind, plugins))


def written_api() -> str:
    """Return the page of exported names with the list that should be on it."""
    rows = [
        (f"`{name}`", _cell(summary_of(getattr(debcr_core, name)))) for name in debcr_core.__all__
    ]
    return _filled(API, "names", _table(("name", "what it is"), rows))


def _filled(page: Path, mark: str, lines: str) -> str:
    text = page.read_text(encoding="utf-8")
    marked = re.compile(rf"(<!-- {mark} -->\n).*(<!-- end -->)", re.DOTALL)
    assert marked.search(text), f"{page} has no place for the list"
    return marked.sub(lambda found: found[1] + lines + found[2], text)


def listed(kind: str, plugins: Plugins) -> str:
    """Return a table of what we offer of a kind: names, first sentences, parameters."""
    if kind == "command":
        rows = [
            (f"`{verb}`", _cell(summary_of(command.load())))
            for verb, command in plugins.commands().items()
            if command.provenance.distribution == OURS
        ]
        return _table(("verb", "what it does"), rows)
    rows = [
        (f"`{o.name}`", _cell(o.summary), _parameters(o.component))
        for o in plugins.offers(kind)
        if o.origin == OURS
    ]
    return _table(("name", "what it is", "parameters"), rows)


def _cell(text: str) -> str:
    return text.replace("``", "`").replace("|", "\\|")


def _parameters(component: type) -> str:
    return ", ".join(f"`{name}`" for name in component.model_fields) or "none"


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


if __name__ == "__main__":
    found = Plugins.discover()
    for each in EVERY_KIND:
        page_of(each).write_text(written(each, found), encoding="utf-8")
    API.write_text(written_api(), encoding="utf-8")
