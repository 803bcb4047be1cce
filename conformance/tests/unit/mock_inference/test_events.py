from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistral_mock import events


def test_event_with_data_alone_is_one_field_and_an_empty_line() -> None:
    assert events.event("hello") == b"data: hello\n\n"


def test_event_has_its_name_and_id_before_its_data() -> None:
    assert events.event("x", name="done", id_="7") == b"event: done\nid: 7\ndata: x\n\n"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_of_data_is_a_field(end: str) -> None:
    assert events.event(f"a{end}b") == b"data: a\ndata: b\n\n"


def test_empty_data_is_a_field_all_the_same() -> None:
    assert events.event("") == b"data: \n\n"


@pytest.mark.parametrize("value", ["a\nb", "a\rb", "a\0b"])
def test_name_or_id_of_several_lines_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="event of an event is one line"):
        events.event("x", name=value)
    with pytest.raises(ValueError, match="id of an event is one line"):
        events.event("x", id_=value)


@given(st.recursive(st.text(), lambda inner: st.lists(inner, max_size=3)))
def test_json_stays_on_one_line_and_reads_back(value: object) -> None:
    written = events.json_event(value).decode()
    assert written.startswith("data: ")
    assert written.endswith("\n\n")
    assert written[:-2].count("\n") == 0
    assert json.loads(written[6:]) == value
