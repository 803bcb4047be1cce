from __future__ import annotations

import copy
import datetime as dt
import pickle
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from mistral_generated.api.beta_libraries import delete, get
from mistral_generated.api.beta_libraries import list as list_libraries
from mistral_generated.api.beta_libraries_documents import get_signed_url, reprocess
from mistral_generated.api.beta_libraries_documents import list as list_documents
from mistral_generated.api.chat import complete, stream
from mistral_generated.api.files import download
from mistral_generated.api.fine_tuning_jobs import Jobs as FineTuningJobs
from mistral_generated.api.models import list as list_models
from mistral_generated.api.models import retrieve
from mistral_generated.base import find_missing
from mistral_generated.models import (
    AssistantMessage,
    BaseModelCard,
    Document,
    FTModelCard,
    JsonSchema,
    Library,
    ListLibrariesResponse,
    MessageInputEntry,
    PaginationInfo,
    TextChunk,
    ThinkChunk,
    ToolCall,
    UpdateDocumentRequest,
    UsageInfo,
)
from mistral_generated.models.conversation_entry import read_conversation_entry
from mistral_generated.wire import UnreadableBody, object_of, read_event_object

from .generated_fakes import Answer, json_answer

if TYPE_CHECKING:
    from collections.abc import Callable

LIBRARY: dict[str, Any] = {
    "id": "1",
    "name": "n",
    "created_at": "2026-01-02T03:04:05.678901Z",
    "updated_at": "2026-01-02T03:04:05Z",
    "owner_id": None,
    "owner_type": "User",
    "total_size": 0,
    "nb_documents": 0,
    "chunk_size": None,
}


def test_object_becomes_its_model() -> None:
    library = get.parse(json_answer(LIBRARY))
    assert isinstance(library, Library)
    assert library.name == "n"
    assert library.missing_fields == ()


def test_delete_gives_the_deleted_object_on_200_and_none_on_204() -> None:
    assert delete.parse(json_answer(LIBRARY)) == Library.from_dict(LIBRARY)
    assert delete.parse(Answer(status_code=204)) is None


def test_answer_without_a_body_is_none() -> None:
    parse: Any = reprocess.parse
    assert parse(Answer(status_code=204)) is None


def test_bare_string_is_a_str() -> None:
    assert get_signed_url.parse(json_answer("https://x")) == "https://x"


def test_binary_answer_stays_bytes() -> None:
    assert download.parse(Answer(b"\x00\xff")) == b"\x00\xff"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<html>", "not JSON"),
        (b"", "not JSON"),
        (b"\xff", "not JSON"),
        (b"[]", "but an array"),
        (b"3", "but a number"),
        (b"null", "but null"),
    ],
)
def test_body_that_is_no_object_says_what_it_is(content: bytes, words: str) -> None:
    with pytest.raises(UnreadableBody, match=words):
        get.parse(Answer(content))


def test_object_where_a_string_is_promised_is_unreadable() -> None:
    with pytest.raises(UnreadableBody, match="but an object"):
        get_signed_url.parse(json_answer({"url": "x"}))


def test_times_become_datetimes_with_their_offset() -> None:
    created = Library.from_dict(LIBRARY).created_at
    assert created == dt.datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=dt.UTC)


@pytest.mark.parametrize("text", ["yesterday", "", 1767323045, ["2026"]])
def test_time_that_cannot_be_read_is_none_and_its_text_is_kept_aside(text: Any) -> None:
    source = {**LIBRARY, "created_at": text}
    library: Any = Library.from_dict(source)
    assert library.created_at is None
    assert library.additional_properties == {"created_at": text}
    assert library.missing_fields == ()
    assert library.to_dict() == source
    assert attrs.evolve(library, name="x").to_dict() == {**source, "name": "x"}


@pytest.mark.parametrize(
    "look",
    [attrs.asdict, repr, Library.to_dict, copy.copy, copy.deepcopy, attrs.evolve],
)
def test_times_are_the_same_whoever_looks_first(look: Callable[[Any], object]) -> None:
    untouched, read = (Library.from_dict(LIBRARY) for _ in range(2))
    assert read.created_at.year == 2026
    assert look(untouched) == look(read)


def test_times_of_copies_are_read_too() -> None:
    library = Library.from_dict(LIBRARY)
    for twin in (copy.copy(library), pickle.loads(pickle.dumps(library))):
        assert twin.created_at == dt.datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=dt.UTC)
        assert twin == library


