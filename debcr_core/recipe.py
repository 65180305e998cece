"""A recipe: which model, normalizer, tiler and blender, each with its parameters.

As YAML::

    model: {name: m-rbcr}
    weights: denoise
    normalizer: {name: percentile, low: 0.1, high: 99.9}
    tiler: {name: halo-grid, tile: 512}
    blender: {name: crop}

Parameters that are left out have their documented defaults; writing a recipe writes them all.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from pydantic import BaseModel, ConfigDict, SerializeAsAny

from debcr_core.components import Blender, Component, Model, Normalizer, Tiler
from debcr_core.errors import DebcrError, UsageError, WrongFileError, nearest
from debcr_core.files.text import read_text
from debcr_core.named_component import named_component
from debcr_core.yaml.strict import dump_yaml, load_yaml

if TYPE_CHECKING:
    from debcr_core.registry import Registry

PARTS: dict[str, type[Component]] = {
    "model": Model,
    "normalizer": Normalizer,
    "tiler": Tiler,
    "blender": Blender,
}


class Recipe(BaseModel):
    """How an image is restored.

    Attributes
    ----------
    model : Model
        Architecture of the network.
    normalizer : Normalizer
        Brings intensities to the network's scale, and back.
    tiler : Tiler
        Divides the image.
    blender : Blender
        Joins the restored tiles.
    weights : str or None
        Name or file of the trained weights; None where they are given beside the recipe.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", arbitrary_types_allowed=True, defer_build=True
    )

    model: SerializeAsAny[Model]
    normalizer: SerializeAsAny[Normalizer]
    tiler: SerializeAsAny[Tiler]
    blender: SerializeAsAny[Blender]
    weights: str | None = None

    def to_dict(self, plugins: Registry) -> dict[str, Any]:
        """Return the recipe as plain values, all parameters written out, names qualified."""
        parts = {kind: getattr(self, kind) for kind in PARTS}
        written: dict[str, Any] = {
            kind: {"name": plugins.qualified_name(part), **part.model_dump(mode="json")}
            for kind, part in parts.items()
        }
        return written if self.weights is None else {"weights": self.weights, **written}

    def provenance(self, plugins: Registry) -> dict[str, dict[str, str]]:
        """Return, for each part, the distribution that offers it and its version."""
        found = {kind: plugins.provenance(getattr(self, kind)) for kind in PARTS}
        return {
            kind: {"distribution": each.distribution, "version": each.version}
            for kind, each in found.items()
        }

    def to_yaml(self, plugins: Registry) -> str:
        """Return the recipe as YAML; `from_yaml` gives an equal recipe back."""
        return dump_yaml(self.to_dict(plugins))

    @classmethod
    def from_dict(
        cls, parts: Mapping[str, Any], plugins: Registry, *, source: str = "the recipe"
    ) -> Self:
        """Build a recipe from plain values.

        Raises
        ------
        UsageError
            If a key, component or parameter is unknown, missing or out of bounds; the sentence
            names the key and the nearest valid one.
        """
        known = [*PARTS, "weights"]
        for key in parts:
            if key not in known:
                raise UsageError(f'{source}: unknown key "{key}". {nearest(str(key), known)}')
        weights = parts.get("weights")
        if not (weights is None or isinstance(weights, str)):
            raise UsageError(f'{source}: "weights" must be a name or a path; it is {weights!r}.')
        components = {kind: recipe_part(kind, parts, plugins, source=source) for kind in PARTS}
        return cls(**components, weights=weights)

    @classmethod
    def from_yaml(cls, text: str, plugins: Registry, *, source: str = "the recipe") -> Self:
        """Build a recipe from YAML.

        Raises
        ------
        ReadError
            If the text is not plain YAML.
        UsageError
            As `from_dict`.
        """
        parts = load_yaml(text, source)
        if not isinstance(parts, dict):
            raise WrongFileError(f"{source} is not a recipe: it needs the keys {', '.join(PARTS)}.")
        return cls.from_dict(parts, plugins, source=source)

    @classmethod
    def load(cls, path: Path, plugins: Registry) -> Self:
        """Read a recipe from a YAML file; weights may be given relative to its folder.

        Raises
        ------
        ReadError
            If the file cannot be read or is not plain YAML.
        UsageError
            As `from_dict`.
        """
        text = read_text(path, "recipe")
        recipe = cls.from_yaml(text, plugins, source=str(path))
        beside = path.parent / (recipe.weights or "")
        return recipe.model_copy(update={"weights": str(beside)}) if beside.is_file() else recipe


def recipe_part(
    kind: str, parts: Mapping[str, Any], plugins: Registry, *, source: str = "the recipe"
) -> Any:
    """Build one part of a recipe, from ``{name: …, parameters…}`` or from words.

    Parameters
    ----------
    kind : str
        Out of `PARTS`.
    parts : mapping
        The recipe, as plain values.
    plugins : Registry
        Where components are found.
    source : str
        Where the recipe is from, for errors.

    Raises
    ------
    UsageError
        If it is missing, or its name or a parameter is not valid.
    """
    if kind not in parts:
        raise UsageError(f'{source}: the key "{kind}" is missing.')
    value = parts[kind]
    try:
        return named_component(kind, value, plugins, f'"{kind}"')
    except DebcrError as error:
        raise UsageError(f"{source}: {error}") from None
