"""Variations of a plain request: one value at a documented bound, or exactly one fault."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

from attrs import evolve, field, frozen

from mistral_conformance.groups import load_owed
from mistral_conformance.model.compiled import compile_schema, opened
from mistral_conformance.model.schemas import JSON, is_spread
from mistral_conformance.probing.values import (
    branches,
    readings,
    values_inside,
    values_outside,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.model.document import Document, Json, Operation
    from mistral_conformance.probing.samples import Sample

FORM = "multipart/form-data"
FILE = "file"
ODD_ID = "not-an-id"
SOME_ID = "00000000-0000-4000-8000-000000000000"
ODD_TEXT = "conformance"
Query = tuple[tuple[str, str], ...]


@frozen
class Variation:
    """A plain request with one thing changed; `note` says which."""

    note: str
    sample: Sample | None
    query: Query = field(default=())
    ids: dict[str, str] = field(factory=dict)


def bounds(document: Document, operation: Operation, sample: Sample | None) -> Iterator[Variation]:
    """Yield valid requests with one value at a documented bound, of an enum, or null."""
    for parameter in _query(document, operation):
        for value in values_inside(document, parameter["schema"]):
            if value is not None:
                yield _with_query(sample, parameter["name"], value)
    for name, schema, plain in _properties(document, operation, sample):
        if name not in plain.apart:
            for value in values_inside(document, schema):
                yield _with_value(plain, name, value)
    for name, schema, plain in _fields(document, operation, sample):
        for value in values_inside(document, schema) if name not in plain.apart else ():
            if value is not None:
                yield _with_field(plain, name, str(value))


def faults(document: Document, operation: Operation, sample: Sample | None) -> Iterator[Variation]:
    """Invalid requests with exactly one fault."""
    yield from _path_faults(document, operation, sample)
    yield from _query_faults(document, operation, sample)
    yield from _body_faults(document, operation, sample)
    yield from _form_faults(document, operation, sample)


def _path_faults(
    document: Document, operation: Operation, sample: Sample | None
) -> Iterator[Variation]:
    for parameter in operation.parameters:
        if parameter["in"] == "path":
            validator = compile_schema(document, parameter["schema"], opened)
            if not any(map(validator.is_valid, readings(ODD_ID))):
                ids = {parameter["name"]: ODD_ID}
                yield Variation(f"{parameter['name']} = {ODD_ID}", sample, ids=ids)


def _query_faults(
    document: Document, operation: Operation, sample: Sample | None
) -> Iterator[Variation]:
    for parameter in _query(document, operation):
        validator = compile_schema(document, parameter["schema"], opened)
        for value in values_outside(document, parameter["schema"]):
            text = _text(value)
            if text is not None and not any(map(validator.is_valid, readings(text))):
                yield _with_query(sample, parameter["name"], value)


def _body_faults(
    document: Document, operation: Operation, sample: Sample | None
) -> Iterator[Variation]:
    schema = operation.body_schema(JSON)
    if schema is None or sample is None or sample.body is None:
        return
    validator = compile_schema(document, schema)
    owed = dict.fromkeys(load_owed().get(operation.id, ()), SOME_ID)  # added when it is sent
    for name in sample.body:
        less = {key: value for key, value in sample.body.items() if key != name}
        if not validator.is_valid({**owed, **less}):
            yield Variation(f"without {name}", evolve(sample, body=less))
    for name, inner, plain in _properties(document, operation, sample):
        for value in values_outside(document, inner):
            yield _with_value(plain, name, value)
    extra = {**sample.body, "conformance_unknown_field": 1}
    if not validator.is_valid({**owed, **extra}):
        yield Variation("with an unknown field", evolve(sample, body=extra))


def _form_faults(
    document: Document, operation: Operation, sample: Sample | None
) -> Iterator[Variation]:
    for name, inner, plain in _fields(document, operation, sample):
        validator = compile_schema(document, inner, opened)
        if not any(map(validator.is_valid, readings(ODD_TEXT))):
            yield _with_field(_alone(document, operation, plain, name), name, ODD_TEXT)
    if sample and sample.file and operation.body_schema(FORM):
        yield Variation(
            "without a file", evolve(sample, file={}, form=sample.form or {"unrelated": ODD_TEXT})
        )


def _alone(document: Document, operation: Operation, plain: Sample, name: str) -> Sample:
    """Return a form without its file where the field stands instead of the file.

    With both it would have two faults.
    """
    schema = document.resolve(operation.body_schema(FORM) or {})
    needed = FILE in schema.get("required", [])
    return plain if needed or name not in plain.apart else evolve(plain, file={})


def _fields(
    document: Document, operation: Operation, sample: Sample | None
) -> Iterator[tuple[str, Json, Sample]]:
    schema = operation.body_schema(FORM)
    if schema is not None and sample is not None:
        for name, inner in document.resolve(schema).get("properties", {}).items():
            if name != FILE:
                yield name, inner, sample


def _query(document: Document, operation: Operation) -> list[Json]:
    """Return the parameters that stand in the query by their names, as plain text."""
    found = [e for e in operation.parameters if e["in"] == "query" and "schema" in e]
    return [each for each in found if not is_spread(document, each)]


def _properties(
    document: Document, operation: Operation, sample: Sample | None
) -> Iterator[tuple[str, Json, Sample]]:
    schema = operation.body_schema(JSON)
    if schema is None or sample is None or sample.body is None:
        return
    for branch in branches(document, schema):
        for name, inner in branch.get("properties", {}).items():
            yield name, inner, sample


def _with_query(sample: Sample | None, name: str, value: object) -> Variation:
    text = _text(value) or ""
    return Variation(f"?{name}={text}", sample, ((name, text),))


def _with_value(sample: Sample, name: str, value: object) -> Variation:
    body = copy.deepcopy(sample.body) or {}
    body[name] = value
    shown = json.dumps(value)
    short = shown if len(shown) < 60 else f"{shown[:57]}..."
    return Variation(f"{name} = {short}", evolve(sample, body=body))


def _with_field(sample: Sample, name: str, text: str) -> Variation:
    return Variation(f"{name} = {text}", evolve(sample, form={**sample.form, name: text}))


def _text(value: Any) -> str | None:  # noqa: ANN401 - JSON
    """Return a value as it goes into a query, None for what does not fit there."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else None
