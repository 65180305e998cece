"""What more than one program asks: each function makes a check from what differs between them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from debcr_plugins.zoo.certifying.consumers.reading import (
    Rdf,
    kwargs_of,
    library_of,
    name_of,
    steps,
    tensors,
    weights,
)
from debcr_plugins.zoo.certifying.consumers.verdict import Check


def has_weights(*formats: str) -> Check:
    """Ask for weights in one of these formats."""

    def check(rdf: Rdf) -> str:
        found = weights(rdf)
        if found.keys() & set(formats):
            return ""
        return f"Its weights are {_listed(found)}; it needs {_listed(formats, 'or')}."

    return check


def onnx_up_to(opset: int, *, instead: Collection[str]) -> Check:
    """Ask for an operator set that the program's onnxruntime knows, if it has nothing else."""

    def check(rdf: Rdf) -> str:
        found = weights(rdf)
        version = int(found.get("onnx", {}).get("opset_version") or 0)
        if version <= opset or found.keys() & set(instead):
            return ""
        return f"Its ONNX weights are of opset {version}; it runs opsets up to {opset}."

    return check


def one_tensor(side: str) -> Check:
    """Ask for a single input or output."""

    def check(rdf: Rdf) -> str:
        count = len(tensors(rdf, side))
        return "" if count == 1 else f"It has {count} {side}; only one is taken."

    return check


def plain_strings(*keys: str) -> Check:
    """Ask that files are named by strings, not by mappings of ``source`` and ``sha256``."""

    def check(rdf: Rdf) -> str:
        faults = [
            key
            for key in keys
            for value in (rdf[key] if isinstance(rdf.get(key), list) else [rdf.get(key)])
            if isinstance(value, Mapping)
        ]
        if not faults:
            return ""
        return f"{_listed(dict.fromkeys(faults))}: a mapping, where it reads plain strings only."

    return check


def known_operations(names: Collection[str]) -> Check:
    """Ask that all processing is of these kinds."""

    def check(rdf: Rdf) -> str:
        unknown = dict.fromkeys(name_of(step) for step in steps(rdf) if name_of(step) not in names)
        return f"It does not know the processing {_listed(unknown)}." if unknown else ""

    return check


def no_reference_tensor(rdf: Rdf) -> str:
    """Ask that no processing takes its statistics from another tensor."""
    faults = [name_of(step) for step in steps(rdf) if "reference_tensor" in kwargs_of(step)]
    return f"The processing {_listed(faults)} refers to another tensor." if faults else ""


def no_other_library(*installed: str, instead: Collection[str] = ()) -> Check:
    """Ask that a state dict needs no package but these, if there are no weights to run instead."""

    def check(rdf: Rdf) -> str:
        library = library_of(rdf)
        if not library or library in installed or weights(rdf).keys() & set(instead):
            return ""
        return f"its architecture comes from the package {library}, which may not be installed."

    return check


def _listed(words: Collection[str], last: str = "and") -> str:
    if not words:
        return "none"
    *first, final = words
    return f"{', '.join(first)} {last} {final}" if first else final
