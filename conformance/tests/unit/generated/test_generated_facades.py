from __future__ import annotations

import asyncio
import importlib
import inspect
import io
import re
from typing import TYPE_CHECKING, Any

import pytest
from generation.naming import argument_name

import mistral_openapi
from mistral_generated.resources import AsyncResources, Resources
from mistral_generated.types import UNSET, Call

from .generated_fakes import AsyncRecordingSend, RecordingSend, Sent

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCUMENT: dict[str, Any] = mistral_openapi.load()
METHODS = ("get", "put", "post", "delete", "patch")
OPERATIONS = {
    operation["operationId"]: (method, path, operation)
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
    if method in METHODS
}


def _find(root: object, dotted: str) -> Any:
    for step in dotted.split("."):
        root = getattr(root, step)
    return root


def _classes(root: object, seen: str = "") -> Iterator[tuple[str, type]]:
    yield seen, type(root)
    for name, value in vars(type(root)).items():
        if isinstance(value, property):
            yield from _classes(getattr(root, name), f"{seen}.{name}".strip("."))
    for base in type(root).__mro__[1:-1]:
        plain = ("typing", "mistral_generated.types")
        assert base.__module__.startswith(plain), "facades have no bases but the common one"


SYNC = Resources(RecordingSend())
ASYNC = AsyncResources(AsyncRecordingSend())


@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_operation_has_a_method_in_both_worlds(operation_id: str) -> None:
    answers = OPERATIONS[operation_id][2]["responses"].values()
    kinds = {kind for answer in answers for kind in answer.get("content", ())}
    assert callable(_find(SYNC, operation_id))
    is_awaited = kinds != {"text/event-stream"}
    assert inspect.iscoroutinefunction(_find(ASYNC, operation_id)) == is_awaited


@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_method_documents_its_arguments_result_and_source(operation_id: str) -> None:
    method, path, operation = OPERATIONS[operation_id]
    text = inspect.getdoc(_find(SYNC, operation_id)) or ""
    assert text.startswith(operation["summary"])
    assert f"Source: {operation_id} {method.upper()} {path}" in text
    assert "Returns:" in text
    for parameter in operation.get("parameters", ()):
        name = argument_name(parameter.get("x-mistral-name", parameter["name"]))
        assert f"    {name}: " in text
    assert text == inspect.getdoc(_find(ASYNC, operation_id))


def test_both_worlds_have_the_same_groups_methods_and_parameters() -> None:
    ours, theirs = dict(_classes(SYNC)), dict(_classes(ASYNC))
    assert ours.keys() == theirs.keys()
    for place, one in ours.items():
        assert _signatures(one) == _signatures(theirs[place]), place


def _signatures(one: type) -> dict[str, list[str]]:
    return {
        name: [str(parameter) for parameter in inspect.signature(value).parameters.values()]
        for name, value in vars(one).items()
        if inspect.isfunction(value) and not name.startswith("_")
    }


@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_operation_module_describes_the_document_s_operation(operation_id: str) -> None:
    method, path, operation = OPERATIONS[operation_id]
    group, _, name = operation_id.rpartition(".")
    place = f"mistral_generated.api.{group.replace('.', '_')}"
    module = importlib.import_module(f"{place}.{name}")
    found = module.OPERATION
    assert (found.id, found.method, found.path) == (operation_id, method.upper(), path)
    success = tuple(int(status) for status in operation["responses"] if status.startswith("2"))
    assert found.success == success
    assert found.repeatable == operation.get("x-mistral-repeatable", False)
    assert bool(found.deprecated) == operation.get("deprecated", False)


def test_method_sends_the_prepared_call_with_its_options() -> None:
    sent: Any = SYNC.beta.libraries.get("id", timeout=3.0)
    assert isinstance(sent, Sent)
    assert (sent.way, sent.call.url, sent.options) == ("call", "/v1/libraries/id", {"timeout": 3.0})


def test_async_method_sends_the_same_call() -> None:
    sent: Any = asyncio.run(ASYNC.beta.libraries.get("id", timeout=3.0))
    assert sent == SYNC.beta.libraries.get("id", timeout=3.0)


def test_ids_may_be_named_too() -> None:
    sent: Any = SYNC.beta.libraries.documents.get(library_id="a", document_id="b")
    assert sent.call.url == "/v1/libraries/a/documents/b"


