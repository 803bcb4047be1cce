"""Only what is wrong in every reading counts as invalid."""

from __future__ import annotations

import pytest

from mistral_conformance.model.document import load_document
from mistral_conformance.probing.clarity import is_surely_invalid
from mistral_conformance.record.wire import Message

DOCUMENT = load_document()
ID = "0197b4c2-0000-7000-8000-000000000001"


def surely(operation: str, url: str, content: bytes | None = None, media_type: str = "") -> bool:
    spec = DOCUMENT.operations[operation]
    headers = {"content-type": media_type} if media_type else {}
    message = Message(spec.method, url, content=content, headers=headers)
    return is_surely_invalid(DOCUMENT, spec, message)


@pytest.mark.parametrize(
    "query",
    ["", "page_size=100", "search=1", "filter_owned_by_me=", "filter_owned_by_me=null", "x=y"],
)
def test_query_that_some_server_may_take_is_not_surely_invalid(query: str) -> None:
    assert not surely("beta.libraries.list", f"/v1/libraries?{query}")


def test_an_object_that_is_spread_over_the_query_has_no_name_there() -> None:
    assert not surely("batch.jobs.list", "/v1/batch/jobs?metadata=true")


@pytest.mark.parametrize("query", ["page_size=0", "page_size=101", "page=-1", "page_size=abc"])
def test_query_out_of_bounds_is_surely_invalid(query: str) -> None:
    assert surely("beta.libraries.list", f"/v1/libraries?{query}")


def test_repeated_value_may_be_read_as_first_or_last() -> None:
    assert not surely("beta.libraries.list", "/v1/libraries?page_size=101&page_size=1")


def test_list_of_one_is_a_list() -> None:
    assert not surely("files.list", "/v1/files?source=upload")
    assert surely("batch.jobs.list", "/v1/batch/jobs?order_by=nowhere")


@pytest.mark.parametrize("query", ["source=nowhere", "sample_type=true", "purpose=other"])
def test_a_server_may_know_more_values_of_an_open_enum(query: str) -> None:
    assert not surely("files.list", f"/v1/files?{query}")
    assert surely("files.list", f"/v1/files?{query}&page_size=0")


def test_path_id_of_another_form_is_surely_invalid() -> None:
    assert surely("beta.libraries.get", "/v1/libraries/x")
    assert not surely("beta.libraries.get", f"/v1/libraries/{ID}")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"name": 1}', b'{"chunk_size": 300}'])
def test_body_that_breaks_the_schema_is_surely_invalid(content: bytes) -> None:
    assert surely("beta.libraries.create", "/v1/libraries", content)


@pytest.mark.parametrize(
    ("taken", "refused"),
    [
        (b'"max_tokens": true', b'"max_tokens": "many"'),
        (b'"max_tokens": "7"', b'"max_tokens": "7x"'),
        (b'"temperature": "0.5"', b'"temperature": 7'),
        (b'"stream": 1', b'"stream": 7'),
    ],
)
def test_types_may_be_turned_into_each_other(taken: bytes, refused: bytes) -> None:
    rest = b'{"model": "x", "messages": [], '
    assert not surely("chat.complete", "/v1/chat/completions", rest + taken + b"}")
    assert surely("chat.complete", "/v1/chat/completions", rest + refused + b"}")


def test_body_that_holds_is_not_invalid() -> None:
    assert not surely("beta.libraries.create", "/v1/libraries", b'{"name": "x"}')


def test_any_content_is_a_file() -> None:
    url = f"/v1/libraries/{ID}/documents"
    part = (
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\nnull\r\n--b--\r\n'
    )
    assert not surely("beta.libraries.documents.upload", url, part)
    assert surely("beta.libraries.documents.upload", url, b"--b--\r\n")


def form(*fields: tuple[str, str]) -> bytes:
    parts = (f'--b\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{t}' for n, t in fields)
    return "\r\n".join([*parts, "--b--\r\n"]).encode()


@pytest.mark.parametrize(
    "fields",
    [
        (("context_bias", "false"), ("context_bias", "true")),
        (("context_bias", "Amboise"),),
        (("diarize", "true"), ("temperature", "0.5"), ("language", "fr")),
        (("temperature", ""), ("temperature", "null")),
        (("file", "no file, a text"),),
        (("é", "unknown"),),
    ],
)
def test_form_whose_texts_some_server_may_take_is_not_surely_invalid(
    fields: tuple[tuple[str, str], ...],
) -> None:
    url, sent = "/v1/audio/transcriptions", form(("model", "x"), *fields)
    assert not surely("audio.transcriptions.complete", url, sent, "multipart/form-data; boundary=b")


@pytest.mark.parametrize(
    "fields",
    [
        (),
        (("model", "x"), ("diarize", "perhaps")),
        (("model", "x"), ("temperature", "warm")),
        (("model", "x"), ("timestamp_granularities", "letter"), ("temperature", "[]")),
    ],
)
def test_form_with_a_text_that_nothing_can_be_made_of_is_surely_invalid(
    fields: tuple[tuple[str, str], ...],
) -> None:
    url, media_type = "/v1/audio/transcriptions", "multipart/form-data; boundary=b"
    assert surely("audio.transcriptions.complete", url, form(*fields), media_type)
