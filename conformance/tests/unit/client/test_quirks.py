from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.client.harness import DOCUMENT, LIBRARY, Server, answer, text_answer

from mistral_client.quirks import OPERATIONS, quirks_of
from mistral_openapi import load

if TYPE_CHECKING:
    import httpx
    from tests.unit.client.harness import Both

    from mistral_client.quirks.quirk import Quirk

pytestmark = pytest.mark.filterwarnings("ignore:.* is deprecated:DeprecationWarning")

ROOT = Path(__file__).parents[4]
NO_ROUTE = text_answer(404, '{"message":"no Route matched with those values","request_id":"0"}')
UPDATED = answer(200, LIBRARY)

QUIRKS = [import_module(f"mistral_client.quirks.{name}").QUIRK for name in OPERATIONS]

every_quirk = pytest.mark.parametrize("quirk", QUIRKS, ids=lambda quirk: quirk.id)


@every_quirk
def test_quirk_names_existing_operations(quirk: Quirk) -> None:
    known = {
        operation["operationId"]
        for path in load()["paths"].values()
        for operation in path.values()
        if isinstance(operation, dict) and "operationId" in operation
    }
    assert set(OPERATIONS[quirk.id]) <= known
    assert OPERATIONS[quirk.id]


@every_quirk
def test_quirk_has_a_module_and_a_test_of_its_name(quirk: Quirk) -> None:
    assert (ROOT / f"overrides/mistral_client/quirks/{quirk.id}.py").is_file()
    assert (ROOT / f"conformance/tests/quirks/test_{quirk.id}.py").is_file()
    assert (ROOT / f"openapi/curation/{quirk.id}.yaml").is_file() is quirk.is_curated


@every_quirk
def test_quirk_says_why_since_when_and_until_when(quirk: Quirk) -> None:
    assert all((quirk.reason, quirk.source, quirk.since, quirk.remove_when))
    assert quirk.adapt_request or quirk.adapt_response


def test_quirks_act_in_the_order_of_the_table() -> None:
    assert [quirk.id for quirk in QUIRKS] == list(OPERATIONS)
    both = quirks_of("beta.libraries.documents.update")
    assert [quirk.id for quirk in both] == ["put_patch_duplicate", "process_status_twins"]


def test_every_module_of_a_quirk_is_registered() -> None:
    modules = {path.stem for path in (ROOT / "overrides/mistral_client/quirks").glob("*.py")}
    assert modules - {"__init__", "quirk"} == set(OPERATIONS)


def test_operation_without_quirks_has_none() -> None:
    assert quirks_of("models.list") == ()


def update(client: Any) -> Any:
    return client.beta.libraries.update(library_id="l", name="x")


@pytest.mark.parametrize(
    "refusal",
    [
        NO_ROUTE,
        text_answer(405, ""),
        text_answer(405, "", allow="GET, PUT, DELETE"),
        text_answer(501, ""),
    ],
)
def test_patch_without_route_becomes_put_once(both: Both, refusal: httpx.Response) -> None:
    server = Server([refusal, UPDATED])
    assert both.run(server, update).name == "Papers"
    assert server.methods == ["PATCH", "PUT"]
    assert json.loads(server.requests[1].content) == {"name": "x"}


@pytest.mark.parametrize(
    "refusal",
    [
        text_answer(404, '{"detail":"Library not found"}'),
        text_answer(404, '{"detail":"Not Found"}'),
        text_answer(404, ""),
        text_answer(405, "", allow="GET, DELETE"),
        text_answer(403, '{"detail":"Forbidden"}'),
    ],
)
def test_other_refusals_do_not_become_put(both: Both, refusal: httpx.Response) -> None:
    server = Server([refusal, UPDATED])
    with pytest.raises(Exception, match=r"beta\.libraries\.update"):
        both.run(server, update)
    assert server.methods == ["PATCH"]