def test_walk_over_all_items_leaves_paging_to_the_sender() -> None:
    (sent,) = SYNC.beta.libraries.list_all(page_size=2, search="x")
    note: Any = sent
    paging, arguments = note.more
    assert paging.token == "page_token"
    assert arguments == {"page_size": 2, "search": "x", "filter_owned_by_me": UNSET}
    assert isinstance(note.call, Call)
    for skipped in ("page", "page_token"):
        assert skipped not in inspect.signature(SYNC.beta.libraries.list_all).parameters


PAGED = [name for name, (_, _, one) in OPERATIONS.items() if "x-mistral-paging" in one]


@pytest.mark.parametrize("operation_id", PAGED)
def test_every_paged_operation_has_a_walk(operation_id: str) -> None:
    group, _, name = operation_id.rpartition(".")
    for world in (SYNC, ASYNC):
        assert hasattr(_find(world, group), f"{name}_all")


STREAMED = [name for name, (_, _, one) in OPERATIONS.items() if "x-mistral-stream" in one]


@pytest.mark.parametrize("operation_id", STREAMED)
def test_every_event_stream_has_a_method_and_reads_data_without_a_known_tag(
    operation_id: str,
) -> None:
    stated = OPERATIONS[operation_id][2]["x-mistral-stream"]
    group = operation_id.rpartition(".")[0]
    method = getattr(_find(SYNC, group), stated["method"])
    place = f"mistral_generated.api.{group.replace('.', '_')}.{stated['method']}"
    call = method(**_needed(method)).call
    assert (call.end, list(call.end_events)) == (stated.get("end"), stated.get("end_events", []))
    event = importlib.import_module(place).READERS[None]({"type": "new.kind", "x": 1})
    assert (event if isinstance(event, dict) else event.to_dict()) == {"type": "new.kind", "x": 1}


def _needed(method: Any) -> dict[str, Any]:
    """A text for every argument that has to be given, an empty list where lists are taken."""
    parameters = inspect.signature(method).parameters.values()
    kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    listed = [one for one in parameters if one.kind in kinds]
    return {
        one.name: [] if str(one.annotation).startswith(("Sequence[", "list[")) else "x"
        for one in listed
        if one.default is inspect.Parameter.empty
    }


@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_every_operation_prepares_a_call_to_its_path(operation_id: str) -> None:
    method, path, _ = OPERATIONS[operation_id]
    group, _, name = operation_id.rpartition(".")
    place = f"mistral_generated.api.{group.replace('.', '_')}.{name}"
    prepare = importlib.import_module(place).prepare
    call = prepare(**_needed(prepare))
    assert call.url == re.sub(r"\{\w+\}", "x", path)
    assert call.operation.method == method.upper()


def test_stream_opens_a_stream_and_complete_has_no_such_argument() -> None:
    sent: Any = SYNC.chat.stream(model="m", messages=[])
    assert (sent.way, sent.call.json["stream"]) == ("stream", True)
    for method in (SYNC.chat.stream, SYNC.chat.complete):
        assert "stream" not in inspect.signature(method).parameters


def test_async_stream_needs_no_await() -> None:
    sent: Any = ASYNC.chat.stream(model="m", messages=[])
    assert sent.way == "stream"


def test_download_gives_bytes_or_goes_to_a_destination() -> None:
    target = io.BytesIO()
    plain: Any = SYNC.files.download("f")
    aside: Any = SYNC.files.download_to("f", target)
    assert plain.way == "call"
    assert (aside.way, aside.more) == ("download", (target,))
    assert aside.call == plain.call


def test_arguments_after_the_ids_go_by_keyword() -> None:
    create: Any = SYNC.beta.libraries.create
    with pytest.raises(TypeError):
        create("name")


def test_list_in_a_class_does_not_hide_the_builtin_from_annotations() -> None:
    assert inspect.signature(SYNC.models.list).return_annotation == "ModelList"


def test_structured_method_hands_over_the_class_and_everything_else() -> None:
    sent: Any = SYNC.chat.parse(model="m", messages=[], response_format=dict, temperature=0.5)
    kind, arguments = sent.more
    assert (sent.way, kind) == ("structured", dict)
    assert (arguments["model"], arguments["temperature"]) == ("m", 0.5)
    assert "response_format" not in arguments
