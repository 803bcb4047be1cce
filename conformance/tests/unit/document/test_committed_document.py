"""The document of this repository: what it has, and what the rest of the project relies on."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import curate
import jsonschema_rs
import pytest
from document.overlay import read_overlay
from document.sources import read_sources
from document.tree import reachable
from document.yaml_text import read_yaml

import mistral_openapi
from mistral_openapi import load, operations, resolve

ROOT = Path(curate.__file__).parent.parent
OPENAPI = ROOT / "openapi"

if TYPE_CHECKING:
    from collections.abc import Iterator

Json: TypeAlias = dict[str, Any]

LIBRARIES = {
    "models": "list retrieve",
    "files": "upload list retrieve delete download get_signed_url",
    "chat": "complete",
    "beta.libraries": "list create get update update_with_put delete",
    "beta.libraries.documents": (
        "list upload get update update_with_put delete text_content status get_signed_url "
        "extracted_text_signed_url reprocess"
    ),
    "beta.libraries.accesses": "list update_or_create delete",
}


def problems(name: str, value: object) -> Iterator[jsonschema_rs.ValidationError]:
    """What a schema of the document finds wrong with a value."""
    components = {"schemas": load()["components"]["schemas"]}
    schema = {"$ref": f"#/components/schemas/{name}", "components": components}
    return jsonschema_rs.Draft202012Validator(schema).iter_errors(value)


def test_every_operation_is_there_and_named_once() -> None:
    names = [operation.id for operation in operations()]
    assert len(names) == len(set(names)) == 290


def test_the_names_of_the_groups_around_libraries_stay() -> None:
    expected = {f"{tag}.{name}" for tag, names in LIBRARIES.items() for name in names.split()}
    assert {operation.id for operation in operations()} >= expected
    assert len(expected) == 29


def test_what_only_older_documents_have_is_marked() -> None:
    gone = {one.id for one in operations() if one.extension("gone")}
    jobs = {f"fine_tuning.jobs.{name}" for name in ("list", "create", "get", "cancel", "start")}
    assert gone == {*jobs, "workflows.workers.whoami"}


def test_the_twenty_operations_of_libraries_are_complete() -> None:
    assert sum(one.path.startswith("/v1/libraries") for one in operations()) == 20


def test_the_sources_count_what_was_taken() -> None:
    origins = read_sources(OPENAPI / "source.toml").origins
    assert sum(origin.taken for origin in origins) == len(list(operations()))
    assert load()["info"]["version"] == max(origin.date for origin in origins).isoformat()


@pytest.mark.parametrize("twin", ["beta.libraries", "beta.libraries.documents"])
def test_put_and_patch_take_the_same_body_and_put_names_its_replacement(twin: str) -> None:
    by_id = {operation.id: operation for operation in operations()}
    put, patch = by_id[f"{twin}.update_with_put"], by_id[f"{twin}.update"]
    assert (put.method, patch.method) == ("PUT", "PATCH")
    schemas = [
        one.object["requestBody"]["content"]["application/json"]["schema"] for one in (put, patch)
    ]
    assert schemas[0] == schemas[1]
    assert put.object["deprecated"] is True
    assert put.extension("deprecated")["replacement"] == patch.id
    assert patch.extension("repeatable") is True


@pytest.mark.parametrize("name", ["beta.libraries.delete", "beta.libraries.accesses.delete"])
def test_a_delete_that_changes_declares_200_and_204(name: str) -> None:
    answers = next(one.object["responses"] for one in operations() if one.id == name)
    assert "content" in answers["200"]
    assert "content" not in answers["204"]


def test_chat_answers_json_and_events_of_a_named_component() -> None:
    operation = next(one for one in operations() if one.id == "chat.complete")
    content = operation.object["responses"]["200"]["content"]
    assert content["text/event-stream"]["schema"] == {
        "$ref": "#/components/schemas/CompletionEvent"
    }
    assert operation.extension("stream") == {
        "method": "stream",
        "when": {"stream": True},
        "data": "#/components/schemas/CompletionChunk",
        "end": "[DONE]",
    }


def test_impossible_required_fields_are_gone() -> None:
    schemas = load()["components"]["schemas"]
    assert schemas["SharingDelete"]["required"] == ["share_with_uuid", "share_with_type"]
    assert all(
        "data" not in part.get("required", [])
        for part in schemas["ChatCompletionResponse"]["allOf"]
    )


@pytest.mark.parametrize(
    ("schema", "name"),
    [("Library", "description"), ("JsonSchema", "schema"), ("ToolReferenceChunk", "title")],
)
def test_a_property_that_is_named_like_a_keyword_is_a_property(schema: str, name: str) -> None:
    assert isinstance(load()["components"]["schemas"][schema]["properties"][name], dict)


def test_members_of_tagged_unions_have_a_constant_tag_of_their_own() -> None:
    unions = list(_unions(load()["components"]["schemas"]))
    assert len(unions) >= 5
    for union in unions:
        tag = union["discriminator"]["propertyName"]
        for value, target in union["discriminator"]["mapping"].items():
            assert resolve({"$ref": target})["properties"][tag]["const"] == value


def _overlap(one: Json, other: Json, tag: str) -> bool:
    """Whether an object without the tag can be both."""
    needed: set[str] = {*one["required"], *other.get("required", ())} - {tag}
    return needed <= {*one["properties"]} & {*other["properties"]}


# Both entries of a message do without: callers write a role and a content only.
MESSAGES = {"MessageInputEntry", "MessageOutputEntry"}


def test_what_requests_hold_needs_its_tag_only_where_nothing_else_tells_it_apart() -> None:
    sent = {
        name: schema
        for name, schema in load()["components"]["schemas"].items()
        if f"#/components/schemas/{name}" in _references_of_requests()
    }
    for union in _unions(sent):
        tag = union["discriminator"]["propertyName"]
        members = {
            target.rpartition("/")[2]: resolve({"$ref": target})
            for target in union["discriminator"]["mapping"].values()
        }
        for name, member in members.items():
            if "default" not in member["properties"][tag]:
                continue
            others = [other for key, other in members.items() if key != name]
            alike = name not in MESSAGES and any(_overlap(member, one, tag) for one in others)
            assert (tag in member.get("required", ())) is alike, name


def test_a_union_whose_members_may_lack_the_tag_is_no_one_of() -> None:
    for union in _unions(load()):
        members = [resolve(member) for member in union.get("oneOf", ())]
        tag = union["discriminator"]["propertyName"]
        assert all(tag in member["required"] for member in members)


def test_a_tool_without_a_type_is_a_function() -> None:
    request = {
        "model": "mistral-small-latest",
        "messages": [{"role": "user", "content": "What is the weather?"}],
        "tools": [{"function": {"name": "weather", "parameters": {}}}],
    }
    assert list(problems("ChatCompletionRequest", request)) == []
    assert list(problems("ChatCompletionRequest", {**request, "tools": [{}]}))


@cache
def _references_of_requests() -> set[str]:
    document = load()
    return reachable(document, [one.object.get("requestBody") for one in operations()])


def _unions(node: object) -> list[Json]:
    """Every object with a discriminator below the node."""
    found = []
    if isinstance(node, dict):
        found += [node] if "discriminator" in node else []
        found += [one for value in node.values() for one in _unions(value)]
    elif isinstance(node, list):
        found += [one for value in node for one in _unions(value)]
    return found


def test_paths_that_page_say_so() -> None:
    styles = Counter(
        one.extension("paging")["style"] for one in operations() if one.extension("paging")
    )
    assert styles == {
        "page-from-0": 7,
        "page-from-0-or-token": 1,
        "page-from-1": 12,
        "token": 20,
        "offset": 4,
        "time": 1,
    }


@pytest.mark.parametrize("stem", ["delete_200_to_204", "put_patch_duplicate"])
def test_the_quirks_that_the_client_shares_have_their_correction(stem: str) -> None:
    assert read_overlay(OPENAPI / "curation" / f"{stem}.yaml", reasons=True).actions


def test_every_prose_file_belongs_to_a_group() -> None:
    groups = {group.name for group in read_sources(OPENAPI / "source.toml").groups}
    assert {path.stem for path in (OPENAPI / "prose").glob("*.yaml")} == groups | {"shared"}


def test_no_text_is_used_for_two_operations() -> None:
    texts = Counter(one.object["description"] for one in operations())
    assert [text for text, count in texts.items() if count > 1] == []


def test_pyyaml_reads_the_document_like_we_do() -> None:
    yaml = pytest.importorskip("yaml", reason="PyYAML is not installed")
    text = (OPENAPI / "mistral.yaml").read_text()
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    assert yaml.load(text, Loader=loader) == read_yaml(text, "mistral.yaml") == load()


def test_loading_needs_the_standard_library_only() -> None:
    code = (
        "import sys; before = set(sys.modules); import mistral_openapi; mistral_openapi.load();"
        "new = {name.partition('.')[0] for name in set(sys.modules) - before};"
        "print(sorted(new - set(sys.stdlib_module_names)))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "['mistral_openapi']"


def test_the_document_is_read_once() -> None:
    assert load() is load()


def test_a_reference_is_followed_to_its_end() -> None:
    document = {"a": {"$ref": "#/b~1c"}, "b/c": {"$ref": "#/d"}, "d": {"x": 1}}
    assert resolve({"$ref": "#/a"}, document) == {"x": 1}


def test_a_reference_to_nothing_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        resolve({"$ref": "#/components/schemas/None"})


def test_the_package_is_typed() -> None:
    assert (Path(mistral_openapi.__file__).parent / "py.typed").exists()


RECORDED = [  # what live servers were seen to send
    ("ChatCompletionResponse", "usage", {"prompt_tokens_details": {"cached_tokens": 10}}),
    ("ChatCompletionResponse", "usage", {"num_cached_tokens": 0, "service_tier": "standard"}),
    ("ChatCompletionResponse", "usage", {"completion_tokens_details": {"reasoning_tokens": 3}}),
    ("EmbeddingResponse", "usage", {"request_count": None, "prompt_token_details": None}),
    ("ChatCompletionChoice", None, {"logprobs": None}),
    ("CompletionResponseStreamChoice", None, {"logprobs": None}),
    ("CompletionChunk", None, {"p": "abcdef"}),
    ("MessageOutputEvent", None, {"p": "abcdef"}),
    ("TranscriptionResponse", None, {"finish_reason": "stop"}),
    ("TranscriptionStreamDone", None, {"finish_reason": None}),
    ("ThinkChunk", None, {"closed": True}),
    ("OCRUsageInfo", None, {"pages_processed_annotation": 1}),
]


@pytest.mark.parametrize(("name", "field", "value"), RECORDED)
def test_what_was_recorded_live_has_a_type(name: str, field: str | None, value: Json) -> None:
    schemas = load()["components"]["schemas"]
    schema = schemas["UsageInfo"] if field else schemas[name]
    assert value.keys() <= schema["properties"].keys()
    closed = {key: schema["properties"][key] for key in value}
    checked = {"type": "object", "properties": closed, "additionalProperties": False}
    whole = {**checked, "components": {"schemas": schemas}}
    assert jsonschema_rs.Draft202012Validator(whole).is_valid(value)
    assert not jsonschema_rs.Draft202012Validator(whole).is_valid({key: [[]] for key in value})


def test_an_embedding_is_numbers_or_the_text_that_holds_them() -> None:
    assert list(problems("EmbeddingResponseData", {"embedding": [0.5]})) == []
    assert list(problems("EmbeddingResponseData", {"embedding": "AAAAPw=="})) == []
    assert list(problems("EmbeddingResponseData", {"embedding": 0.5}))


def test_a_recording_is_text_or_an_object_with_its_format() -> None:
    for recording in ("UklGRg==", {"data": "UklGRg==", "format": "wav"}):
        assert list(problems("AudioChunk", {"input_audio": recording})) == []
    assert list(problems("AudioChunk", {"input_audio": {"format": "wav"}}))


@pytest.mark.parametrize(
    ("operation", "unit"),
    [
        ("chat.complete", "tokens"),
        ("embeddings.create", "tokens"),
        ("audio.transcriptions.complete", "audio-seconds"),
        ("audio.speech.complete", "input-characters"),
        ("ocr.process", "ocr-pages"),
    ],
)
def test_answers_of_models_name_the_headers_of_the_live_gateway(operation: str, unit: str) -> None:
    answers = next(one.object["responses"] for one in operations() if one.id == operation)
    assert {
        "mistral-correlation-id",
        "x-kong-request-id",
        "x-ratelimit-limit-req-minute",
        "x-ratelimit-remaining-req-10-second",
        f"x-ratelimit-limit-{unit}-minute",
        f"x-ratelimit-remaining-{unit}-month",
        f"x-ratelimit-{unit}-query-cost",
    } <= answers["200"]["headers"].keys()


def test_the_data_of_every_event_is_text_that_holds_what_the_stream_says() -> None:
    streams = [one for one in operations() if one.extension("stream")]
    assert len(streams) == 12
    for operation in streams:
        content = operation.object["responses"]["200"]["content"]["text/event-stream"]
        data = resolve(content["schema"])["properties"]["data"]
        if end := operation.extension("stream").get("end"):
            ending, data = data["anyOf"]
            assert ending == {"type": "string", "const": end}
        assert data["type"] == "string"
        assert data["contentMediaType"] == "application/json"
        assert data["contentSchema"] == {"$ref": operation.extension("stream")["data"]}
        for example in content["examples"].values():
            assert isinstance(json.loads(example["value"]["data"]), dict)


def test_no_field_of_a_form_is_null() -> None:
    forms = [
        resolve(content["schema"])
        for one in operations()
        for kind, content in one.object.get("requestBody", {}).get("content", {}).items()
        if kind == "multipart/form-data"
    ]
    assert len(forms) == 3
    for form in forms:
        for name, field in form["properties"].items():
            assert "null" not in json.dumps(field), name
