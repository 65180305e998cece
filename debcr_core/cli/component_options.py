"""Options that name a component: ``--normalizer percentile low=1 high=99``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from debcr_core.cli.narrow_help import HelpfulCommand

if TYPE_CHECKING:
    from debcr_core.plugins import Plugins

OPTIONS = ("--normalizer", "--tiler", "--blender", "--reader", "--writer", "--metric")
PARAMETER = re.compile(r"[a-z_][a-z0-9_]*=", re.IGNORECASE)


class ComponentCommand(HelpfulCommand):
    """A command whose component options take ``key=value`` words after the name."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Join each component's name and parameters to one word before parsing."""
        return super().parse_args(ctx, joined(args))


def joined(args: list[str]) -> list[str]:
    """Join the words that belong to a component option.

    Examples
    --------
    >>> joined(["in.tif", "--tiler", "halo-grid", "tile=256", "out.tif"])
    ['in.tif', '--tiler', 'halo-grid tile=256', 'out.tif']
    """
    result: list[str] = []
    collecting = False
    for word in args:
        if collecting and PARAMETER.match(word):
            result[-1] += f" {word}"
        else:
            collecting = len(result) > 0 and result[-1] in OPTIONS
            result.append(word)
    return result


def component(kind: str, text: str, plugins: Plugins) -> Any:
    """Return the component that ``name key=value …`` describes.

    Raises
    ------
    UsageError
        If the name, a parameter or a value is not valid.
    """
    from debcr_core.named_component import named_component

    return named_component(kind, text, plugins, f"--{kind}")
