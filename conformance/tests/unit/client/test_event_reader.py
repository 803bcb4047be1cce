"""What a stream's bytes mean: the quick way over usual events changes nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.client.test_sse import reference

from mistral_client import StreamError
from mistral_client.event_reader import EventReader
from mistral_client.redaction import Redactor
from mistral_generated.api.chat.stream import prepare

if TYPE_CHECKING:
    from mistral_client.sse import ServerEvent

CHAT: Any = prepare(model="m", messages=[])
CALL: Any = attrs.evolve(CHAT, readers={None: dict}, end="END")


def read(*chunks: bytes) -> tuple[list[tuple[Any, str | None, str | None]], bool]:
    """The events of a stream, and whether it went on to its end."""
    reader: EventReader[Any] = EventReader(CALL, redactor=lambda: Redactor(()))
    found: list[tuple[Any, str | None, str | None]] = []
    try:
        for chunk in chunks:
            for event in reader.read(chunk):
                found.append((event.data, event.event, event.id))  # noqa: PERF401 - up to an error
            if reader.is_done:
                break
    except StreamError:
        return found, False
    return found, True


def expected(events: list[ServerEvent]) -> tuple[list[tuple[Any, str | None, str | None]], bool]:
    """The same of events that were read as the standard says."""
    found: list[tuple[Any, str | None, str | None]] = []
    for data, name, last_id in events:
        if data.strip() == "END":
            break
        if data.strip() in {"", "null"}:
            continue
        try:
            value = json.loads(data)
        except ValueError:
            return found, False
        if not isinstance(value, dict):
            return found, False
        found.append((value, name, last_id))
    return found, True


_pieces = st.lists(
    st.sampled_from([
        b'data: {"a": 1}\n\n', b'data: {"a": 2}\n\n', b'data: {"e": "\xc3\xa9"}', b'data:{"b": 1}',
        b'data: {"c":', b" 1}", b"data: 3}", b"data: {}x", b"data: null", b"data: [1]",
        b"data: END", b"data:", b"\n", b"\n\n", b"\r", b"\r\n", b"event: n", b"id: 3", b": c",
        b'data: {"m": "\xff"}\n\n', b'data: {"n": "rror"}\n\n', b"\xef\xbb\xbf",
    ]),
    max_size=25,
)  # fmt: skip


@settings(max_examples=500, deadline=None)
@given(_pieces, st.integers(1, 12))
def test_any_stream_in_any_chunks_has_the_events_of_the_standard(
    pieces: list[bytes], size: int
) -> None:
    whole = b"".join(pieces)
    wanted = expected(reference(whole))
    assert read(*pieces) == wanted
    assert read(whole) == wanted
    assert read(*(whole[at : at + size] for at in range(0, len(whole), size))) == wanted


@pytest.mark.parametrize("gap", [b"\n", b"\n\n", b": c\n\n", b"id: 3\n\n"])
def test_what_stands_between_usual_events_counts(gap: bytes) -> None:
    stream = b'data: {"a": 1}\n\n' + gap + b'data: {"a": 2}\n\n'
    assert read(stream) == expected(reference(stream))


def test_object_that_goes_on_after_a_blank_line_is_none() -> None:
    assert read(b'data: {\n\n"a": 1}\n\n') == ([], False)
