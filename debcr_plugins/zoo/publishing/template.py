"""A commented metadata file for an author to fill in, with what the model's card says already."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from debcr_core.catalogs import find_model
from debcr_core.files.text import write_text
from debcr_core.trained import Card, for_others
from debcr_core.yaml.commented import commented_out
from debcr_core.yaml.strict import dump_yaml
from debcr_plugins.zoo.publishing.metadata import Metadata
from debcr_plugins.zoo.publishing.publishable import publishable

if TYPE_CHECKING:
    from debcr_core.plugins import Plugins

HEADER = (
    "# What `debcr package` needs to know. Keys without a # in front are required: give those that "
    "are\n# empty a value. Of the others, remove the # where there is something to say.\n"
)


def write_template(source: str, path: Path, plugins: Plugins, *, overwrite: bool) -> None:
    """Write the file for a trained model, as `debcr_core.load_model` takes it.

    Raises
    ------
    UsageError
        If the model cannot be published.
    """
    trained = find_model(source, plugins)
    publishable(trained)
    text = template(trained.card)
    write_text(path, text, overwrite=overwrite)


def template(card: Card) -> str:
    """Return the file's text; required keys that are not known have no value.

    Parameters
    ----------
    card : Card
        What is known of the model; its values stand where the file asks for them.
    """
    return "\n".join([HEADER, *(_entry(key, _known(card)) for key in Metadata.model_fields)])


def _known(card: Card) -> dict[str, Any]:
    card = for_others(card)
    values = {
        "description": card.description,
        "authors": [{"name": name} for name in card.authors],
        "license": card.licence,
        "cite": [_citation(reference) for reference in card.cite],
        "limitations": card.limits,
        "training": {"training_preprocessing": card.trained_on} if card.trained_on else None,
    }
    return {key: value for key, value in values.items() if value}


def _citation(reference: str) -> dict[str, str]:
    doi = reference.removeprefix("https://doi.org/")
    return {"text": reference, **({"url": reference} if doi == reference else {"doi": doi})}


def _entry(key: str, known: dict[str, Any]) -> str:
    """Return a field's comment, and its value if it is known; else an example in the comment."""
    described = Metadata.model_fields[key]
    if key in known:
        return f"# {described.description}\n{dump_yaml({key: known[key]})}"
    example = commented_out(dump_yaml({key: (described.examples or [""])[0]}))
    empty = f"{key}:\n" if described.is_required() else ""
    return f"# {described.description} For example:\n{example}{empty}"
