"""Recordings as a HAR archive, and archives of any program as recordings.

What HAR has no place for stands in fields of our own, which begin with an underscore: operation,
turn, times of events, and that a connection was cut. The scope is the page of an entry.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from attrs import evolve

from mistral_mock.journal.export import CREATOR, HOST, pair, show_bytes
from mistral_mock.recording import bodies, forms, spelling
from mistral_mock.recording.exchange import (
    Body,
    FormPart,
    Question,
    Recording,
    Response,
    find_header,
)
from mistral_mock.recording.secrets import make_cleaner

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MS = 1000


def make(recordings: Sequence[Recording]) -> dict[str, Any]:
    """Return an archive of recordings, version 1.2."""
    scopes: dict[str, str] = {}
    for one in recordings:
        scopes.setdefault(one.scope, one.moment)
    pages = [
        {"startedDateTime": moment, "id": scope, "title": scope, "pageTimings": {}}
        for scope, moment in scopes.items()
    ]
    entries = list(map(make_entry, recordings))
    return {"log": {"version": "1.2", "creator": CREATOR, "pages": pages, "entries": entries}}


def make_entry(one: Recording) -> dict[str, Any]:
    """Return one entry of an archive."""
    given = one.response
    wait, whole = given.first_s * MS, given.duration_s * MS
    return {
        "pageref": one.scope,
        "startedDateTime": one.moment,
        "time": whole,
        "request": make_request(one),
        "response": make_response(given),
        "cache": {},
        "timings": {"send": 0, "wait": wait, "receive": max(whole - wait, 0)},
        "_operation": one.operation,
        "_turn": one.turn,
        "_document": one.document,
    }


def make_request(one: Recording) -> dict[str, Any]:
    """Return the request of an entry."""
    asked = one.question
    query = f"?{asked.query}" if asked.query else ""
    return {
        "method": asked.method,
        "url": f"{one.upstream or HOST}{asked.path}{query}",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": pair(asked.headers),
        "queryString": pair(
            tuple((each.name, each.text or "") for each in forms.read_fields(asked.query.encode()))
        ),
        "headersSize": -1,
        "bodySize": -1,
        **make_posted(asked),
    }


def make_posted(asked: Question) -> dict[str, Any]:
    """Return the body of a request, where it has one."""
    media_type = find_header(asked.headers, "content-type")
    if asked.body.kind == "none":
        return {}
    if asked.body.kind == "form":
        fields = list(map(make_field, asked.body.value))
        return {"postData": {"mimeType": media_type, "params": fields}}
    return {"postData": {"mimeType": media_type, **show_bytes(bodies.spell_body(asked.body))}}


def make_field(part: FormPart) -> dict[str, Any]:
    """Return a field of a form."""
    if part.text is not None:
        return {"name": part.name, "value": part.text}
    shown = {"fileName": part.filename, "contentType": part.media_type or ""}
    return {
        "name": part.name,
        **shown,
        "value": b64encode(part.content).decode(),
        "_encoding": "base64",
    }


def make_response(given: Response) -> dict[str, Any]:
    """Return the answer of an entry."""
    content = bodies.spell_body(given.body)
    shown = show_bytes(content)
    own: dict[str, Any] = {"_cut": True} if given.cut else {}
    if given.body.kind == "events":
        own["_events"] = list(map(spelling.spell_event, given.body.value))
    return {
        "status": given.status or 0,
        "statusText": "",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": pair(given.headers),
        "content": {
            "size": len(content),
            "mimeType": find_header(given.headers, "content-type"),
            **shown,
        },
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": len(content),
        **own,
    }


def read(content: bytes) -> list[Recording]:
    """Return the recordings of an archive; secrets of whoever wrote it are left out.

    Raises:
        ValueError: It is not an archive.

    """
    try:
        entries = json.loads(content)["log"]["entries"]
        return [read_entry(one, number) for number, one in enumerate(entries, start=1)]
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"it is not a HAR archive: {error!r}") from error


def read_entry(raw: Mapping[str, Any], number: int) -> Recording:
    """Return one entry of an archive."""
    url = urlsplit(raw["request"]["url"])
    headers = unpair(raw["request"]["headers"])
    cleaner = make_cleaner(headers)
    asked = Question(
        method=str(raw["request"]["method"]).upper(),
        path=url.path or "/",
        query=url.query,
        headers=headers,
        body=read_posted(raw["request"].get("postData") or {}),
    )
    return Recording(
        name=f"entry {number}",
        scope=str(raw.get("pageref") or ""),
        turn=int(raw.get("_turn") or number),
        moment=str(raw.get("startedDateTime", "")),
        document=str(raw.get("_document", "")),
        upstream=f"{url.scheme}://{url.netloc.rpartition('@')[2]}",
        operation=str(raw.get("_operation", "")),
        question=cleaner.clean_question(asked),
        response=cleaner.clean_response(read_response(raw)),
    )


def read_posted(raw: Mapping[str, Any]) -> Body:
    """Return the body of a request."""
    if raw.get("params"):
        return Body("form", tuple(map(read_field, raw["params"])))
    return bodies.read_body(read_bytes(raw), str(raw.get("mimeType", "")))


def read_field(raw: Mapping[str, Any]) -> FormPart:
    """Return a field of a form."""
    value = str(raw.get("value", ""))
    if raw.get("fileName") is None:
        return FormPart(name=str(raw["name"]), text=value)
    content = b64decode(value) if raw.get("_encoding") == "base64" else value.encode()
    media_type = raw.get("contentType") or None
    return FormPart(
        name=str(raw["name"]),
        filename=str(raw["fileName"]),
        media_type=media_type,
        content=content,
    )


def read_response(raw: Mapping[str, Any]) -> Response:
    """Return the answer of an entry."""
    given = raw["response"]
    headers = unpair(given["headers"])
    media_type = str(given["content"].get("mimeType") or find_header(headers, "content-type"))
    body = bodies.read_body(read_bytes(given["content"]), media_type)
    first_s = max(float((raw.get("timings") or {}).get("wait") or 0), 0) / MS
    if body.kind == "events":
        events = given.get("_events")
        value = (
            [evolve(one, at_s=first_s) for one in body.value]
            if events is None
            else map(spelling.read_event, events)
        )
        body = Body("events", tuple(value))
    status = int(given["status"])
    return Response(
        status=status or None,
        headers=headers,
        body=body,
        first_s=first_s,
        duration_s=max(float(raw.get("time") or 0), 0) / MS,
        cut=given.get("_cut") is True or not status,
    )


def read_bytes(raw: Mapping[str, Any]) -> bytes:
    """Return the bytes of a text, which may be base64."""
    text = str(raw.get("text") or "")
    return b64decode(text) if raw.get("encoding") == "base64" else text.encode()


def unpair(found: Sequence[Mapping[str, Any]]) -> tuple[tuple[str, str], ...]:
    """Headers as names in lower case and values."""
    return tuple((str(one["name"]).lower(), str(one["value"])) for one in found)
