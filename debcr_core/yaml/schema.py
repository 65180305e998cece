"""Which plain YAML scalars are numbers, booleans or null: the core schema of YAML 1.2.

PyYAML knows YAML 1.1, where ``no`` is false, ``1:20`` is 80 and ``1e-3`` a string. Here text is
read by the core schema (https://yaml.org/spec/1.2.2/#103-core-schema), and written so that both
versions read the same.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

import yaml

from debcr_core.errors import ReadError

TAG = "tag:yaml.org,2002:"
CORE: tuple[tuple[str, str, str], ...] = (
    ("null", r"~|null|Null|NULL|", "~nN"),
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789"),
    ("float", r"[-+]?\.(inf|Inf|INF)|\.nan|\.NaN|\.NAN", "-+."),
)
"""Name, pattern of the whole scalar and first characters of each type; the first one wins."""
BASES = {"0o": 8, "0x": 16}
LARGEST = 2**64
LINE_BREAKS_OF_1_1 = "\x85\u2028\u2029"

Resolvers = dict[str, list[tuple[str, re.Pattern[str]]]]


def _core_resolvers() -> Resolvers:
    """Return the table by first character that PyYAML looks types up in; "" is an empty scalar."""
    table: Resolvers = {"": [(f"{TAG}null", re.compile(r"\Z"))]}
    for name, pattern, firsts in CORE:
        whole = re.compile(rf"(?:{pattern})\Z")
        for first in firsts:
            table.setdefault(first, []).append((f"{TAG}{name}", whole))
    return table


class CoreLoader(yaml.CSafeLoader):  # type: ignore[misc]
    """Builds plain values of a text whose events were scanned (`debcr_core.yaml.scan`).

    Parameters
    ----------
    text : str
        The document.
    source : str
        What to call it in errors.
    """

    yaml_implicit_resolvers: ClassVar[Resolvers] = _core_resolvers()

    def __init__(self, text: str, source: str) -> None:
        super().__init__(text)
        self.source = source

    def whole_number(self, node: yaml.ScalarNode) -> int:
        """Return an integer; one that no file needs would only trip whatever prints it."""
        digits = node.value
        base = BASES.get(digits[:2], 10)
        # Before int(), which is slow for, and refuses, thousands of decimal digits.
        value = int(digits, base) if len(digits) < 100 else LARGEST
        if abs(value) >= LARGEST:
            raise ReadError(f"{self._place(node)}: a whole number has more than 64 bits.")
        return value

    def real_number(self, node: yaml.ScalarNode) -> float:
        """Return a float."""
        return float(node.value.lower().replace(".inf", "inf").replace(".nan", "nan"))

    def mapping(self, node: yaml.MappingNode) -> dict[Any, Any]:
        """Return a dict, if every key is one scalar and stands once."""
        result: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise ReadError(f"{self._place(key_node)}: a key is a list or mapping, not a word.")
            key = self.construct_object(key_node)
            if key in result:
                raise ReadError(f"{self._place(key_node)}: a key stands twice. Remove one.")
            result[key] = self.construct_object(value_node, deep=True)
        return result

    def _place(self, node: yaml.Node) -> str:
        return f"{self.source}, line {node.start_mark.line + 1}"


CoreLoader.add_constructor(f"{TAG}int", CoreLoader.whole_number)
CoreLoader.add_constructor(f"{TAG}float", CoreLoader.real_number)
CoreLoader.add_constructor(f"{TAG}map", CoreLoader.mapping)


class PortableDumper(yaml.SafeDumper):  # type: ignore[misc]
    """Quotes each string that YAML 1.1 or 1.2 would read as something else."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        """Write equal objects out each time, for whoever reads no aliases."""
        return True

    def text(self, data: str) -> yaml.ScalarNode:
        """Return a string; what only 1.1 takes for a line break is escaped."""
        escaped = any(character in data for character in LINE_BREAKS_OF_1_1)
        return self.represent_scalar(f"{TAG}str", data, style='"' if escaped else None)


PortableDumper.add_representer(str, PortableDumper.text)
for _first, _entries in CoreLoader.yaml_implicit_resolvers.items():
    for _tag, _pattern in _entries:
        PortableDumper.add_implicit_resolver(_tag, _pattern, [_first])
# Booleans of YAML 1.1 that PyYAML leaves out, but others know.
PortableDumper.add_implicit_resolver(f"{TAG}bool", re.compile(r"[yYnN]\Z"), list("yYnN"))
