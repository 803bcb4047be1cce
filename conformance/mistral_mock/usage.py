"""What of recorded use breaks in another era: operations, parameters, fields and answers.

Reads what the journal exports, as a HAR archive or as JSON lines, and other archives of that form.
No value of a recording is told, only names and where they were seen first.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from attrs import define, frozen

from mistral_mock.errors import APIError
from mistral_mock.operations import load_operations
from mistral_mock.router import Router
from mistral_openapi.reshaping import ANY, Branch, grow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from mistral_openapi.eras import Era


class UsageError(ValueError):
    """A file that cannot be read; the message says where and why."""


ANSWER = "answer/"
"""Begins the place of a status among the places of an era."""


@frozen
class Use:
    """One recorded request, and how it was answered."""

    place: str
    """Where in the file: `line 3` or `entry 3`."""
    method: str
    path: str
    query: tuple[str, ...]
    """The names of its parameters."""
    body: Any
    """JSON, or the text fields of a form; None where there is none."""
    status: int
    has_answer: bool
    """The answer had a body."""


@define
class Break:
    """Something that was used and is not there in the era."""

    operation: str
    what: str
    count: int = 0
    first: str = ""


def read_uses(path: Path) -> list[Use]:
    """Return the recorded requests of a HAR archive or of JSON lines.

    Raises:
        UsageError: The file cannot be read, or is neither.

    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from error
    try:
        whole = json.loads(text)
    except ValueError:
        return [_read_line(path, number, line) for number, line in _lines(text)]
    if isinstance(whole, dict) and isinstance(whole.get("log"), dict):
        entries = enumerate(whole["log"].get("entries") or (), 1)
        return [_read_entry(path, number, entry) for number, entry in entries]
    return [_read_line(path, number, line) for number, line in _lines(text)]


def _lines(text: str) -> Iterator[tuple[int, str]]:
    return ((number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip())


def _read_line(path: Path, number: int, line: str) -> Use:
    try:
        one = json.loads(line)
        address = str(one.get("path") or one["url"])
        answer = bool(str(one.get("answer") or "").strip())
        body = _parse(one.get("request"), str(one.get("request_content_type") or ""))
        said = {"body": body, "status": int(one["status"]), "has_answer": answer}
        return _make(f"line {number}", one["method"], address, **said)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(
            f"{path}, line {number}: neither a HAR archive nor a line with method, path and status,"
            " as /_mock/requests exports them"
        ) from error


def _read_entry(path: Path, number: int, entry: Any) -> Use:  # noqa: ANN401 - JSON of any kind
    try:
        request, response = entry["request"], entry["response"]
        posted = request.get("postData") or {}
        body = _parse(posted.get("text"), str(posted.get("mimeType") or ""))
        answer = bool((response.get("content") or {}).get("text"))
        said = {"body": body, "status": int(response["status"]), "has_answer": answer}
        return _make(f"entry {number}", request["method"], request["url"], **said)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{path}, entry {number}: it is not an entry of a HAR archive") from error


def _make(place: str, method: str, address: str, **said: Any) -> Use:  # noqa: ANN401 - JSON
    parts = urlsplit(address)
    names = tuple(dict(parse_qsl(parts.query, keep_blank_values=True)))
    return Use(place, method.upper(), parts.path, names, **said)


def _parse(text: object, media_type: str) -> Any:  # noqa: ANN401 - JSON of any kind
    """Return the value of a body; the fields of a form; None for anything else."""
    if not isinstance(text, str) or not text.strip():
        return text if isinstance(text, dict | list) else None
    try:
        return json.loads(text)
    except ValueError:
        return dict(parse_qsl(text)) if "urlencoded" in media_type else None


def find_breaks(uses: Iterable[Use], era: Era) -> list[Break]:
    """Return what breaks, each thing once, in the order in which it was seen first."""
    router = Router(load_operations())
    found: dict[tuple[str, str], Break] = {}
    for use in uses:
        try:
            operation = router.find(use.method, use.path, "")[0].id
        except APIError:  # nothing of this API
            continue
        for what in dict.fromkeys(_missing(use, operation, era)):
            one = found.setdefault((operation, what), Break(operation, what))
            one.count += 1
            one.first = one.first or f"{use.place}: {use.method} {use.path}"
    return list(found.values())


def _missing(use: Use, operation: str, era: Era) -> Iterator[str]:
    if not era.has(operation):
        instead = _instead(operation, "", era)
        yield f"the operation is gone{instead}"
        return
    for name in use.query:
        if not era.has(operation, f"query/{name}"):
            yield f"the parameter {name} has no effect{_instead(operation, f'query/{name}', era)}"
    tree = grow(era.places(operation)).find("body")
    for field in _fields(use.body, tree, era, ""):
        yield f"the field {field} has no effect"
    status = f"{ANSWER}{use.status}"
    if use.has_answer and not era.has(operation, status):
        yield f"the answer is no longer {use.status} with a body{_instead(operation, status, era)}"


def _fields(value: Any, branch: Branch, era: Era, at: str) -> Iterator[str]:  # noqa: ANN401 - JSON of any kind
    """Yield the fields of a body that the era lacks, and listed values that it does not know."""
    if branch.is_silent:
        return
    if isinstance(value, list):
        for one in value:
            yield from _fields(one, branch.find(ANY), era, f"{at}[]")
    elif isinstance(value, dict):
        for name, one in value.items():
            inner = branch.inner.get(name, branch.find(ANY))
            where = f"{at}.{name}".lstrip(".")
            if era.lasts(inner.entry):
                yield from _fields(one, inner, era, where)
            else:
                yield where
    elif str(value) in era.values(branch.entry):
        yield f"{at} with this value"


def _instead(operation: str, at: str, era: Era) -> str:
    """Return what takes its place, where that is announced and there."""
    known = ((one.operation, one.at, one.instead) for one in era.announced)
    told = next((new for id_, place, new in known if (id_, place) == (operation, at) and new), "")
    if told.startswith(ANSWER):
        return f", but {told.removeprefix(ANSWER)}"
    return f"; use {told}" if told else ""


def tell(breaks: list[Break], era: Era, count: int) -> str:
    """Return the breaks for a person."""
    if not breaks:
        return f"none of {count} requests breaks in the era {era.name}\n"
    uses = "1 use" if len(breaks) == 1 else f"{len(breaks)} uses"
    verb = "breaks" if len(breaks) == 1 else "break"
    lines = [f"{uses} of the API in {count} requests {verb} in the era {era.name}:"]
    for one in breaks:
        times = "once" if one.count == 1 else f"{one.count} times"
        lines.append(f"  {one.operation}: {one.what}\n    {times}, first in {one.first}")
    return "\n".join(lines) + "\n"
