"""Reads recordings: JSON lines, HAR archives, cassettes of VCR in YAML or JSON; gzip around any."""

from __future__ import annotations

import gzip
import json
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, cast

import yaml

from mistral_conformance.record.bodies import MAGIC, make_body
from mistral_conformance.record.moments import read_moment
from mistral_conformance.record.recorded import Recorded, RecordingError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

FORMS = "JSON lines, a HAR archive or a cassette of VCR"


def read_recordings(path: Path) -> list[Recorded]:
    """Return the exchanges of a file, in its order.

    Raises:
        RecordingError: It cannot be read, or is none of the known forms.

    """
    try:
        content = path.read_bytes()
        text = (gzip.decompress(content) if content.startswith(MAGIC) else content).decode()
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise RecordingError(f"{path} cannot be read as text: {error}") from error
    if not text.strip():
        raise RecordingError(f"{path} is empty; give it {FORMS}")
    if (lines := _lines(text)) is not None:
        return [_from_line(each, f"{path.name}#{at}") for at, each in enumerate(lines, start=1)]
    return list(_from_whole(_load(text, path), path))


def _lines(text: str) -> list[dict[str, Any]] | None:
    """Return the objects of JSON lines; None when the text is something else."""
    try:
        found = [json.loads(line) for line in text.split("\n") if line.strip()]
    except ValueError:
        return None
    are_exchanges = all(isinstance(each, dict) and "method" in each for each in found)
    return found if are_exchanges else None


class _Loader(yaml.SafeLoader):
    """Takes tags that it does not know, as Python's recorders write them, for what is below."""


def _below(loader: _Loader, _: str, node: yaml.Node) -> object:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(cast("yaml.ScalarNode", node))


_Loader.add_multi_constructor("tag:yaml.org,2002:python/", _below)
_Loader.add_multi_constructor("!", _below)


def _load(text: str, path: Path) -> object:
    """Return the value of a whole file of JSON or YAML."""
    try:
        return json.loads(text)
    except ValueError:
        pass
    try:
        return yaml.load(text, _Loader)  # noqa: S506 - a safe loader, with plain values for more tags
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        problem = str(error).splitlines()[0]
        raise RecordingError(f"{path} is neither JSON nor YAML: {problem}") from error


def _from_whole(value: object, path: Path) -> Iterator[Recorded]:
    """Yield the exchanges of a HAR archive or a cassette."""
    holder: dict[Any, Any] = value if isinstance(value, dict) else {"interactions": value}
    log, read = _part(holder, "log"), _from_interaction
    entries = holder.get("interactions")
    if log:
        entries, read = log.get("entries"), _from_entry
    elif isinstance(holder.get("requests"), list) and isinstance(holder.get("responses"), list):
        pairs = zip_longest(holder["requests"], holder["responses"])
        entries = [{"request": request, "response": response} for request, response in pairs]
    if not isinstance(entries, list):
        raise RecordingError(f"{path} is no recording; give it {FORMS}")
    for at, entry in enumerate(entries, start=1):
        yield read(entry if isinstance(entry, dict) else {}, f"{path.name}#{at}")


def _from_line(line: dict[str, Any], where: str) -> Recorded:
    """Return an exchange of JSON lines: method, path, request, status, headers, answer."""
    sent = {"content-type": str(line.get("request_content_type") or "application/json")}
    headers = _headers(line.get("headers"))
    headers.setdefault("content-type", str(line.get("content_type") or ""))
    return Recorded(
        where=where,
        method=str(line.get("method", "")).upper(),
        url=str(line.get("url") or line.get("path") or ""),
        request=make_body(line.get("request"), sent),
        status=_status(line.get("status")),
        answer=make_body(line.get("answer"), headers),
        headers=headers,
        sent_headers=sent,
        caller=str(line.get("caller", "")),
        moment_s=_moment(line.get("moment")),
    )


def _from_interaction(entry: dict[str, Any], where: str) -> Recorded:
    """Return an interaction of VCR.

    Some recorders keep parsed JSON beside, or in place of, the body.
    """
    request, response = _part(entry, "request"), _part(entry, "response")
    sent, headers = _headers(request.get("headers")), _headers(response.get("headers"))
    status = response.get("status", response.get("status_code"))
    return Recorded(
        where=where,
        method=str(request.get("method", "")).upper(),
        url=str(request.get("uri") or request.get("url") or ""),
        request=make_body(_first(request, "body", "parsed_body", "content"), sent),
        status=_status(status.get("code") if isinstance(status, dict) else status),
        answer=make_body(_first(response, "body", "parsed_body", "content"), headers),
        headers=headers,
        sent_headers=sent,
    )


def _from_entry(entry: dict[str, Any], where: str) -> Recorded:
    """Return an entry of a HAR archive."""
    request, response = _part(entry, "request"), _part(entry, "response")
    posted, content = _part(request, "postData"), _part(response, "content")
    sent, headers = _headers(request.get("headers")), _headers(response.get("headers"))
    sent.setdefault("content-type", str(posted.get("mimeType") or ""))
    headers.setdefault("content-type", str(content.get("mimeType") or ""))
    # A browser writes what it has decompressed.
    plain = {key: value for key, value in headers.items() if key != "content-encoding"}
    is_base64 = content.get("encoding") == "base64"
    began = _number(entry.get("_began", _moment(entry.get("startedDateTime"))))
    return Recorded(
        where=where,
        method=str(request.get("method", "")).upper(),
        url=str(request.get("url") or ""),
        request=make_body(posted.get("text"), sent),
        status=_status(response.get("status")),
        answer=make_body(content.get("text"), plain, is_base64=is_base64),
        headers=headers,
        sent_headers=sent,
        caller=str(entry.get("_caller", "")),
        began_s=began,
        moment_s=_moment(entry.get("startedDateTime")),
        ended_s=_sum(began, (_number(entry.get("time")) or 0.0) / 1000),
    )


def _part(entry: dict[Any, Any], name: str) -> dict[str, Any]:
    found = entry.get(name)
    return found if isinstance(found, dict) else {}


def _first(holder: dict[str, Any], *names: str) -> object:
    return next((holder[name] for name in names if holder.get(name) is not None), None)


def _status(value: object) -> int:
    """Return the status as a number; 0 where there is none."""
    return int(str(value)) if str(value).isdecimal() else 0


def _number(value: object) -> float | None:
    usable = isinstance(value, int | float) and not isinstance(value, bool)
    return float(cast("float", value)) if usable else None


def _sum(began: object, lasted: object) -> float | None:
    start = _number(began)
    return None if start is None else start + (_number(lasted) or 0.0)


def _moment(value: object) -> float | None:
    """Return seconds since 1970 of a time in ISO form; None for what is none."""
    try:
        return read_moment(str(value)).timestamp()
    except ValueError:
        return None


def _headers(value: object) -> dict[str, str]:
    """Headers by name in lower case, from an object (of texts or lists) or a list of pairs."""
    if isinstance(value, dict):
        return {str(name).lower(): _text(each) for name, each in value.items()}
    pairs: Iterable[Any] = value if isinstance(value, list) else ()
    named = [each for each in pairs if isinstance(each, dict) and "name" in each]
    return {str(each["name"]).lower(): _text(each.get("value")) for each in named}


def _text(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(_text(each) for each in value)
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
