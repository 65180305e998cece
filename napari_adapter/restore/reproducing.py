"""Text that makes a result's bytes again: for a terminal, and for Python.

The scale of a layer takes no part in it: pixel sizes bring about advice, never other pixels.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from debcr_core.errors import UsageError
from debcr_core.plugins import Plugins
from napari_adapter.images.facts import facts_of
from napari_adapter.restore.component_words import call_of, words_of
from napari_adapter.restore.making import MAKING, Making

if TYPE_CHECKING:
    from napari.layers import Layer

    from debcr_core.registry import Registry

SAVED = ".npz"
"""Format in which a layer without a file is saved: it holds all pixel types."""
MADE, MADE_LARGE = ".npz", ".ome.zarr"
"""Formats of a result in memory, and of a larger one."""


def command_line(layer: Layer, plugins: Registry | None = None) -> str:
    """Return a command that makes a result again, as a shell takes it.

    Of a layer without a file, a comment before it says how to save that first. A result with
    several layers (one for each channel) is made as a whole.

    Parameters
    ----------
    layer : napari.layers.Layer
        A result.
    plugins : Registry, optional
        Names the components; by default whatever is installed.

    Raises
    ------
    UsageError
        If the layer is no result.
    """
    making = making_of(layer)
    options = _options(making, plugins or Plugins.discover())
    words = ["debcr", "restore", _input(making), _output(layer, making), *options]
    return "\n".join([*_remarks(layer), *_saving(making), shlex.join(words)]) + "\n"


def python_code(layer: Layer, plugins: Registry | None = None) -> str:
    """Return Python that makes a result again, as ``restored``.

    Of a layer without a file, it begins with saving that, which needs napari's console.

    Parameters
    ----------
    layer, plugins
        As in `command_line`.

    Raises
    ------
    UsageError
        If the layer is no result.
    """
    making = making_of(layer)
    arguments = _arguments(making, plugins or Plugins.discover())
    inside = "".join(f"    {argument},\n" for argument in arguments)
    lines = [*_remarks(layer), "import debcr_core", *_saving_in_python(making)]
    return "\n".join([*lines, f"restored = debcr_core.restore(\n{inside})"]) + "\n"


def making_of(layer: Layer | None) -> Making:
    """Return how a result was made.

    Raises
    ------
    UsageError
        If the layer is none.
    """
    making = None if layer is None else facts_of(layer).get(MAKING)
    if not isinstance(making, Making):
        raise UsageError(
            "Only of a result of this session is it known how it was made: select one in the "
            "layer list."
        )
    return making.renamed()


def _remarks(layer: Layer) -> list[str]:
    """Say what the text does not make again."""
    return ["# The layer is a part; this makes the whole."] if facts_of(layer)["partial"] else []


def _input(making: Making) -> str:
    return _saved_name(making) if making.file is None else str(making.file.path.absolute())


def _output(layer: Layer, making: Making) -> str:
    return f"{_plain(layer.name)}{MADE_LARGE if making.on_disk else MADE}"


def _saved_name(making: Making) -> str:
    return f"{_plain('-'.join(making.layers))}{SAVED}"


def _plain(name: str) -> str:
    return re.sub(r"[^\w.-]+", "-", name).strip("-.") or "image"


def _channel(making: Making) -> str | None:
    """Return the channel that is taken of the file, or of the layer once it is saved."""
    return making.channel if making.file is None else making.file.channel


def _options(making: Making, plugins: Registry) -> list[str]:
    options = ["--model", making.choice.model]
    for kind, part in making.parts.items():
        options += [f"--{kind}", *words_of(kind, part, plugins)]
    if making.file is not None:
        options += ["--reader", *words_of("reader", making.file.reader, plugins)]
        options += _given("--axes", making.file.axes)
    options += _given("--channel", _channel(making))
    options += ["--contrast-stretch"] if making.contrast_stretch else []
    options += _given("--dtype", making.dtype)
    options += _given("--device", making.choice.device if making.choice.device != "auto" else None)
    return [*options, *(["--trust-code"] if making.choice.trust_code else [])]


def _given(option: str, value: str | None) -> list[str]:
    return [] if value is None else [option, value]


def _arguments(making: Making, plugins: Registry) -> list[str]:
    """Return the arguments of `debcr_core.restore`, as they are written in Python."""
    keywords: dict[str, Any] = {
        kind: call_of(kind, part, plugins) for kind, part in making.parts.items()
    }
    if making.file is not None:
        keywords["reader"] = call_of("reader", making.file.reader, plugins)
        keywords["axes"] = making.file.axes
    keywords["channel"] = _channel(making)
    keywords["contrast_stretch"] = making.contrast_stretch or None
    keywords["dtype"] = making.dtype
    keywords["device"] = making.choice.device if making.choice.device != "auto" else None
    keywords["trust_code"] = making.choice.trust_code or None
    given = {key: value for key, value in keywords.items() if value is not None}
    return [repr(_input(making)), repr(making.choice.model), *_written(given)]


def _written(keywords: Mapping[str, Any]) -> list[str]:
    return [f"{key}={value!r}" for key, value in keywords.items()]


def _saving(making: Making) -> list[str]:
    """Say how to save what was restored, as comments of a shell."""
    if making.file is not None:
        return []
    name = _saved_name(making)
    if len(making.layers) > 1:
        listed = ", ".join(making.layers)
        return [
            f"# The layers {_in_a_line(listed)} are from no one file. Save them first, as one "
            f"image {name}: the first lines of “Copy as Python” do that."
        ]
    return [
        f"# The layer {_in_a_line(making.layers[0])} is from no file, or was edited. Save it "
        f"first: select it, File → Save Selected Layers…, as {name}."
    ]


def _in_a_line(text: str) -> str:
    return '"' + " ".join(text.split()) + '"'


def _saving_in_python(making: Making) -> list[str]:
    if making.file is not None:
        return []
    several = len(making.layers) > 1
    image = (
        f"stacked([image_of(viewer.layers[name]) for name in {making.layers!r}])"
        if several
        else f"image_of(viewer.layers[{making.layers[0]!r}])"
    )
    return [
        "from napari_adapter import image_of",
        *(["from napari_adapter.restore.stacking import stacked"] if several else []),
        "",
        "# What was restored is from no file, or was edited: it is saved first.",
        f"image = {image}",
        f"debcr_core.write_image(image, {_saved_name(making)!r}, debcr_core.Plugins.discover())",
    ]
