"""Arguments that cannot travel are refused before anything is sent, with what to write instead."""

from __future__ import annotations

import asyncio
import collections
import datetime as dt
import enum
import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from tests.unit.client.harness import LIBRARY, Server, answer

from mistral_client.models import ChatCompletionRequest, UpdateDocumentRequest
from mistral_generated.models import Document

if TYPE_CHECKING:
    from tests.unit.client.harness import Both

NAIVE = dt.datetime(2026, 1, 2, 3, 4, 5)  # noqa: DTZ001 - the point of it


@dataclass
class Book:
    title: str = ""


class Kind(enum.Enum):
    OLD = 1


# Values that no part of a request can hold, and what to do about each.
NEVER: dict[str, tuple[Any, str]] = {
    "class": (Book, "is the class Book: give an object of it, or a dict"),
    "instance": (Book(), "is a Book, which cannot be sent: give dataclasses.asdict"),
    "set": ({1}, "is a set, which cannot be sent: give a list"),
    "frozenset": (frozenset("a"), "is a frozenset, which cannot be sent: give a list"),
    "bytes": (b"x", "is bytes, which cannot be sent: give text"),
    "bytearray": (bytearray(b"x"), "is a bytearray, which cannot be sent: give text"),
    "generator": ((each for each in "ab"), "is a generator, which cannot be sent: give a list"),
    "enum": (Kind.OLD, r"is a Kind, which cannot be sent: give its \.value"),
    "function": (len, "which cannot be sent: call it"),
    "object": (object(), r"is an object, which cannot be sent: give text or a number"),
    "complex": (1j, "is a complex, which cannot be sent"),
    "time": (NAIVE, "is a time without a zone"),
    "nan": (float("nan"), "is nan, which JSON has no form for"),
    "infinity": (float("inf"), "is inf, which JSON has no form for"),
    "surrogate": ("a\ud800b", "holds half a character"),
}

PLACES: dict[str, tuple[Any, str]] = {
    "body": (lambda c, bad: c.chat.complete(model=bad, messages=[]), "model"),
    "list": (lambda c, bad: c.chat.complete(model="m", messages=["x", bad]), r"messages\[1\]"),
    "dict": (
        lambda c, bad: c.chat.complete(model="m", messages=[{"role": "user", "content": bad}]),
        r"messages\[0\]\.content",
    ),
    "renamed": (lambda c, bad: c.embeddings.create(model="m", inputs=bad), "inputs"),
    "query": (lambda c, bad: c.files.list(search=bad), "search"),
    "renamed query": (lambda c, bad: c.beta.prompts.list(sort_field=bad), "sort_field"),
    "query list": (lambda c, bad: c.files.list(sample_type=["x", bad]), r"sample_type\[1\]"),
    "JSON in a query": (lambda c, bad: c.beta.agents.list(metadata={"a": [bad]}), r"metadata\.a"),
    "form": (lambda c, bad: c.files.upload(file=b"x", purpose=bad), "purpose"),
    "whole body": (
        lambda c, bad: c.workflows.schedules.pause_schedule(schedule_id="s", body={"note": bad}),
        r"(body\.)?note",
    ),
    "model": (
        lambda c, bad: c.chat.complete(
            model="m", messages=[ChatCompletionRequest(model=bad, messages=[])]
        ),
        r"messages\[0\]\.model",
    ),
}


@pytest.mark.parametrize("bad", NEVER)
@pytest.mark.parametrize("place", PLACES)
def test_value_that_cannot_travel_is_refused(both: Both, place: str, bad: str) -> None:
    case, name = PLACES[place]
    value, words = NEVER[bad]
    server = Server([answer(200)])
    with pytest.raises((TypeError, ValueError), match=f"^{name}.* {words}"):
        both.run(server, lambda client: case(client, value))
    assert server.requests == []


@pytest.mark.parametrize("bad", [b"x", {"a"}, Book, 1.5, None, "a\ud800"])
def test_path_takes_only_what_names_something(both: Both, bad: Any) -> None:
    server = Server([answer(200)])
    with pytest.raises((TypeError, ValueError), match=r"^file_id "):
        both.run(server, lambda client: client.files.retrieve(file_id=bad))
    assert server.requests == []


@pytest.mark.parametrize("bad", ["a\nb", "é", b"x"])
def test_header_takes_only_what_a_header_can_hold(both: Both, bad: Any) -> None:
    server = Server([answer(200)])
    with pytest.raises((TypeError, ValueError), match=r"^last_event_id "):
        both.events(
            server, lambda client: client.workflows.events.get_stream_events(last_event_id=bad)
        )
    assert server.requests == []


@pytest.mark.parametrize("bad", [5, {"a"}, {"file_name": 5, "content": b""}, Book])
def test_file_takes_only_files(both: Both, bad: Any) -> None:
    server = Server([answer(200)])
    with pytest.raises(TypeError, match=r"^file: "):
        both.run(server, lambda client: client.files.upload(file=bad))
    assert server.requests == []


@pytest.mark.parametrize("key", [1, None, b"a"])
def test_names_in_an_object_are_text(both: Both, key: Any) -> None:
    with pytest.raises(TypeError, match=r"metadata has the key .* keys must be text"):
        both.run(answer(200), lambda c: c.chat.complete(model="m", messages=[], metadata={key: 1}))


