"""Between Python values and what travels: parts of a request out of arguments, values out of JSON.

Inside an answer a value that does not read as the document says is kept as it came. A body that is
not JSON at all, or JSON of another kind than promised, raises `UnreadableBody`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from .types import UNSET

if TYPE_CHECKING:
    from .files import FileInput

# The scanner that a decoder calls; the types of the standard library do not know it.
_decoder: Any = json.JSONDecoder()
_SCAN: Final[Callable[[str, int], tuple[Any, int]]] = _decoder.scan_once
# Bodies of as many bytes are worth a faster parser, if there is one.
_LARGE: Final = 64 * 1024

_BOOLEANS: Final = {"true": True, "false": False}


parse_time: Final = datetime.fromisoformat
"""Returns the time that an RFC 3339 text means. Raises ValueError or TypeError for any other."""

parse_date: Final = date.fromisoformat
"""Returns the date that an ISO 8601 text means. Raises ValueError or TypeError for any other."""


class UnreadableBody(ValueError):
    """A body that is not the JSON that the document promises; the message says what it is."""


def read_int(text: str) -> int | str:
    """Return the number that arrived in quotes, or the text when it is none."""
    try:
        return int(text)
    except ValueError:
        return text


def read_float(text: str) -> float | str:
    """Return the number that arrived in quotes, or the text when it is none."""
    try:
        return float(text)
    except ValueError:
        return text


def read_bool(text: str) -> bool | str:
    """Return the boolean that arrived in quotes, or the text when it is none."""
    return _BOOLEANS.get(text.lower(), text)


def read_json(content: bytes) -> Any:
    """Return the JSON value of a body.

    Raises:
        UnreadableBody: It has none.

    """
    try:
        if len(content) < _LARGE:
            return json.loads(content)
        from .large_json import loads

        return loads(content)
    except ValueError as error:
        reason = error if content.strip() else "it is empty"
        raise UnreadableBody(f"the body is not JSON: {reason}") from error


def read_object(content: bytes) -> dict[str, Any]:
    """Return a body that has to be a JSON object.

    Raises:
        UnreadableBody: It is none.

    """
    value = read_json(content)
    if type(value) is dict:
        return value
    raise UnreadableBody(f"the body is not a JSON object but {_kind(value)}")


def read_array(content: bytes) -> list[Any]:
    """Return a body that has to be a JSON array.

    Raises:
        UnreadableBody: It is none.

    """
    value = read_json(content)
    if type(value) is list:
        return value
    raise UnreadableBody(f"the body is not a JSON array but {_kind(value)}")


def read_text(content: bytes) -> str:
    """Return a body that has to be a JSON string.

    Raises:
        UnreadableBody: It is none.

    """
    value = read_json(content)
    if type(value) is str:
        return value
    raise UnreadableBody(f"the body is not a JSON string but {_kind(value)}")


def given(*deprecated: tuple[str, object, str]) -> list[tuple[str, str]]:
    """Return which deprecated arguments were given, each with what to do instead."""
    return [(name, message) for name, value, message in deprecated if value is not UNSET]


def object_of(text: str) -> dict[str, Any] | None:
    """Return the JSON object that a text is, without space around it; None for anything else.

    The scanner is called directly, without what `json.loads` does around it: a stream reads
    thousands of small texts.
    """
    try:
        value, end = _SCAN(text, 0)
    except (ValueError, StopIteration, RecursionError):
        return None
    return value if end == len(text) and type(value) is dict else None


def read_event_object(data: str) -> dict[str, Any]:
    """Return an event's data, which have to be a JSON object.

    Raises:
        UnreadableBody: They are none.

    """
    try:
        value = json.loads(data)
    except ValueError as error:
        raise UnreadableBody(f"the event's data are not JSON: {error}") from error
    if type(value) is dict:
        return value
    raise UnreadableBody(f"the event's data are not a JSON object but {_kind(value)}")


def _kind(value: object) -> str:
    """Return what JSON calls a value."""
    names = {dict: "an object", list: "an array", str: "a string", bool: "a boolean"}
    return "null" if value is None else names.get(type(value), "a number")


def segment(name: str, value: object) -> str:
    """Return a path parameter quoted as one segment.

    Raises:
        ValueError: It is empty, `.` or `..` (the request would go to another operation) or holds
            half a character.
        TypeError: It is neither text nor a number nor a UUID.

    """
    text = value if isinstance(value, str) else _segment_text(name, value)
    if text in ("", ".", ".."):
        raise ValueError(f"{name} is {text!r}, which cannot be part of a path")
    try:
        return quote(text, safe="")
    except UnicodeEncodeError as error:
        raise _explained(text, name, error) from error


def _segment_text(name: str, value: object) -> str:
    if type(value) is int or type(value).__name__ == "UUID":
        return str(value)
    raise TypeError(f"{name} must be a str, not {type(value).__name__}")


def _explained(
    value: object, name: str, reason: Exception, names: Sequence[tuple[str, str]] = ()
) -> TypeError | ValueError:
    """Return the error that says what is wrong with an argument, and where in it."""
    from .arguments import explain

    return explain(value, name, reason, names)


def query(*pairs: tuple[str, object] | tuple[str, object, str]) -> tuple[tuple[str, str], ...]:
    """Return query parameters as texts; UNSET and None are left out.

    A parameter that is called otherwise as an argument comes with that name. Lists repeat their
    name; each field of an object is a parameter of its own.

    Raises:
        TypeError: Something has no text.
        ValueError: Something has no text that can travel.

    """
    found: list[tuple[str, str]] = []
    for pair in pairs:
        name, value = pair[0], pair[1]
        if value is UNSET or value is None:
            continue
        argument = name if len(pair) == 2 else pair[2]
        if type(value) is str or not _is_object(value):
            found += [(name, text) for text in _texts(argument, value)]
        else:
            fields: dict[str, object] = whole_body(argument, value)  # type: ignore[assignment]
            for field, item in fields.items():
                if item is not None:
                    text_name = plain_text(field, argument)
                    found += [(text_name, text) for text in _texts(f"{argument}.{field}", item)]
    return tuple(found)


def _is_object(value: object) -> bool:
    return isinstance(value, Mapping) or (
        hasattr(value, "to_dict") and not hasattr(value, "tolist") and not isinstance(value, type)
    )


def _texts(name: str, value: object) -> list[str]:
    """Return the texts of a parameter: those of a list, or one."""
    if isinstance(value, (list, tuple)):
        return [plain_text(item, f"{name}[{place}]") for place, item in enumerate(value)]
    return [plain_text(value, name)]


def header_fields(*pairs: tuple[str, object] | tuple[str, object, str]) -> dict[str, str]:
    """Return header parameters as texts, from pairs as in `query`; UNSET and None are left out.

    Raises:
        ValueError: A header cannot hold the text.

    """
    found: dict[str, str] = {}
    for name, value, *others in pairs:
        if value is not UNSET and value is not None:
            argument = str(others[0]) if others else name
            found[name] = text = plain_text(value, argument)
            if not (text.isascii() and text.isprintable()):
                raise ValueError(f"{argument} is {text!r}: a header holds printable ASCII only")
    return found


def form_fields(
    *pairs: tuple[str, object] | tuple[str, object, str],
) -> tuple[tuple[str, str], ...]:
    """Return the text fields of a form, written as in a query."""
    return query(*pairs)


def form_files(*pairs: tuple[str, Any]) -> tuple[tuple[str, FileInput], ...]:
    """Return the files of a form; UNSET and None are left out."""
    return tuple((name, value) for name, value in pairs if value is not UNSET and value is not None)


def needed_file(name: str, value: Any) -> FileInput:
    """Return a file that a form cannot do without.

    Raises:
        TypeError: There is none.

    """
    if value is UNSET or value is None:
        raise TypeError(f"{name} must be a path, bytes, a binary stream or a File, not {value!r}")
    file: FileInput = value
    return file


def json_body(body: dict[str, Any], names: Sequence[tuple[str, str]] = ()) -> object:
    """Return a body of fields; those that are UNSET are left out, None is sent as null.

    `names` are those of fields that are called otherwise as arguments.

    Raises:
        TypeError: Something is of a type that cannot be sent; the error names the argument.
        ValueError: Something cannot be sent; the error names the argument.

    """
    return whole_body("", body, names)


def whole_body(name: str, body: object, names: Sequence[tuple[str, str]] = ()) -> object:
    """Return a body that is one argument.

    Raises:
        TypeError: Something is of a type that cannot be sent; the error names the place.
        ValueError: Something cannot be sent; the error names the place.

    """
    try:
        return to_wire(body, is_request=True)
    except (TypeError, ValueError, RecursionError) as error:
        raise _explained(body, name, error, names) from error


def listed(name: str, value: object) -> object:
    """Return the value of an argument that is a list.

    Raises:
        TypeError: It is one thing alone.

    """
    if type(value) is not list and (isinstance(value, (str, bytes)) or _is_object(value)):
        from .arguments import one_alone

        raise one_alone(name, value)
    return value


def optional_body(body: dict[str, Any], names: Sequence[tuple[str, str]] = ()) -> object:
    """Return a body that may be left out: UNSET when none of its fields is given."""
    return (
        whole_body("", body, names) if any(value is not UNSET for value in body.values()) else UNSET
    )


def json_text(name: str, value: object) -> object:
    """Return a parameter that travels as JSON text; UNSET and None stay.

    Raises:
        TypeError: Something is of a type that cannot be sent; the error names the place.
        ValueError: Something cannot be sent; the error names the place.

    """
    if value is UNSET or value is None:
        return value
    from .arguments import check

    check(value, name)
    return json.dumps(to_wire(value, is_request=True))


def plain_text(value: object, name: str) -> str:
    """Return the text of a scalar in a query, a header or a form.

    Raises:
        TypeError: It is of a type that has none; the error has the parameter's name.
        ValueError: It has none that can travel; the error has the parameter's name.

    """
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, str):
        if value.isascii():
            return str.__str__(value)
    elif type(value) is int or type(value).__name__ == "UUID":
        return str(value)
    from .arguments import check

    if isinstance(value, (Mapping, list, tuple)):
        raise TypeError(f"{name} takes text, a number or a time, not a {type(value).__name__}")
    check(value, name)
    return str.__str__(value) if isinstance(value, str) else str(to_wire(value))


def time_text(value: datetime) -> str:
    """Return the RFC 3339 text of a time, with `Z` for UTC."""
    text = value.isoformat()
    return text[:-6] + "Z" if text.endswith("+00:00") else text


def _zoned_time_text(value: datetime) -> str:
    """Return the same.

    Raises:
        ValueError: The time has no zone: it may mean any moment.

    """
    if value.utcoffset() is None:
        raise ValueError("a time without a zone")
    return time_text(value)


def to_wire(value: object, *, is_request: bool = False) -> object:
    """Return `value` as plain JSON values: models become dicts, times text, UNSET entries go.

    What goes into a request leaves out what only an answer brought (see `Model`), and its times
    have zones. Values that JSON has no form for stay as they are.

    Raises:
        TypeError: A key is no text.
        ValueError: A time in a request has no zone.

    """
    kind = type(value)
    if kind is str or kind is int or kind is float or kind is bool or value is None:
        return value
    if isinstance(value, Mapping):
        return {
            key if type(key) is str else _key(key): to_wire(item, is_request=is_request)
            for key, item in value.items()
            if item is not UNSET
        }
    if isinstance(value, (list, tuple)):
        return [to_wire(item, is_request=is_request) for item in value if item is not UNSET]
    if isinstance(value, datetime):
        return _zoned_time_text(value) if is_request else time_text(value)
    return _other_to_wire(value, is_request=is_request)


def _other_to_wire(value: object, *, is_request: bool) -> object:
    """Return the same for what is rarer: dates, models, sequences of other kinds, strangers."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, type):
        return value
    written = getattr(value, "_written", None)
    if written is not None:
        return written(is_request=is_request)
    to_dict = getattr(value, "to_dict", None)
    if to_dict is not None and not hasattr(value, "tolist"):  # a column of pandas is no object
        return to_dict()
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes, bytearray, memoryview)):
        return [to_wire(item, is_request=is_request) for item in value if item is not UNSET]
    return value


def _key(key: object) -> str:
    """Return a name in an object that is of a subclass of text."""
    if isinstance(key, str):
        return str.__str__(key)
    raise TypeError(f"the names in an object are text, not {key!r}")