def test_put_is_remembered_by_the_client_and_its_views(both: Both) -> None:
    server = Server([text_answer(405), UPDATED])
    client = both.client(server)
    for user in (client, client, client.with_options(timeout=1)):
        both.use(user, update)
    both.use(client, lambda c: c.beta.libraries.documents.update("l", "d", name="x"))
    assert server.methods == ["PATCH", "PUT", "PUT", "PUT", "PUT"]


def test_put_that_fails_is_not_remembered(both: Both) -> None:
    missing = text_answer(404, '{"detail":"Library not found"}')
    server = Server([text_answer(405), missing, UPDATED])
    client = both.client(server)
    with pytest.raises(Exception, match="Library not found"):
        both.use(client, update)
    both.use(client, update)
    assert server.methods == ["PATCH", "PUT", "PATCH"]


def test_server_that_drops_put_is_asked_with_patch_again(both: Both) -> None:
    server = Server([text_answer(405), UPDATED, text_answer(405), UPDATED])
    client = both.client(server)
    for _ in range(3):
        both.use(client, update)
    assert server.methods == ["PATCH", "PUT", "PUT", "PATCH", "PATCH"]


def test_server_with_neither_is_asked_twice(both: Both) -> None:
    server = Server([text_answer(405)])
    with pytest.raises(Exception, match="405"):
        both.run(server, update)
    assert server.methods == ["PATCH", "PUT"]


def test_fallback_is_retried_like_any_request(both: Both) -> None:
    server = Server([text_answer(405), answer(503), UPDATED])
    both.run(server, update)
    assert server.methods == ["PATCH", "PUT", "PUT"]


@pytest.mark.parametrize(
    "gone", [text_answer(204), text_answer(200), text_answer(200, "null"), text_answer(202, "{}")]
)
def test_delete_without_an_object_returns_none(both: Both, gone: httpx.Response) -> None:
    assert both.run(gone, lambda client: client.beta.libraries.delete(library_id="l")) is None


def test_delete_with_an_object_returns_it(both: Both) -> None:
    library = both.run(answer(200, LIBRARY), lambda c: c.beta.libraries.delete(library_id="l"))
    assert library.name == "Papers"


OLD_TO_NEW = [("Running", "in_progress"), ("Completed", "done"), ("completed", "done")]


@pytest.mark.parametrize(("old", "new"), OLD_TO_NEW)
def test_new_state_is_read_from_the_old(both: Both, old: str, new: str) -> None:
    body = {**DOCUMENT, "processing_status": old}
    del body["process_status"]
    document = both.run(answer(200, body), lambda c: c.beta.libraries.documents.get("l", "d"))
    assert (document.process_status, document.processing_status) == (new, old)


@pytest.mark.parametrize(
    ("new", "old"), [("todo", "Running"), ("done", "Completed"), ("error", "Error")]
)
def test_old_state_is_read_from_the_new(both: Both, new: str, old: str) -> None:
    body = {"document_id": "d", "process_status": new}
    status = both.run(answer(200, body), lambda c: c.beta.libraries.documents.status("l", "d"))
    assert (status.process_status, status.processing_status) == (new, old)


def test_states_in_lists_are_completed_too(both: Both) -> None:
    body = {key: value for key, value in DOCUMENT.items() if key != "process_status"}
    found = both.run(answer(200, {"data": [body]}), lambda c: c.beta.libraries.documents.list("l"))
    assert found.data[0].process_status == "done"


def test_unknown_states_are_left_alone(both: Both) -> None:
    body = {"document_id": "d", "processing_status": "Dreaming"}
    status = both.run(answer(200, body), lambda c: c.beta.libraries.documents.status("l", "d"))
    assert status.missing_fields == ("process_status",)


@pytest.mark.parametrize("data", [5, "x", {"a": 1}, [None], [5], [{"embedding": 5}]])
def test_odd_embeddings_are_kept_as_they_came(both: Both, data: Any) -> None:
    body = {"id": "e", "object": "list", "model": "m", "usage": {}, "data": data}
    found = both.run(answer(200, body), lambda c: c.embeddings.create(model="m", inputs="x"))
    assert found.to_dict()["data"] == data
