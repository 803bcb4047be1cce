from __future__ import annotations

import datetime as dt
import uuid
from functools import partial
from typing import TYPE_CHECKING, Any, get_args

import pytest

from mistral_generated.api.beta_libraries import create, delete, get, update, update_with_put
from mistral_generated.api.beta_libraries import list as list_libraries
from mistral_generated.api.beta_libraries_accesses import delete as delete_access
from mistral_generated.api.beta_libraries_documents import reprocess, upload
from mistral_generated.api.beta_libraries_documents import update as update_document
from mistral_generated.api.chat import complete, stream
from mistral_generated.api.files import download
from mistral_generated.api.files import list as list_files
from mistral_generated.api.files import upload as upload_file
from mistral_generated.models import HTTPStatus, ResponseFormat, TextChunk, UserMessage
from mistral_generated.types import UNSET, Form
from mistral_generated.wire import query

if TYPE_CHECKING:
    from collections.abc import Callable

HELLO: Any = [{"role": "user", "content": "hello"}]


def test_path_parameters_are_quoted_as_one_segment() -> None:
    assert get.prepare("a/b c").url == "/v1/libraries/a%2Fb%20c"


@pytest.mark.parametrize("value", ["", ".", ".."])
def test_path_parameter_that_would_change_the_route_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="library_id"):
        get.prepare(value)


@pytest.mark.parametrize("value", [None, UNSET, b"x", 1.5, True])
def test_path_parameter_of_another_type_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match="library_id must be a str"):
        get.prepare(value)


def test_uuid_object_counts_as_an_id() -> None:
    some: Any = uuid.UUID(int=7)
    assert get.prepare(some).url.endswith("/00000000-0000-0000-0000-000000000007")


def test_nothing_unset_is_sent() -> None:
    assert list_libraries.prepare().params == ()
    assert create.prepare(name="x").json == {"name": "x"}
    assert set(_body(complete.prepare(model="m", messages=HELLO))) == {"model", "messages"}


def test_null_is_sent_in_a_body_and_left_out_of_a_query() -> None:
    assert update.prepare("id", description=None).json == {"description": None}
    assert list_libraries.prepare(search=None).params == ()


def test_query_values_travel_as_text_and_lists_repeat_their_name() -> None:
    call = list_files.prepare(page=0, include_total=False, mimetypes=["a/b", "c/d"])
    assert call.params == (
        ("page", "0"),
        ("include_total", "false"),
        ("mimetypes", "a/b"),
        ("mimetypes", "c/d"),
    )


def test_empty_update_sends_an_empty_object() -> None:
    assert update.prepare("id").json == {}


def test_call_without_a_body_has_no_json() -> None:
    assert get.prepare("id").json is UNSET
    assert reprocess.prepare("a", "b").json is UNSET


def test_delete_with_a_body_sends_it() -> None:
    call = delete_access.prepare("id", share_with_uuid="u", share_with_type="User")
    assert call.json == {"share_with_uuid": "u", "share_with_type": "User"}


def test_models_and_plain_dicts_make_the_same_body() -> None:
    made = complete.prepare(
        model="m",
        messages=[UserMessage(content=[TextChunk(text="hi")])],
        response_format=ResponseFormat(type="json_object"),
    )
    plain = complete.prepare(
        model="m",
        messages=[{"role": "user", "content": [{"type": "text", "text": "hi"}]}],
        response_format={"type": "json_object"},
    )
    assert made.json == plain.json


def test_times_in_bodies_travel_as_rfc_3339() -> None:
    moment = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
    call = update_document.prepare("a", "b", expires_at=moment, attributes={"since": moment})
    assert call.json == {
        "expires_at": "2026-01-02T03:04:05Z",
        "attributes": {"since": "2026-01-02T03:04:05Z"},
    }


def test_stream_call_asks_for_events_and_ends_at_done() -> None:
    call = stream.prepare(model="m", messages=HELLO)
    assert _body(call)["stream"] is True
    assert call.operation.accept == "text/event-stream"
    assert call.end == "[DONE]"


def test_plain_chat_call_never_mentions_streaming() -> None:
    assert "stream" not in _body(complete.prepare(model="m", messages=HELLO))


@pytest.mark.parametrize("nothing", [None, UNSET])
@pytest.mark.parametrize("prepare", [upload_file.prepare, partial(upload.prepare, "id")])
def test_upload_without_its_file_is_refused(
    prepare: Callable[..., object], nothing: object
) -> None:
    with pytest.raises(TypeError, match=r"file must be a path, bytes, .*not (None|UNSET)"):
        prepare(file=nothing)


def test_upload_is_a_form_with_one_file() -> None:
    assert upload.prepare("id", file=b"x").form == Form(files=(("file", b"x"),))


def test_upload_with_more_fields_sends_those_given_as_text() -> None:
    call = upload_file.prepare(file="a.jsonl", purpose="batch", expiry=2)
    assert call.form == Form(
        fields=(("expiry", "2"), ("purpose", "batch")), files=(("file", "a.jsonl"),)
    )


def test_operation_says_whether_repeating_is_safe() -> None:
    assert get.OPERATION.idempotent
    assert delete.OPERATION.idempotent
    assert not create.OPERATION.idempotent
    assert not create.OPERATION.repeatable
    assert not complete.OPERATION.idempotent
    assert complete.OPERATION.repeatable
    assert stream.OPERATION.repeatable
    assert update.OPERATION.repeatable


def test_operation_carries_the_document_s_word_on_deprecation() -> None:
    deprecated = update_with_put.OPERATION.deprecated
    assert deprecated is not None
    assert "beta.libraries.update" in deprecated
    assert update.OPERATION.deprecated is None


def test_operation_lists_its_success_statuses() -> None:
    assert delete.OPERATION.success == (200, 204)
    assert upload.OPERATION.success == (200, 201)


def test_binary_answer_is_marked() -> None:
    assert download.OPERATION.binary
    assert download.OPERATION.accept == "application/octet-stream"


def test_paging_names_arguments_and_paths() -> None:
    paging = list_libraries.PAGING
    assert (paging.style, paging.page, paging.token) == (
        "page-from-0-or-token",
        "page",
        "page_token",
    )
    assert (paging.items, paging.has_more) == ("data", "pagination.has_more")


def _body(call: Any) -> dict[str, Any]:
    assert isinstance(call.json, dict)
    return call.json


def test_object_in_a_query_is_written_field_by_field() -> None:
    assert query(("metadata", {"team": "a b", "ids": [1, 2]}), ("page", 0)) == (
        ("team", "a b"),
        ("ids", "1"),
        ("ids", "2"),
        ("page", "0"),
    )


def test_enum_of_numbers_takes_other_numbers() -> None:
    assert int in get_args(HTTPStatus)
    assert str not in get_args(HTTPStatus)
