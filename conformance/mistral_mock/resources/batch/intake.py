"""The requests of a new job: from its body, or from the lines of its files."""

from __future__ import annotations

from collections import Counter
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from mistral_mock import json_lines, ownership
from mistral_mock.completion.catalogue import find_model
from mistral_mock.errors import invalid_field
from mistral_mock.json_lines import LineError
from mistral_mock.resources import files, tuned_models
from mistral_mock.resources.agents.records import Agent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_mock.context import Context
    from mistral_mock.resources.files import StoredFile

MOST_MISTAKES = 10
"""How many different mistakes a job tells."""


@frozen
class Intake:
    """The requests that could be read, as `(custom_id, body)`, and what is wrong with others."""

    requests: tuple[tuple[str | None, dict[str, Any]], ...]
    mistakes: tuple[str, ...]
    """Each once, with the line where it was made first."""
    counts: tuple[int, ...]
    """How often each was made."""


@frozen
class Mistake:
    """What is wrong with a line of a file."""

    file: str
    line: int = field(eq=False)
    reason: str

    @property
    def message(self) -> str:
        """What people read."""
        return f"{self.file}, line {self.line}: {self.reason}"


def read_requests(ctx: Context) -> Intake:
    """Return the requests of the body, from wherever they come.

    Raises:
        APIError: 422, both sources or none are given, or a file is none that the caller sees.

    """
    inline, file_ids = ctx.body.get("requests"), ctx.body.get("input_files")
    if (inline is None) == (file_ids is None):
        raise invalid_field("input_files", "Value error, send either input_files or requests")
    if inline is not None:
        return make_intake((one.get("custom_id"), one["body"]) for one in inline)
    found = [find_file(ctx, id_) for id_ in file_ids]
    return make_intake(
        request for file in found for request in read_file(file, files.read_content(ctx, file))
    )


def make_intake(found: Iterator[tuple[str | None, dict[str, Any]] | Mistake]) -> Intake:
    """Return parts requests from mistakes; equal ones are counted. No request at all is one too."""
    parts = list(found)
    made = Counter(part for part in parts if isinstance(part, Mistake))
    counts = {mistake.message: count for mistake, count in islice(made.items(), MOST_MISTAKES)}
    if not parts:
        counts["The input holds no requests"] = 1
    requests = tuple(part for part in parts if not isinstance(part, Mistake))
    return Intake(requests, tuple(counts), tuple(counts.values()))


def find_file(ctx: Context, id_: str) -> StoredFile:
    """Return an input file.

    Raises:
        APIError: 422, there is none that the caller sees.

    """
    file = files.look_up(ctx, id_)
    if file is None:
        raise invalid_field("input_files", f"Value error, file {id_} not found", id_)
    return file


def read_file(
    file: StoredFile, content: bytes
) -> Iterator[tuple[str | None, dict[str, Any]] | Mistake]:
    """Yield the requests of a file's lines, and what is wrong with lines that hold none."""
    for number, line in json_lines.split(content):
        try:
            yield read_line(line)
        except LineError as error:
            yield Mistake(file.filename, number, str(error))


def read_line(line: bytes) -> tuple[str | None, dict[str, Any]]:
    """Return the request of a line.

    Raises:
        LineError: The line holds none.

    """
    found = json_lines.read(line)
    if not isinstance(found.get("body"), dict):
        raise LineError("it has no body")
    custom_id = found.get("custom_id")
    return (None if custom_id is None else str(custom_id), found["body"])


def check_target(ctx: Context) -> None:
    """Lets a job pass that runs on a model or on an agent that the caller sees, not on both.

    Raises:
        APIError: 422, both are named, or the one is not there (our choice).

    """
    model, agent = ctx.body.get("model"), ctx.body.get("agent_id")
    if model and agent:
        raise invalid_field("model", "Value error, send either model or agent_id")
    if model and tuned_models.find_usable(ctx, model) is None and find_model(model) is None:
        raise invalid_field("model", f"Invalid model: {model}", model)
    if agent:
        refuse = partial(invalid_field, "agent_id", given=agent)
        ownership.find(ctx, Agent, agent, f"Value error, agent {agent} not found", refuse)