def test_times_that_cannot_be_read_stand_aside_beside_unknown_fields_whoever_asks() -> None:
    library = Library.from_dict({**LIBRARY, "created_at": "yesterday", "new": 1})
    assert library.additional_properties == {"created_at": "yesterday", "new": 1}
    assert library.missing_fields == ()


def test_text_that_a_caller_gives_for_a_time_stays_as_it_is() -> None:
    given: Any = "tomorrow"
    request = UpdateDocumentRequest(expires_at=given)
    for twin in (request, copy.copy(request), pickle.loads(pickle.dumps(request))):
        assert twin.expires_at == "tomorrow"
        assert twin.to_dict() == {"expires_at": "tomorrow"}
        assert twin == request


def test_time_that_is_set_anew_replaces_the_text_that_was_kept_aside() -> None:
    library = Library.from_dict({**LIBRARY, "created_at": "yesterday"})
    moment = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)
    assert (
        attrs.evolve(library, created_at=moment).to_dict()["created_at"] == "2026-01-02T00:00:00Z"
    )


def test_quoted_numbers_and_booleans_become_numbers_and_booleans() -> None:
    page = PaginationInfo.from_dict({"total_items": "426", "has_more": "false"})
    assert page.total_items == 426
    assert page.has_more is False
    assert UsageInfo.from_dict({"prompt_tokens": "7"}).prompt_tokens == 7


@pytest.mark.parametrize("text", ["many", "", "1.5x"])
def test_quoted_text_that_is_no_number_stays(text: str) -> None:
    usage: Any = UsageInfo.from_dict({"prompt_tokens": text})
    assert usage.prompt_tokens == text


def test_text_that_looks_like_a_number_stays_text_where_text_is_meant() -> None:
    assert Library.from_dict({**LIBRARY, "name": "12"}).name == "12"


def test_missing_required_field_reads_as_none_and_is_listed() -> None:
    library: Any = Library.from_dict({"id": "1"})
    assert library.name is None
    assert library.missing_fields == tuple(name for name in LIBRARY if name != "id")


def test_missing_optional_field_is_none_and_not_listed() -> None:
    library = Library.from_dict(LIBRARY)
    assert library.description is None
    assert library.missing_fields == ()


def test_null_is_kept_apart_from_missing() -> None:
    library: Any = Library.from_dict({**LIBRARY, "description": None, "name": None})
    assert library.description is None
    assert library.name is None
    assert library.missing_fields == ()


def test_unknown_fields_are_kept_and_written_back() -> None:
    source = {**LIBRARY, "colour": "red", "additional_properties": 1}
    library = Library.from_dict(source)
    assert library.additional_properties == {"colour": "red", "additional_properties": 1}
    assert library.to_dict() == source
    assert not hasattr(library, "colour")


def test_source_of_a_model_stays_as_it_was() -> None:
    source = {"data": [{**LIBRARY, "colour": ["red"]}], "pagination": {"total_items": "1"}}
    before = copy.deepcopy(source)
    page: Any = ListLibrariesResponse.from_dict(source)
    page.data[0].additional_properties["colour"].append("blue")
    assert source == before


def test_unknown_enum_value_is_kept() -> None:
    document = Document.from_dict({"process_status": "dreaming"})
    assert document.process_status == "dreaming"


def test_value_of_another_kind_is_kept_as_it_came() -> None:
    page: Any = list_documents.parse(json_answer({"data": "none", "pagination": [1]}))
    assert page.data == "none"
    assert page.to_dict() == {"data": "none", "pagination": [1]}


def test_items_that_are_no_objects_stay_among_those_that_are() -> None:
    page = list_documents.parse(json_answer({"data": [None, {"id": "1"}, 3]}))
    assert [type(item) for item in page.data] == [type(None), Document, int]


@pytest.mark.filterwarnings("ignore:.* is deprecated:DeprecationWarning")
def test_page_of_an_older_server_reads_without_its_paging_block() -> None:
    page = list_libraries.parse(json_answer({"data": [LIBRARY]}))
    assert page.data == [Library.from_dict(LIBRARY)]
    assert not page.pagination


