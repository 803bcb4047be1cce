"""A recording as plain values, for YAML, and back; what is large or no text stands in a file."""

from __future__ import annotations

import mimetypes
from typing import TYPE_CHECKING, Any

from mistral_mock.recording import bodies
from mistral_mock.recording.exchange import (
    Body,
    Event,
    FormPart,
    Question,
    Recording,
    Response,
    find_media_type,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Keep = Callable[[str, bytes], str]
    """Keeps bytes in a file whose name ends so; gives the name."""
    Fetch = Callable[[str], bytes]

LARGEST = 64 * 1024
"""Bytes of a body that stand in the YAML itself."""
FORMAT = 1
EXTENSIONS = {"application/json": ".json", "application/jsonl": ".jsonl", "text/plain": ".txt"}


class SpelledError(ValueError):
    """What stands in a recording cannot be read; the message says why."""


def spell(one: Recording, keep: Keep) -> dict[str, Any]:
    """Return the recording as plain values."""
    return {
        "recording": FORMAT,
        "scope": one.scope,
        "turn": one.turn,
        "recorded": one.moment,
        "document": one.document,
        "upstream": one.upstream,
        "operation": one.operation,
        "request": spell_question(one.question, keep),
        "answer": spell_response(one.response, keep),
    }


def spell_question(asked: Question, keep: Keep) -> dict[str, Any]:
    """Return the request as plain values."""
    head: dict[str, Any] = {"method": asked.method, "path": asked.path}
    if asked.query:
        head["query"] = asked.query
    if asked.headers:
        head["headers"] = dict(asked.headers)
    media_type = find_media_type(asked.headers)
    return head | spell_body(asked.body, media_type, lambda end, data: keep(f"request{end}", data))


def spell_response(given: Response, keep: Keep) -> dict[str, Any]:
    """Return the answer as plain values."""
    head: dict[str, Any] = {
        "status": given.status,
        "first_s": given.first_s,
        "duration_s": given.duration_s,
    }
    if given.cut:
        head["cut"] = True
    if given.headers:
        head["headers"] = spell_headers(given.headers)
    found = spell_body(given.body, given.media_type, lambda end, data: keep(f"answer{end}", data))
    return head | found


def spell_headers(headers: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    """Headers by name; one that comes twice has a list."""
    found: dict[str, Any] = {}
    for name, value in headers:
        before = found.get(name)
        several = before if isinstance(before, list) else [before]
        found[name] = value if before is None else [*several, value]
    return found


def spell_body(body: Body, media_type: str, keep: Keep) -> dict[str, Any]:
    """Return the body as plain values, under the name of its kind."""
    if body.kind == "none":
        return {}
    if body.kind == "form":
        return {"form": [spell_part(one, number, keep) for number, one in enumerate(body.value)]}
    if body.kind == "events":
        return {"events": [spell_event(one) for one in body.value]}
    content = bodies.spell_body(body)
    if body.kind != "binary" and len(content) <= LARGEST:
        return {body.kind: body.value}
    return {"file": keep(find_extension(media_type), content)}


def spell_part(part: FormPart, number: int, keep: Keep) -> dict[str, Any]:
    """Return a field of a form as plain values."""
    if part.text is not None:
        return {"name": part.name, "text": part.text}
    end = find_extension(part.media_type or mimetypes.guess_type(part.filename or "")[0] or "")
    told = {"media_type": part.media_type} if part.media_type else {}
    file = keep(f".{number}{end}", part.content)
    return {"name": part.name, "filename": part.filename, **told, "file": file}


def spell_event(one: Event) -> dict[str, Any]:
    """Return an event as plain values."""
    if one.raw is not None:
        return {"at_s": one.at_s, "raw": one.raw}
    named = {"event": one.name, "id": one.id}
    told = {name: value for name, value in named.items() if value is not None}
    return {"at_s": one.at_s, **told, "json" if one.is_json else "data": one.data}


def find_extension(media_type: str) -> str:
    """Return the end of the name of a file of this type."""
    return EXTENSIONS.get(media_type) or mimetypes.guess_extension(media_type) or ".bin"


def read(raw: object, name: str, fetch: Fetch) -> Recording:
    """Return the recording that plain values spell.

    Raises:
        SpelledError: They spell none.

    """
    if not isinstance(raw, dict) or raw.get("recording") != FORMAT:
        raise SpelledError(f"it is not a recording: it begins with `recording: {FORMAT}`")
    try:
        return Recording(
            name=name,
            scope=str(raw.get("scope", "")),
            turn=int(raw.get("turn", 0)),
            moment=str(raw.get("recorded", "")),
            document=str(raw.get("document", "")),
            upstream=str(raw.get("upstream", "")),
            operation=str(raw.get("operation", "")),
            question=read_question(raw["request"], fetch),
            response=read_response(raw["answer"], fetch),
        )
    except KeyError as error:
        raise SpelledError(f"{error.args[0]} is missing") from error
    except (AttributeError, TypeError, ValueError) as error:
        raise SpelledError(f"it cannot be read: {error}") from error


def read_question(raw: Mapping[str, Any], fetch: Fetch) -> Question:
    """Return the request of a recording."""
    headers = read_headers(raw.get("headers", {}))
    return Question(
        method=str(raw["method"]).upper(),
        path=str(raw["path"]),
        query=str(raw.get("query", "")),
        headers=headers,
        body=read_body(raw, find_media_type(headers), fetch),
    )


def read_response(raw: Mapping[str, Any], fetch: Fetch) -> Response:
    """Return the answer of a recording."""
    headers = read_headers(raw.get("headers", {}))
    status = raw["status"]
    return Response(
        status=None if status is None else int(status),
        headers=headers,
        body=read_body(raw, find_media_type(headers), fetch),
        first_s=float(raw.get("first_s", 0)),
        duration_s=float(raw.get("duration_s", 0)),
        cut=raw.get("cut") is True,
    )


def read_headers(raw: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Headers by name in lower case."""
    return tuple(
        (str(name).lower(), str(one))
        for name, value in raw.items()
        for one in (value if isinstance(value, list) else [value])
    )


def read_body(raw: Mapping[str, Any], media_type: str, fetch: Fetch) -> Body:
    """Return the body that stands under one of the kinds."""
    if "form" in raw:
        return Body("form", tuple(read_part(one, fetch) for one in raw["form"]))
    if "events" in raw:
        return Body("events", tuple(map(read_event, raw["events"])))
    if "file" in raw:
        return bodies.read_plain(fetch(str(raw["file"])), media_type or "application/octet-stream")
    if "json" in raw:
        return Body("json", raw["json"])
    return Body("text", str(raw["text"])) if "text" in raw else Body()


def read_part(raw: Mapping[str, Any], fetch: Fetch) -> FormPart:
    """Return a field of a form."""
    if "text" in raw:
        return FormPart(name=str(raw["name"]), text=str(raw["text"]))
    return FormPart(
        name=str(raw["name"]),
        filename=str(raw.get("filename", "")),
        media_type=raw.get("media_type"),
        content=fetch(str(raw["file"])),
    )


def read_event(raw: Mapping[str, Any]) -> Event:
    """Return an event of a stream."""
    at_s = float(raw.get("at_s", 0))
    if "raw" in raw:
        return Event(at_s=at_s, raw=str(raw["raw"]))
    name, id_ = (None if raw.get(one) is None else str(raw[one]) for one in ("event", "id"))
    is_json = "json" in raw
    data = raw["json"] if is_json else str(raw.get("data", ""))
    return Event(at_s=at_s, name=name, id=id_, data=data, is_json=is_json)
