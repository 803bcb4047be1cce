"""How a test in Python tells a mock what to answer, and asks what it was asked."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import frozen

from mistral_mock.journal import export as exporting
from mistral_mock.replies import files
from mistral_mock.replies.conditions import CHECKS
from mistral_mock.replies.parsing import FIELDS, parse_reply
from mistral_mock.replies.problem import check_names
from mistral_mock.replies.reply import ANSWERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mistral_mock.journal.exchange import Exchange
    from mistral_mock.journal.journal import Journal
    from mistral_mock.replies.book import Book, Slot
    from mistral_mock.replies.reply import Answering, Reply
    from mistral_mock.world import World

BESIDE = ("times", "scope", "pace", "name")


@frozen
class ScriptedReply:
    """A reply that a test has added."""

    _slot: Slot
    _book: Book

    @property
    def calls(self) -> int:
        """How often it has counted."""
        return self._slot.calls

    def remove(self) -> None:
        """Take it away."""
        self._book.remove(self._slot)


def add(
    world: World,
    answer: str | Answering | Sequence[str | Answering] | None,
    fields: Mapping[str, Any],
) -> ScriptedReply:
    """Add one reply behind those that are there.

    Raises:
        ReplyError: A field is unknown, or the API could not answer so.

    """
    check_names(fields, [*CHECKS, *ANSWERS, *BESIDE], ())
    raw: dict[str, Any] = {name: fields[name] for name in BESIDE if name in fields}
    raw["when"] = {name: one for name, one in fields.items() if name in CHECKS}
    said = {name: one for name, one in fields.items() if name in ANSWERS}
    if isinstance(answer, list | tuple):
        raw["answers"] = list(answer)
    elif isinstance(answer, str):
        raw["answer"] = {"text": answer, **said}
    else:
        raw["answer"] = said if answer is None else answer
    number = len(world.replies.slots) + 1
    (slot,) = world.replies.add([parse_reply(raw, (), f"reply {number}")])
    return ScriptedReply(slot, world.replies)


@contextmanager
def adding(world: World, given: Sequence[object]) -> Iterator[None]:
    """Give replies for a block: mappings, texts, or paths of files; they count before all others.

    Raises:
        ReplyError: One cannot be used.

    """
    made: list[Reply] = []
    for number, one in enumerate(given, start=1):
        if isinstance(one, Path):
            made += files.read_path(one)
        elif isinstance(one, list | tuple):
            made += [parse_reply(widen(each), (number,), f"reply {number}") for each in one]
        else:
            made.append(parse_reply(widen(one), (), f"reply {number}"))
    world.replies.begin()
    try:
        world.replies.add(made)
        yield
    finally:
        world.replies.end()


def widen(given: object) -> object:
    """Return a reply of a text alone, or of conditions beside an answer, as one with `when`."""
    if isinstance(given, str):
        return {"answer": given}
    if not isinstance(given, dict) or "when" in given:
        return given
    rest = {name: one for name, one in given.items() if name not in CHECKS}
    if not rest.keys() & set(FIELDS[:3]):
        said = {name: rest.pop(name) for name in list(rest) if name not in BESIDE}
        rest["answer"] = said
    return {"when": {name: given[name] for name in given if name in CHECKS}, **rest}


def assert_called(journal: Journal, times: int | None, wanted: Mapping[str, Any]) -> None:
    """Pass when the journal has what is wanted, so many times where that is told.

    Raises:
        AssertionError: It has not.

    """
    found = len(journal.find(wanted))
    if found == times or (times is None and found):
        return
    due = "a request" if times is None else f"{times} requests"
    raise AssertionError(journal.tell(wanted, found, due))


def export(found: Sequence[Exchange], path: Path) -> None:
    """Write exchanges into a file: JSON lines for `.jsonl`, else a HAR archive."""
    write = exporting.make_lines if path.suffix == ".jsonl" else exporting.make_har
    path.write_bytes(write(found))
