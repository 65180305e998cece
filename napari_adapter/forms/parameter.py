"""What a form needs to know of each field of a pydantic model, from the field's own description."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, get_args

from pydantic import BaseModel, RootModel
from pydantic.fields import FieldInfo
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, JsonSchemaWarningKind
from pydantic_core import to_jsonable_python

UNSET: Any = object()
"""Stands for a value that is not given: the default is meant."""

Schema = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Parameter:
    """A field of a model.

    Attributes
    ----------
    name : str
        The attribute's name.
    key : str
        The name under which the model takes its value: an alias, if the field has one.
    label : str
        The name as a person reads it, with the unit.
    description : str
        What it means, with the bounds.
    advanced : bool
        Whether most people leave it alone: what the field says of itself by
        ``json_schema_extra={"advanced": True}``.
    default : object
        What it is if no value is given; `UNSET` where one is needed, or where it is made anew.
    required : bool
        Whether a value is needed.
    nullable : bool
        Whether None is a valid value.
    options : tuple of mapping
        JSON schemas of the valid values beside None; more than one where several types are valid.
    section : type of pydantic.BaseModel or None
        The model of its value, if it is one.
    """

    name: str
    key: str
    label: str
    description: str
    advanced: bool
    default: Any
    required: bool
    nullable: bool
    options: tuple[Schema, ...]
    section: type[BaseModel] | None


def parameters(model: type[BaseModel], values: BaseModel | None = None) -> list[Parameter]:
    """Return what is known of a model's fields, in their order.

    Parameters
    ----------
    model : type of pydantic.BaseModel
        The model.
    values : pydantic.BaseModel, optional
        One of the kind, whose values are the defaults in place of the model's own.
    """
    schema = model.model_json_schema(by_alias=False, schema_generator=_Lenient)
    definitions = schema.get("$defs", {})
    # A model that is nested in itself is among the definitions, too.
    whole = next(_options(schema, definitions))
    properties = whole.get("properties", {})
    return [
        _parameter(name, field, properties.get(name, {}), definitions, values)
        for name, field in model.model_fields.items()
    ]


class _Lenient(GenerateJsonSchema):
    """Describes as anything what JSON cannot hold; the model itself judges it in the end."""

    ignored_warning_kinds: ClassVar[set[JsonSchemaWarningKind]] = {  # type: ignore[misc]
        "skipped-choice",
        "non-serializable-default",
    }

    def handle_invalid_for_json_schema(self, schema: Any, error_info: str) -> JsonSchemaValue:  # noqa: ARG002
        return {}


def _parameter(
    name: str, field: FieldInfo, schema: Schema, definitions: Schema, values: BaseModel | None
) -> Parameter:
    options = list(_options(schema, definitions))
    valid = tuple(option for option in options if option.get("type") != "null")
    unit = schema.get("unit")
    label = field.title or name.replace("_", " ")
    return Parameter(
        name=name,
        key=field.validation_alias if isinstance(field.validation_alias, str) else name,
        label=f"{label} ({unit})" if unit else label,
        description=_description(field, valid),
        advanced=bool(schema.get("advanced")),
        default=_default(field) if values is None else getattr(values, name),
        required=field.is_required() and values is None,
        nullable=len(valid) < len(options),
        options=valid,
        section=_section(field.annotation),
    )


def _options(schema: Schema, definitions: Schema) -> Iterator[Schema]:
    """Yield the schemas of which a value fulfils one."""
    if "$ref" in schema:
        yield from _options(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    elif "anyOf" in schema or "oneOf" in schema:
        for option in schema.get("anyOf") or schema["oneOf"]:
            yield from _options(option, definitions)
    else:
        yield schema


def _default(field: FieldInfo) -> Any:
    if field.is_required() or field.default_factory_takes_validated_data:
        return UNSET
    return field.get_default(call_default_factory=True)


def _section(annotation: Any) -> type[BaseModel] | None:
    """Return the model that an annotation names, alone or beside None."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        # Such a one is written as what it holds.
        return None if issubclass(annotation, RootModel) else annotation
    others = [part for part in get_args(annotation) if part is not type(None)]
    return _section(others[0]) if len(others) == 1 and len(get_args(annotation)) == 2 else None


BOUNDS = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}


def _description(field: FieldInfo, options: tuple[Schema, ...]) -> str:
    limits = [
        f"{sign} {option[key]}"
        for option in options
        for key, sign in BOUNDS.items()
        if key in option
    ]
    said = [field.description or "", f"({', '.join(limits)})" if limits else ""]
    return " ".join(filter(None, said))


def plain(value: Any) -> Any:
    """Return a value as JSON would hold it; what JSON cannot hold, in Python's words."""
    return to_jsonable_python(value, fallback=repr, serialize_unknown=True)


def as_text(value: Any) -> str:
    """Return a value as one line of YAML; several numbers of a list without brackets.

    Examples
    --------
    >>> as_text((32, 64)), as_text(None), as_text({"low": 0.5})
    ('32, 64', 'null', '{"low": 0.5}')
    """
    value = plain(value)
    text = json.dumps(value, ensure_ascii=False)
    numbers = isinstance(value, list) and all(isinstance(item, int | float) for item in value)
    if numbers and len(value) > 1:
        return text.removeprefix("[").removesuffix("]")
    return text


def may_be_none(parameter: Parameter) -> bool:
    """Say whether None is valid and not the default: there must be a way to enter it."""
    return parameter.nullable and parameter.default is not None


def placeholder(parameter: Parameter) -> str:
    """Return what an editor says that is left empty."""
    if parameter.required:
        return "needed"
    default = None if parameter.default is UNSET else plain(parameter.default)
    if default is None or default == "":
        return "default"
    return default if isinstance(default, str) else as_text(default)
