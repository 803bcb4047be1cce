from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mistral_client.sse import EventParser, ServerEvent


def parsed(*chunks: bytes) -> list[ServerEvent]:
    parser = EventParser()
    events: list[ServerEvent] = []
    for chunk in chunks:
        data = parser.whole(chunk)
        if data is None:
            events += parser.feed(chunk)
        else:
            events.append(ServerEvent(data, None, parser.last_id))
    return events


def reference(stream: bytes) -> list[ServerEvent]:
    """Read a whole stream line by line, as the standard words it."""
    text = stream.decode("utf-8", "replace").removeprefix("\ufeff")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    events: list[ServerEvent] = []
    data: list[str] = []
    name, last_id = "", None
    for line in lines[:-1]:
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            if data:
                events.append(ServerEvent("\n".join(data), name or None, last_id))
            data, name = [], ""
        elif field == "data":
            data.append(value)
        elif field == "event":
            name = value
        elif field == "id" and "\0" not in value:
            last_id = value
    return events


@pytest.mark.parametrize("line", [b"event:\n", b"event: \n", b"event\n"])
def test_empty_event_line_gives_no_name(line: bytes) -> None:
    assert parsed(b"event: old\n" + line + b"data: x\n\n") == [ServerEvent("x")]
    assert parsed(line + b"data: x\n\ndata: y\n\n") == [ServerEvent("x"), ServerEvent("y")]


def test_single_line_event_is_read() -> None:
    assert parsed(b"data: hello\n\n") == [ServerEvent("hello")]


def test_all_fields_are_read() -> None:
    assert parsed(b"event: chunk\nid: 7\ndata: x\n\n") == [ServerEvent("x", "chunk", "7")]


def test_data_lines_are_joined_by_newlines() -> None:
    assert parsed(b"data: a\ndata:\ndata:  b\n\n") == [ServerEvent("a\n\n b")]


def test_comment_and_unknown_field_are_ignored() -> None:
    assert parsed(b": ping\nfoo: bar\ndata: x\n\n") == [ServerEvent("x")]


def test_block_without_data_is_no_event() -> None:
    assert parsed(b"event: ping\n\n: only a comment\n\n") == []


def test_field_without_colon_has_an_empty_value() -> None:
    assert parsed(b"data\n\n") == [ServerEvent("")]


def test_id_stays_for_later_events() -> None:
    events = parsed(b"id: 1\ndata: a\n\ndata: b\n\n")
    assert [event.id for event in events] == ["1", "1"]


def test_id_with_nul_is_ignored() -> None:
    assert parsed(b"id: a\0b\ndata: x\n\n") == [ServerEvent("x", None, None)]


def test_name_does_not_stay_for_later_events() -> None:
    events = parsed(b"event: n\ndata: a\n\ndata: b\n\n")
    assert [event.event for event in events] == ["n", None]


def test_byte_order_mark_is_dropped() -> None:
    assert parsed(b"\xef\xbb", b"\xbfdata: x\n\n") == [ServerEvent("x")]


def test_invalid_utf8_becomes_replacement_characters() -> None:
    assert parsed(b"data: \xff\n\n") == [ServerEvent("\ufffd")]


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_every_line_end_is_understood(end: bytes) -> None:
    stream = end.join([b"event: n", b"data: a", b"data: b", b"", b"data: c", b"", b""])
    assert parsed(stream) == [ServerEvent("a\nb", "n"), ServerEvent("c")]


def test_event_is_given_as_soon_as_its_blank_line_begins() -> None:
    assert parsed(b"data: a\r\n\r") == [ServerEvent("a")]


def test_retry_is_kept() -> None:
    parser = EventParser()
    parser.feed(b"retry: 250\n\n")
    assert parser.retry_ms == 250


@pytest.mark.parametrize("value", [b"soon", b"1.5", b"9" * 5000])
def test_retry_that_is_no_sensible_number_is_ignored(value: bytes) -> None:
    parser = EventParser()
    parser.feed(b"retry: " + value + b"\n\n")
    assert parser.retry_ms is None


def test_unfinished_event_is_not_given() -> None:
    assert parsed(b"data: a\n") == []


def test_rest_is_the_event_without_its_blank_line() -> None:
    parser = EventParser()
    parser.feed(b"data: a\n\ndata: [DONE]\n")
    assert parser.rest() == ServerEvent("[DONE]")


def test_huge_event_arrives_whole() -> None:
    body = b"x" * 100_000
    chunks = [b"data: ", *[body] * 50, b"\n", b"\n"]
    (event,) = parsed(*chunks)
    assert len(event.data) == 5_000_000


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_cut_at_any_byte_changes_nothing(end: bytes) -> None:
    lines = ["id: 1", 'data: {"t": "é€😀"}', "", ": c", "event: n", "data: a", "data: b", "", ""]
    stream = end.join(line.encode() for line in lines)
    whole = parsed(stream)
    assert len(whole) == 2
    for cut in range(len(stream) + 1):
        assert parsed(stream[:cut], stream[cut:]) == whole


@pytest.mark.parametrize(
    "chunks",
    [
        [b"data: a\n\n", b"\xef\xbb\xbfdata: b\n\n"],
        [b": c\n\n", b"data: a\rdata: b\n\n"],
        [b"data: a\r\r", b"data: b\rid: 7\n\n"],
        [b": c\n\n", b"data: a\nd", b"ata: b\n\n"],
        [b": c\n\n", b"\n", b"\n\n", b"data: a\n\n"],
        [b"event: n\n", b"data: a\n\n"],
    ],
)
def test_chunk_that_looks_like_one_event_may_not_be_one(chunks: list[bytes]) -> None:
    assert parsed(*chunks) == reference(b"".join(chunks))


_pieces = st.lists(
    st.sampled_from([
        b"data: x", b"data:y", b"data", b"event: n", b"id: 3", b"id: a\0", b"retry: 5", b": c",
        b"data: x\n\n", b"data: x\n\nid: 4\n\n", b"data: x\r\n", b"\n", b"\n\n", b"\r", b"\r\n",
        b"\r\n\r\n", b"\xef\xbb\xbf", b"\xc3\xa9", b"\xff", b"z: 1",
    ]),
    max_size=25,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(_pieces)
def test_any_stream_in_any_chunks_reads_as_the_standard_says(pieces: list[bytes]) -> None:
    assert parsed(*pieces) == reference(b"".join(pieces))