def test_list_that_holds_itself_is_refused(both: Both) -> None:
    circle: list[Any] = []
    circle.append(circle)
    with pytest.raises(ValueError, match=r"messages\[0\] holds itself"):
        both.run(answer(200), lambda client: client.chat.complete(model="m", messages=circle))


def test_class_for_response_format_is_told_where_it_belongs(both: Both) -> None:
    with pytest.raises(TypeError, match=r"response_format is the class Book.*parse\(response_form"):
        both.run(
            answer(200),
            lambda c: c.chat.complete(model="m", messages=[], response_format=Book),
        )


@pytest.mark.parametrize("bad", [{"type": "text"}, None, Book(), list[Book], "Book", Book | None])
@pytest.mark.parametrize("group", ["chat", "agents"])
def test_parse_takes_only_a_class(both: Both, group: str, bad: Any) -> None:
    server = Server([answer(200)])
    owner = {"chat": {"model": "m"}, "agents": {"agent_id": "a"}}[group]
    with pytest.raises(TypeError, match=r"response_format is .*complete\(response_format=\.\.\.\)"):
        both.run(
            server,
            lambda client: getattr(client, group).parse(**owner, messages=[], response_format=bad),
        )
    assert server.requests == []


def test_other_kinds_of_text_numbers_and_lists_travel(both: Both) -> None:
    class Name(enum.StrEnum):
        SMALL = "small"

    class Count(enum.IntEnum):
        ONE = 1

    server = Server([answer(200)])
    both.run(
        server,
        lambda c: c.chat.complete(
            model=Name.SMALL,
            messages=collections.deque([{Name.SMALL: 1}]),
            n=Count.ONE,
        ),
    )
    assert server.requests[0].content == b'{"model":"small","messages":[{"small":1}],"n":1}'
    both.run(server, lambda c: c.files.list(search=Name.SMALL, page=UUID(LIBRARY["id"]).version))
    assert dict(server.requests[1].url.params) == {"search": "small", "page": "7"}


def test_time_without_a_zone_that_a_server_sent_can_be_written() -> None:
    document = Document.from_dict({"created_at": "2026-01-02T03:04:05"})
    assert document.to_dict() == {"created_at": "2026-01-02T03:04:05"}


def test_time_without_a_zone_in_a_model_is_refused(both: Both) -> None:
    changes = UpdateDocumentRequest(expires_at=NAIVE)
    with pytest.raises(ValueError, match=r"metadata\.x\.expires_at is a time without a zone"):
        both.run(
            answer(200),
            lambda c: c.chat.complete(model="m", messages=[], metadata={"x": changes}),
        )


def operations(client: Any, path: str = "") -> list[tuple[str, Any]]:
    """Return every method of a client that sends something, with its dotted name."""
    found: list[tuple[str, Any]] = []
    for name in dir(client):
        part = None if name.startswith("_") else getattr(client, name)
        if inspect.ismethod(part):
            found.append((f"{path}{name}", part))
        elif type(part).__module__.startswith("mistral"):
            found += operations(part, f"{path}{name}.")
    return [each for each in found if each[0] not in {"raw", "with_options", "close", "aclose"}]


async def use_async(result: Any) -> None:
    if hasattr(result, "__aenter__"):
        async with result:
            pass
    elif hasattr(result, "__aiter__"):
        async for _ in result:
            pass
    else:
        await result


def use(both: Both, result: Any) -> None:
    if both.is_async:
        asyncio.run(use_async(result))
    elif hasattr(result, "__enter__"):
        with result:
            pass
    elif hasattr(result, "__next__"):
        list(result)


def plain(annotation: str) -> object:
    return [] if annotation.startswith("Sequence[") else "x"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_no_argument_of_any_operation_takes_what_cannot_travel(both: Both) -> None:
    server = Server([answer(200)])
    client, wrong, count = both.client(server), [], 0
    for name, method in operations(client):
        named = [p for p in inspect.signature(method).parameters.values() if p.kind in {1, 3}]
        needed = {
            p.name: Book if p.name == "response_format" else plain(p.annotation)
            for p in named
            if p.default is p.empty
        }
        for parameter in named:
            count += 1
            try:
                use(both, method(**{**needed, parameter.name: {1}}))
            except (TypeError, ValueError) as error:
                if parameter.name.rstrip("_") in str(error):
                    continue
            wrong.append(f"{name}({parameter.name})")
    assert count > 1000
    assert wrong == []
    assert server.requests == []


class Column:
    """What a column of pandas has: a dict of its values, which is not what it stands for."""

    def to_dict(self) -> dict[int, str]:
        return {0: "a"}

    def tolist(self) -> list[str]:
        return ["a"]


class MissingTime(dt.datetime):
    """What a missing time of pandas does."""

    def utcoffset(self) -> Any:
        raise ValueError("no offset")


def test_column_of_a_table_is_no_object(both: Both) -> None:
    server = Server([answer(200)])
    for call in (
        lambda client: client.embeddings.create(model="m", inputs=Column()),
        lambda client: client.beta.libraries.list(search=Column()),
    ):
        with pytest.raises(TypeError, match="Column"):
            both.run(server, call)
    assert server.requests == []


def test_missing_time_is_told_with_its_place(both: Both) -> None:
    metadata = {"at": MissingTime(2026, 1, 1)}
    with pytest.raises(ValueError, match=r"metadata\.at is .* which is no time"):
        both.run(
            [answer(200)],
            lambda client: client.chat.complete(model="m", messages=[], metadata=metadata),
        )