def test_union_is_decided_by_its_tag() -> None:
    body = {"data": [{"id": "a", "type": "base"}, {"id": "b", "type": "fine-tuned"}]}
    found = list_models.parse(json_answer(body)).data
    assert found
    assert [type(card) for card in found] == [BaseModelCard, FTModelCard]


@pytest.mark.parametrize("tag", ["new", "", 7, [], {}])
def test_unknown_tag_leaves_the_dict_as_it_came(tag: Any) -> None:
    body = {"type": tag, "text": "x", "more": 1}
    message: Any = AssistantMessage.from_dict({"content": [body]})
    assert message.content == [body]
    assert message.to_dict() == {"content": [body]}


def test_null_tag_counts_as_none() -> None:
    message = AssistantMessage.from_dict({"content": [{"type": None, "text": "x"}]})
    assert message.content == [TextChunk.from_dict({"type": None, "text": "x"})]


def test_object_without_its_tag_goes_to_the_member_whose_fields_it_has() -> None:
    message = AssistantMessage.from_dict({"content": [{"text": "x"}, {"thinking": []}, {"odd": 1}]})
    assert isinstance(message.content, list)
    assert [type(chunk) for chunk in message.content] == [TextChunk, ThinkChunk, dict]


def test_top_level_union_reads_too() -> None:
    card = retrieve.parse(json_answer({"id": "a", "type": "fine-tuned", "job": "j", "root": "r"}))
    assert isinstance(card, FTModelCard)


def test_members_of_a_union_are_found_by_const_without_a_discriminator() -> None:
    chunk = ThinkChunk.from_dict({"type": "thinking", "thinking": [{"type": "text", "text": "x"}]})
    assert chunk.thinking == [TextChunk(text="x")]


def test_union_of_text_and_list_reads_both() -> None:
    assert AssistantMessage.from_dict({"content": "x"}).content == "x"
    assert AssistantMessage.from_dict({"content": [{"type": "text", "text": "x"}]}).content == [
        TextChunk(text="x")
    ]


def test_chat_answer_with_tool_calls_reads_to_the_bottom() -> None:
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": {"a": 1}}}
    choice = {"index": 0, "message": {"role": "assistant", "tool_calls": [call]}}
    answer = complete.parse(json_answer({"id": "1", "choices": [choice]}))
    message = answer.choices[0].message
    assert message
    assert message.tool_calls == [ToolCall.from_dict(call)]


def test_event_data_become_a_chunk() -> None:
    choice = {"index": 0, "delta": {"content": "a"}, "finish_reason": None}
    chunk = stream.READERS[None]({"id": "1", "choices": [choice]})
    assert chunk.choices[0].delta.content == "a"
    assert chunk.choices[0].finish_reason is None


@pytest.mark.parametrize("padded", [' {"id":"1"}', '{"id":"1"} \n'])
def test_space_around_event_data_is_nothing(padded: str) -> None:
    assert read_event_object(padded) == {"id": "1"}


NO_OBJECTS = ["", "[DONE]", "{", '{"a":1}{"b":2}', "[1]", "x"]


@pytest.mark.parametrize("data", NO_OBJECTS)
def test_event_data_that_are_no_object_are_unreadable(data: str) -> None:
    with pytest.raises(UnreadableBody, match="event"):
        read_event_object(data)


@pytest.mark.parametrize("data", [*NO_OBJECTS, ' {"a":1}', '{"a":1} '])
def test_text_that_is_no_object_and_nothing_else_is_none(data: str) -> None:
    assert object_of(data) is None


def test_field_named_like_a_method_or_keyword_keeps_its_wire_name() -> None:
    schema = JsonSchema.from_dict({"name": "n", "schema": {"type": "object"}})
    assert schema.schema == {"type": "object"}
    assert schema.to_dict() == {"name": "n", "schema": {"type": "object"}}


def test_missing_fields_are_found_at_every_depth() -> None:
    page = list_documents.parse(json_answer({"data": [{"id": "1"}], "pagination": {}}))
    found = set(find_missing(page))
    assert {"data.0.name", "pagination.has_more"} <= found
    assert "data.0.id" not in found


def test_entry_without_its_tag_is_the_member_that_need_not_have_it() -> None:
    found = read_conversation_entry({"role": "user", "content": "hi"})
    assert isinstance(found, MessageInputEntry)


def test_operation_that_only_older_servers_have_says_so() -> None:
    assert "not documented since 2026-08-13" in str(FineTuningJobs.list.__doc__)
