"""The requests of a new job: from its body, or from the lines of its files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from attrs import frozen

from mistral_mock.errors import invalid_field
from mistral_mock.resources import files

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mistral_mock.context import Context
    from mistral_mock.resources.files import StoredFile

MOST_MISTAKES = 10
"""How many different mistakes a job tells."""


@frozen
class Intake:
    """The requests that could be read, as `(custom_id, body)`, and what is wrong with others."""

    requests: tuple[tuple[str | None, dict[str, Any]], ...]
    mistakes: tuple[str, ...]


def read_requests(ctx: Context) -> Intake:
    """The requests of the body, from wherever they come.

    Raises:
        APIError: 422, both sources or none are given, or a file is none that the caller sees.

    """
    inline, file_ids = ctx.body.get("requests"), ctx.body.get("input_files")
    if (inline is None) == (file_ids is None):
        raise invalid_field("input_files", "Value error, send either input_files or requests")
    if inline is not None:
        return make_intake((one.get("custom_id"), one["body"]) for one in inline)
    lines = [line for id_ in file_ids for line in read_lines(ctx, find_file(ctx, id_))]
    return make_intake(read_line(number, line) for number, line in enumerate(lines, 1))


def make_intake(found: Iterator[tuple[str | None, dict[str, Any]] | str]) -> Intake:
    """Parts requests from mistakes; no request at all is a mistake too."""
    parts = list(found)
    mistakes = [part for part in parts if isinstance(part, str)]
    requests = [part for part in parts if not isinstance(part, str)]
    if not parts:
        mistakes.append("The input holds no requests")
    return Intake(tuple(requests), tuple(mistakes[:MOST_MISTAKES]))


def find_file(ctx: Context, id_: str) -> StoredFile:
    """An input file.

    Raises:
        APIError: 422, there is none that the caller sees.

    """
    file = files.look_up(ctx, id_)
    if file is None:
        raise invalid_field("input_files", f"Value error, file {id_} not found", id_)
    return file


def read_lines(ctx: Context, file: StoredFile) -> Sequence[bytes]:
    """The lines of a file that say something."""
    return [line for line in files.read_content(ctx, file).split(b"\n") if line.strip()]


def read_line(number: int, line: bytes) -> tuple[str | None, dict[str, Any]] | str:
    """The request of a line, or what is wrong with the line."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return f"Line {number} is no JSON"
    if not isinstance(found, dict) or not isinstance(found.get("body"), dict):
        return f"Line {number} has no body"
    custom_id = found.get("custom_id")
    return (None if custom_id is None else str(custom_id), found["body"])


def check_target(ctx: Context) -> None:
    """Lets a job pass that runs on a model or on an agent, not on both.

    Raises:
        APIError: 422, both are named.

    """
    if ctx.body.get("model") and ctx.body.get("agent_id"):
        raise invalid_field("model", "Value error, send either model or agent_id")
