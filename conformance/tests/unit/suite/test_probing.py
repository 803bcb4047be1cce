"""Generated requests are the same for the same seed, and aim only at what the run created."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

import pytest

from mistral_conformance.model.compiled import compile_schema
from mistral_conformance.model.document import Document, Operation, load_document
from mistral_conformance.model.views import answer_view, request_view
from mistral_conformance.probing.generation import Generated, Generator, aim, is_safe
from mistral_conformance.probing.samples import Sample, load_samples
from mistral_conformance.probing.shaping import Shaper
from mistral_conformance.probing.targets import nothing, unowned_ids
from mistral_conformance.probing.values import values_inside, values_outside
from mistral_conformance.probing.variations import bounds, faults
from mistral_conformance.record.wire import Message
from mistral_conformance.session.markers import Marker

MARKER = Marker("testrun")
OPERATIONS = list(load_document().operations.values())[::12]
"""A sample: generating for all of them takes minutes and shows nothing else."""


def generated(operation: Operation, kind: str, seed: int = 1) -> list[Generated]:
    generator = Generator(load_document(), seed, 5)
    return list(getattr(generator, kind)(operation, Shaper(operation.id, MARKER)))


def wire_form(requests: list[Generated]) -> list[tuple[object, ...]]:
    messages = [each.message for each in requests]
    return [(each.method, each.url, each.content, each.headers) for each in messages]


def sample(operation: str) -> Sample:
    return load_samples()[operation].filled(nothing, MARKER)


@pytest.mark.parametrize("kind", ["valid", "invalid"])
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.id)
def test_same_seed_generates_the_same_requests(operation: Operation, kind: str) -> None:
    assert wire_form(generated(operation, kind)) == wire_form(generated(operation, kind))


def test_other_seed_generates_other_requests() -> None:
    operation = load_document().operations["beta.libraries.create"]
    assert wire_form(generated(operation, "valid", 1)) != wire_form(
        generated(operation, "valid", 2)
    )


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.id)
def test_valid_requests_name_only_placeholders_in_the_path(operation: Operation) -> None:
    expected = operation.url(unowned_ids(operation))
    assert {each.message.url.partition("?")[0] for each in generated(operation, "valid")} == {
        expected
    }


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.id)
def test_invalid_requests_cannot_leave_their_route(operation: Operation) -> None:
    for each in generated(operation, "invalid"):
        segments = each.message.url.partition("?")[0].split("/")
        assert len(segments) == len(operation.path.split("/"))
        assert not {unquote(one) for one in segments[1:]} & {"", ".", ".."}


@pytest.mark.parametrize(
    "segment", ["", ".", "..", "%2E%2E", "a%2Fb", "x/y", "a%0Ab", "a%00", "%C2%85"]
)
def test_path_that_may_reach_another_route_or_none_is_unsafe(segment: str) -> None:
    operation = load_document().operations["beta.libraries.delete"]
    assert not is_safe(f"/v1/libraries/{segment}", operation)


def test_odd_id_within_its_route_is_safe() -> None:
    operation = load_document().operations["beta.libraries.delete"]
    assert is_safe("/v1/libraries/%C3%A9%20?a=/", operation)


def test_aimed_request_has_the_living_ids() -> None:
    url = f"/v1/libraries/{nothing('library_id')}"
    message = Message("GET", url, content=nothing("library_id").encode())
    aimed = aim(message, {"library_id": "living"})
    assert aimed.url == "/v1/libraries/living"
    assert aimed.content == b"living"


def test_generated_names_are_marked() -> None:
    operation = load_document().operations["beta.libraries.create"]
    for each in generated(operation, "valid"):
        body = json.loads(each.message.content or b"")
        assert MARKER.owns(body["name"])


def test_generated_file_names_are_marked() -> None:
    operation = load_document().operations["files.upload"]
    for each in generated(operation, "valid"):
        content = each.message.content or b""
        assert content.count(b'filename="') == content.count(b'filename="mconf-testrun-')


def test_generated_chats_are_small_and_name_the_placeholder_model() -> None:
    operation = load_document().operations["chat.complete"]
    for each in generated(operation, "valid"):
        body = json.loads(each.message.content or b"")
        assert body["max_tokens"] <= 16
        assert body["n"] <= 1
        assert body["model"] == nothing("model")


def test_bounds_of_a_request_are_valid() -> None:
    document = load_document()
    operation = document.operations["beta.libraries.create"]
    schema = operation.body_schema("application/json")
    assert schema
    notes = {each.note for each in bounds(document, operation, sample(operation.id))}
    assert {"chunk_size = 256", "chunk_size = 32768", "chunk_size = null"} <= notes
    validator = compile_schema(document, schema)
    for each in bounds(document, operation, sample(operation.id)):
        assert each.sample
        assert validator.is_valid(each.sample.body)


def test_bounds_of_fields_that_need_others_are_not_tried_alone() -> None:
    document = load_document()
    notes = {
        each.note
        for each in bounds(document, document.operations["files.upload"], sample("files.upload"))
    }
    assert "visibility = user" in notes
    assert "purpose = fine-tune" not in notes


@pytest.mark.parametrize("operation", ["batch.jobs.create", "beta.conversations.start"])
def test_one_of_two_is_not_tried_as_null_without_the_other(operation: str) -> None:
    document = load_document()
    tried = bounds(document, document.operations[operation], sample(operation))
    assert not {each.note for each in tried} & {"model = null", "agent_id = null"}


def test_what_stands_instead_of_a_file_is_wrong_without_one() -> None:
    document = load_document()
    operation = document.operations["audio.transcriptions.complete"]
    tried = {e.note: e.sample for e in faults(document, operation, sample(operation.id))}
    wrong, other = tried["file_url = conformance"], tried["temperature = conformance"]
    assert wrong
    assert other
    assert (wrong.file, bool(other.file)) == ({}, True)


def test_faults_of_a_body_are_single_and_invalid() -> None:
    document = load_document()
    operation = document.operations["beta.libraries.create"]
    schema = operation.body_schema("application/json")
    assert schema
    validator = compile_schema(document, schema)
    plain = sample(operation.id)
    notes = set()
    for each in faults(document, operation, plain):
        assert each.sample
        assert not validator.is_valid(each.sample.body)
        assert len(_changed(plain.body, each.sample.body)) == 1
        notes.add(each.note)
    assert {"without name", "chunk_size = 255", "chunk_size = 32769", "name = null"} <= notes


def test_faults_of_a_query_go_beyond_its_bounds() -> None:
    document = load_document()
    operation = document.operations["beta.libraries.list"]
    notes = {each.note for each in faults(document, operation, None)}
    assert {"?page_size=0", "?page_size=101", "?page_size=conformance", "?page=-1"} <= notes


def test_free_text_of_a_query_has_no_faults() -> None:
    document = load_document()
    operation = document.operations["beta.libraries.list"]
    assert not [each for each in faults(document, operation, None) if "search" in each.note]


@pytest.mark.parametrize("operation", ["workflows.events.get_stream_events", "batch.jobs.list"])
def test_an_object_that_is_spread_over_the_query_has_no_faults(operation: str) -> None:
    document = load_document()
    found = faults(document, document.operations[operation], None)
    assert not [each for each in found if "metadata" in each.note]


def test_an_unknown_value_of_an_open_enum_is_no_fault() -> None:
    document = load_document()
    operation = document.operations["files.upload"]
    notes = {each.note for each in faults(document, operation, sample(operation.id))}
    assert "expiry = conformance" in notes
    assert not [each for each in notes if each.startswith("purpose = ")]


def test_an_endpoint_is_not_asked_for_with_the_model_and_requests_of_another() -> None:
    document = load_document()
    operation = document.operations["batch.jobs.create"]
    notes = {each.note for each in bounds(document, operation, sample(operation.id))}
    assert "timeout_hours = 168" in notes
    assert not [each for each in notes if each.startswith("endpoint = ")]


@pytest.mark.parametrize("kind", ["integer", "number"])
def test_true_may_be_taken_for_a_number(kind: str) -> None:
    document, schema = small({"type": kind, "minimum": 3})
    outside = values_outside(document, schema)
    assert True not in outside
    assert {2, "conformance"} <= {each for each in outside if isinstance(each, int | str)}
    assert values_inside(document, schema) == [3]


def test_an_open_enum_takes_other_values_of_its_type_alone() -> None:
    word = {"type": "string", "enum": ["a"]}
    document, closed = small(word)
    assert "conformance" in values_outside(document, closed)
    document, unclosed = small({**word, "x-mistral-open": True})
    assert "conformance" not in values_outside(document, unclosed)
    assert 7 in values_outside(document, unclosed)
    assert values_inside(document, unclosed) == ["a"]


def small(schema: dict[str, Any]) -> tuple[Document, dict[str, Any]]:
    return Document({"paths": {}, "components": {"schemas": {}}}), schema


def test_values_inside_and_outside_share_nothing() -> None:
    document, schema = small({"anyOf": [{"type": "integer", "minimum": 3}, {"type": "null"}]})
    assert values_inside(document, schema) == [None, 3]
    assert 2 in values_outside(document, schema)
    assert None not in values_outside(document, schema)


def test_exclusive_bound_is_outside() -> None:
    document, schema = small({"type": "number", "exclusiveMinimum": 1.5})
    assert 1.5 in values_outside(document, schema)


def test_too_long_text_is_outside() -> None:
    document, schema = small({"type": "string", "maxLength": 4})
    assert "xxxxx" in values_outside(document, schema)


def test_views_leave_the_document_as_it_is() -> None:
    raw = load_document().raw
    before = json.dumps(raw)
    request_view(raw)
    answer_view(raw, open_enums=True)
    assert json.dumps(raw) == before


def test_event_schemas_are_in_no_view() -> None:
    raw = load_document().raw
    for view in (request_view(raw), answer_view(raw, open_enums=False)):
        content = view["paths"]["/v1/chat/completions"]["post"]["responses"]["200"]["content"]
        assert content["text/event-stream"] == {}


def test_answers_are_never_closed() -> None:
    assert '"additionalProperties": false' not in json.dumps(
        answer_view(load_document().raw, open_enums=False)
    )


def test_lenient_view_takes_unknown_enum_values_where_readers_must() -> None:
    raw = load_document().raw
    lenient, strict = answer_view(raw, open_enums=True), answer_view(raw, open_enums=False)
    assert "enum" not in lenient["components"]["schemas"]["ProcessStatus"]
    assert "enum" in strict["components"]["schemas"]["ProcessStatus"]


def _changed(before: dict[str, Any] | None, after: dict[str, Any] | None) -> set[str]:
    old, new = before or {}, after or {}
    return {key for key in {*old, *new} if old.get(key, ...) != new.get(key, ...)}
