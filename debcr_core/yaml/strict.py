"""YAML without its traps: no duplicate keys, no tags, no deep nesting, no aliases that swell.

None of them is of use in a recipe or an RDF, and a stranger's file may hold them in order to do
harm. An alias is read as if what it stands for were written out. Parsed by libyaml
(https://pyyaml.org), with the types of YAML 1.2, so that ``no`` and ``off`` stay words.
"""

from __future__ import annotations

from typing import Any

from debcr_core.errors import ReadError

MAX_CHARACTERS = 1_000_000


def load_yaml(text: str, source: str) -> Any:
    """Parse plain YAML into dicts, lists, strings, numbers, booleans and None.

    Parameters
    ----------
    text : str
        The document.
    source : str
        What to call it in errors, such as its path.

    Raises
    ------
    ReadError
        If it is not plain YAML; the sentence names the line.
    """
    import yaml

    from debcr_core.yaml.scan import refuse_traps
    from debcr_core.yaml.schema import CoreLoader

    if len(text) > MAX_CHARACTERS:
        raise ReadError(f"{source} is too long for a YAML file written by people.")
    try:
        refuse_traps(text, source)
        return _written_out(CoreLoader(text, source).get_single_data())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f", line {mark.line + 1}" if mark else ""
        raise ReadError(f"{source}{place} is not valid YAML: {error.problem}.") from None
    except (yaml.YAMLError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise ReadError(f"{source} is not valid YAML: {reason}.") from None


def _written_out(value: Any) -> Any:
    """Return a value in which nothing is one object in two places, as aliases make it."""
    if isinstance(value, dict):
        return {key: _written_out(inner) for key, inner in value.items()}
    return list(map(_written_out, value)) if isinstance(value, list) else value


def dump_yaml(value: Any) -> str:
    """Write dicts, lists and plain values as YAML, keys in the given order.

    YAML 1.1 and 1.2 read the same of it.
    """
    import yaml

    from debcr_core.yaml.schema import PortableDumper

    return str(yaml.dump(value, Dumper=PortableDumper, sort_keys=False, allow_unicode=True))
