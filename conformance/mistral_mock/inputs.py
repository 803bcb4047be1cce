"""Checks a request's path, query and body against the document and gives typed values.

Wrong input of all three places is told in one 422, as the API does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve, field, frozen
from python_multipart.multipart import parse_options_header

from mistral_mock import bodies, registry, texts, undocumented
from mistral_mock.answers import JSON
from mistral_mock.bodies import Form
from mistral_mock.errors import (
    Problem,
    failed,
    invalid,
    unsupported_media_type,
)
from mistral_mock.operations import MULTIPART

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.datastructures import Headers

    from mistral_mock.bodies import Receive
    from mistral_mock.context import Upload
    from mistral_mock.errors import APIError
    from mistral_mock.operations import Operation
    from mistral_mock.schemas import Schema
    from mistral_mock.settings import Settings

URLENCODED = "application/x-www-form-urlencoded"
PARSING = {
    "int_type": ("int_parsing", "unable to parse string as an integer"),
    "float_type": ("float_parsing", "unable to parse string as a number"),
    "bool_type": ("bool_parsing", "unable to interpret input"),
}
UTF_8 = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})
"""What a form's charset may be; ASCII is UTF-8."""
NOTHING: frozenset[str] = frozenset()


@frozen
class Source:
    """Where a body comes from."""

    headers: Headers
    receive: Receive
    settings: Settings

    @property
    def charset(self) -> str:
        """In lower case; UTF-8 when the request names none."""
        _, parameters = parse_options_header(self.headers.get("content-type", ""))
        return parameters.get(b"charset", b"utf-8").decode("latin-1").lower()

    @property
    def media_type(self) -> str:
        """In lower case and without its parameters; empty when the request names none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


@frozen
class Body:
    """A checked body; files are those of a form."""

    value: Any = None
    files: Mapping[str, Upload] = field(factory=dict)
    size: int = 0
    """How much was sent, in bytes."""


NO_BODY = Body()


def check_path(
    operation: Operation, found: Mapping[str, str], problems: list[Problem]
) -> Mapping[str, str]:
    """Return the path parameters, UUIDs in lower case."""
    values = dict(found)
    for parameter in operation.path_parameters:
        loc = ("path", parameter.name)
        broken = texts.check(loc, [found[parameter.name]])
        text = texts.mend(found[parameter.name])
        problems += broken or parameter.schema.problems(text, loc)
        if parameter.schema.is_uuid:
            values[parameter.name] = text.lower()
    return values


def check_query(
    operation: Operation, query: str, problems: list[Problem]
) -> tuple[Mapping[str, Any], frozenset[str]]:
    """Return all query parameters, typed, and the names of those that were sent."""
    if not query:
        problems += _missing(operation, {})
        return operation.query_defaults, NOTHING
    given, broken = texts.check_fields("query", texts.decode_fields(query))
    problems += broken
    values, sent = dict(operation.query_defaults), set()
    for parameter in operation.query_parameters:
        if parameter.name in given:
            value = parameter.schema.read(given[parameter.name])
            problems += check_text(parameter.schema, value, ("query", parameter.name))
            values[parameter.name] = value
            sent.add(parameter.name)
        elif parameter.exploded and (fields := _unnamed(operation, given)):
            values[parameter.name] = fields
            sent.add(parameter.name)
    problems += _missing(operation, given)
    return values, frozenset(sent)


def find_foreign(operation: Operation, query: str) -> Mapping[str, str]:
    """Return the query parameters that the operation does not have."""
    given, _ = texts.check_fields("query", texts.decode_fields(query))
    return _unnamed(operation, given)


async def check_body(operation: Operation, source: Source, problems: list[Problem]) -> Body:
    """Return the body; an operation without one ignores what is sent.

    Raises:
        APIError: 413, 415, or 422 for text that cannot be read at all.

    """
    if not operation.bodies:
        return NO_BODY
    if operation.takes_form:
        return await _check_form(operation, source, problems)
    if not is_json(source.media_type):
        raise unsupported_media_type(list(operation.bodies))
    content = await bodies.read(source.receive, source.settings.max_body)
    if not content.strip():
        if operation.body_required:
            problems.append(Problem(("body",), "Field required", "missing"))
        return NO_BODY
    value, found = await bodies.aside_if_large(
        content, lambda: check_json(operation, bodies.parse_json(content), source.settings)
    )
    problems += found
    return Body(value, size=len(content))


def check_json(
    operation: Operation,
    value: Any,  # noqa: ANN401 - JSON
    settings: Settings,
) -> tuple[Any, list[Problem]]:
    """Return the value of a body, filled where it holds what the document says, and what it breaks.

    Fields that are published elsewhere are checked apart and stay in it; so do values, which are
    checked as the nearest documented ones.
    """
    newer = undocumented.find_values(operation, value, settings.the_era)
    for one in newer:
        value = undocumented.put(value, one.place, one.like)
    filled, found = check_fields(operation, value, settings)
    for one in newer:
        filled = undocumented.put(filled, one.place, one.value)
    return filled, found


def check_fields(
    operation: Operation,
    value: Any,  # noqa: ANN401 - JSON
    settings: Settings,
) -> tuple[Any, list[Problem]]:
    """Return the same where all values of enums are documented ones."""
    schema, known = operation.bodies[JSON], undocumented.find(operation, "body", settings.the_era)
    more = {name: value[name] for name in known if name in value} if isinstance(value, dict) else {}
    rest = {name: one for name, one in value.items() if name not in more} if more else value
    found = schema.problems(rest, ("body",))
    for name, one in more.items():
        found += known[name].problems(one, ("body", name))
    return value if found else {**schema.fill(rest), **more} if more else schema.fill(rest), found


def is_json(media_type: str) -> bool:
    """Say whether the media type is JSON's.

    None at all counts as JSON, as clients often leave it out.
    """
    return media_type in {"", JSON} or media_type.endswith("+json")


async def read_form(source: Source, limit: int) -> Form:
    """Return the form, of either encoding; without a media type there is nothing to read.

    The limit is that of a file in it, in bytes.

    Raises:
        APIError: 415 for anything but a form in UTF-8, otherwise as in `bodies`.

    """
    if source.charset not in UTF_8:
        raise unsupported_media_type([f"{MULTIPART} in UTF-8"])
    if source.media_type == MULTIPART:
        return await bodies.read_form(source.headers, source.receive, limit)
    if source.media_type == URLENCODED:
        return await bodies.read_texts(source.receive, source.settings.max_body)
    if source.media_type:
        raise unsupported_media_type([MULTIPART])
    return Form()


async def _check_form(operation: Operation, source: Source, problems: list[Problem]) -> Body:
    settings = source.settings
    limit: int = getattr(settings, registry.file_limit(operation.id))
    form = await read_form(source, limit)
    schema = operation.bodies[MULTIPART]
    files = {name: upload for name, upload in form.files.items() if upload.name}
    values: dict[str, Any] = {}
    for name, property_ in schema.properties.items():
        loc = ("body", name)
        if property_.is_file:
            problems += check_file(name, files, form, required=name in schema.required)
        elif name in form.texts:
            values[name] = property_.read(form.texts[name])
            problems += check_text(property_, values[name], loc)
        elif name in schema.required:
            problems.append(Problem(loc, "Field required", "missing"))
        else:
            values[name] = property_.default
    for name in undocumented.find(operation, "body", settings.the_era).keys() & form.texts.keys():
        values[name] = form.texts[name]
    return Body(values, files, size=form.size)


def check_file(
    name: str, files: Mapping[str, Upload], form: Form, *, required: bool
) -> list[Problem]:
    """Return what is wrong with a form's file part: absent, or a text where a file should be."""
    if name in files:
        return []
    if name in form.texts:
        message = "Value error, Expected UploadFile, received: <class 'str'>"
        return [Problem(("body", name), message, "value_error", form.texts[name][-1])]
    return [Problem(("body", name), "Field required", "missing")] if required else []


