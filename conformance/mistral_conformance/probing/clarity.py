"""Is a generated invalid request invalid to every server? A reading of it as it goes over the wire.

A text in a query or form may be read as text, number or boolean; repeated names as a list, the
first or the last; empty text and `null` as nothing; any content of a file part as a file; a word
that an open enum does not list as one that the server knows; true or digits in a body as a number.
A request that is valid in one of these readings proves nothing when it is accepted.
"""

from __future__ import annotations

import json
import re
from email import message_from_bytes
from email.policy import HTTP
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote

from mistral_conformance.model.compiled import compile_schema, loosened, opened
from mistral_conformance.model.schemas import FORM, JSON, is_spread, properties
from mistral_conformance.probing.shaping import FILENAME
from mistral_conformance.probing.values import parsed, readings

if TYPE_CHECKING:
    from mistral_conformance.model.document import Document, Json, Operation
    from mistral_conformance.record.wire import Message

EMPTY: tuple[Any, ...] = (None, True, 0, "", [])
NOTHING = {"", "null"}


def is_surely_invalid(document: Document, operation: Operation, message: Message) -> bool:
    """Say whether the request breaks the document in every reading."""
    path, _, query = message.url.partition("?")
    return (
        not _path_holds(document, operation, path)
        or not _query_holds(document, operation, parse_qs(query, keep_blank_values=True))
        or not _body_holds(document, operation, message)
    )


def _path_holds(document: Document, operation: Operation, path: str) -> bool:
    match = _template(operation.path).fullmatch(path)
    return match is not None and all(
        _holds(document, each["schema"], readings(unquote(match[each["name"]])))
        for each in operation.parameters
        if each["in"] == "path"
    )


@cache
def _template(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(path)))


def _query_holds(document: Document, operation: Operation, query: dict[str, list[str]]) -> bool:
    for each in operation.parameters:
        if each["in"] != "query" or "schema" not in each or is_spread(document, each):
            continue
        texts, is_required = query.get(each["name"], []), each.get("required", False)
        if not _texts_hold(document, each["schema"], texts, is_required=is_required):
            return False
    return True


def _texts_hold(document: Document, schema: Json, texts: list[str], *, is_required: bool) -> bool:
    """Say whether some reading of the texts under one name fits."""
    if not texts:
        return not is_required
    found = [one for each in texts for one in readings(each)]
    found += EMPTY if NOTHING & set(texts) else (texts, [parsed(each) for each in texts])
    return _holds(document, schema, found)


def _body_holds(document: Document, operation: Operation, message: Message) -> bool:
    if operation.body is None:
        return True
    if FILENAME in (message.content or b""):
        return True
    if not message.content:
        return not operation.body.get("required", False)
    schema = operation.body_schema(JSON)
    if schema is None:
        return _form_holds(document, operation, message)
    try:
        body = json.loads(message.content)
    except ValueError:
        return False
    return compile_schema(document, schema, loosened).is_valid(body)


def _form_holds(document: Document, operation: Operation, message: Message) -> bool:
    schema = operation.body_schema(FORM)
    if schema is None:
        return False
    head = f"Content-Type: {message.headers.get('content-type', FORM)}\r\n\r\n".encode()
    parts = message_from_bytes(head + (message.content or b""), policy=HTTP).iter_parts()
    texts: dict[str, list[str]] = {}
    for part in parts:
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        text = content.decode(errors="replace") if isinstance(content, bytes) else ""
        texts.setdefault(str(name), []).append(text)
    return all(
        _texts_hold(document, each.schema, texts.get(name, []), is_required=each.required)
        for name, each in properties(document, schema).items()
    )


def _holds(document: Document, schema: Json, values: list[Any]) -> bool:
    validator = compile_schema(document, schema, opened)
    return any(validator.is_valid(each) for each in values)
