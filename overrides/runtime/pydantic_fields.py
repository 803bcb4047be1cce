"""Models as fields of pydantic's models; only pydantic itself leads here, so it is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import attr
from pydantic_core import core_schema

if TYPE_CHECKING:
    from .base import Model


def schema_of(model: type[Model]) -> Any:
    """Return how pydantic takes a model or a JSON object in its place, and writes the latter."""

    def read(source: dict[str, Any]) -> Model:
        _check_tags(model, source)
        return model.from_dict(source)

    of_object = core_schema.chain_schema(
        [core_schema.dict_schema(), core_schema.no_info_plain_validator_function(read)]
    )
    return core_schema.json_or_python_schema(
        json_schema=of_object,
        python_schema=core_schema.union_schema(
            [core_schema.is_instance_schema(model), of_object], mode="left_to_right"
        ),
        serialization=core_schema.plain_serializer_function_ser_schema(_write),
    )


def json_schema_of(model: type[Model]) -> dict[str, Any]:
    """Return a JSON schema that names the fields of a model and leaves their types open."""
    names: dict[str, str] = vars(model).get("_renamed", {})
    fields: Any = attr.fields(cast("Any", model))
    known = [field.name for field in fields if field.name != "additional_properties"]
    return {
        "title": model.__name__,
        "type": "object",
        "description": (model.__doc__ or "").partition("\n")[0],
        "properties": {names.get(name, name): {} for name in known},
        "additionalProperties": True,
    }


def _write(model: Model) -> dict[str, Any]:
    return model.to_dict()


def _check_tags(model: type[Model], source: dict[str, Any]) -> None:
    """Raise ValueError for the object of another member of a union: its tag says so."""
    fields: Any = attr.fields(cast("Any", model))
    for field in fields:
        tag = field.default
        if isinstance(tag, str) and source.get(field.name, tag) != tag:
            raise ValueError(f"{field.name} is {source[field.name]!r}, not {tag!r}")