def check_text(schema: Schema, value: object, loc: tuple[str | int, ...]) -> list[Problem]:
    """Return what is wrong with a value that came as text."""
    return [_as_parsing(problem) for problem in schema.problems(value, loc)]


def refuse(operation: Operation, problems: Sequence[Problem]) -> None:
    """End the request when anything is wrong.

    Raises:
        APIError: 422 with all problems, in the shape of the operation's group (errors.validation).

    """
    if not problems:
        return
    shape = registry.error_shape(operation.segments)
    raise invalid(*problems) if shape is None else shape.invalid(problems)


def fail(operation: Operation) -> APIError:
    """500 for an operation that failed, in the shape of its group."""
    shape = registry.error_shape(operation.segments)
    return failed() if shape is None else shape.failed()


def _unnamed(operation: Operation, given: Mapping[str, list[str]]) -> dict[str, str]:
    """Return the texts whose names no parameter has: fields of one written field by field."""
    known = {parameter.name for parameter in operation.query_parameters}
    return {name: found[-1] for name, found in given.items() if name not in known}


def _missing(operation: Operation, given: Mapping[str, object]) -> list[Problem]:
    return [
        Problem(("query", parameter.name), "Field required", "missing")
        for parameter in operation.query_parameters
        if parameter.required and parameter.name not in given
    ]


def _as_parsing(problem: Problem) -> Problem:
    if not isinstance(problem.input, str) or problem.type not in PARSING:
        return problem
    type_, reason = PARSING[problem.type]
    return evolve(problem, type=type_, msg=f"{problem.msg}, {reason}")
