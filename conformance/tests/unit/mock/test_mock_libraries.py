"""Libraries, as the entries `libraries` of the register of evidence tell it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from mistral_mock.resources.libraries.records import Document, DocumentText, Library, Share
from mistral_mock.store import Blob

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from mistral_mock.server import RunningServer


def test_a_new_library_has_the_documented_start_values(
    api: httpx.Client, town: RunningServer
) -> None:
    answer = api.post("/v1/libraries", json={"name": "Birds", "description": "of prey"})
    made = answer.json()
    workspace = town.world.settings.identities[0].workspace_id
    assert answer.status_code == 201
    assert made.pop("created_at") == made.pop("updated_at")
    assert UUID(made.pop("id")).version == 7
    assert made == {
        "name": "Birds",
        "owner_id": workspace,
        "owner_type": "Workspace",
        "total_size": 0,
        "nb_documents": 0,
        "chunk_size": None,
        "emoji": None,
        "description": "of prey",
        "generated_name": None,
        "generated_description": None,
        "explicit_user_members_count": None,
        "explicit_workspace_members_count": None,
        "org_sharing_role": None,
    }


@pytest.mark.parametrize("size", [256, 32768, 512.0, None])
def test_chunk_size_within_its_bounds_is_kept(api: httpx.Client, size: float | None) -> None:
    answer = api.post("/v1/libraries", json={"name": "n", "chunk_size": size})
    assert (answer.status_code, answer.json()["chunk_size"]) == (201, size)


@pytest.mark.parametrize("size", [255, 32769, 300.5, "512", True])
def test_chunk_size_out_of_bounds_is_refused(api: httpx.Client, size: object) -> None:
    answer = api.post("/v1/libraries", json={"name": "n", "chunk_size": size})
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body", "chunk_size"]


def test_name_is_required(api: httpx.Client) -> None:
    answer = api.post("/v1/libraries", json={"description": "d"})
    problem = {"type": "missing", "loc": ["body", "name"], "msg": "Field required"}
    assert answer.status_code == 422
    assert answer.json()["detail"] == [{**problem, "input": {"description": "d"}}]


def test_a_private_key_makes_a_library_of_its_user(
    person: Callable[[str], httpx.Client], town: RunningServer
) -> None:
    answer = person("private").post("/v1/libraries", json={"name": "n", "owner_type": "User"})
    user = town.world.settings.identities[1].user_id
    assert answer.status_code == 201
    assert (answer.json()["owner_type"], answer.json()["owner_id"]) == ("User", user)


def test_a_key_without_the_private_scope_may_not(api: httpx.Client) -> None:
    answer = api.post("/v1/libraries", json={"name": "n", "owner_type": "User"})
    assert answer.status_code == 403
    assert isinstance(answer.json()["detail"], str)


def test_a_library_is_read_back_as_it_was_made(api: httpx.Client, library: dict[str, Any]) -> None:
    assert api.get(f"/v1/libraries/{library['id']}").json() == library


def test_an_id_in_upper_case_is_the_same_id(api: httpx.Client, library: dict[str, Any]) -> None:
    assert api.get(f"/v1/libraries/{library['id'].upper()}").json() == library


def test_an_unknown_library_is_not_found(api: httpx.Client) -> None:
    answer = api.get(f"/v1/libraries/{uuid4()}")
    assert (answer.status_code, answer.json()) == (404, {"detail": "Library not found"})


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_an_update_changes_what_is_sent_and_keeps_the_rest(
    api: httpx.Client, library: dict[str, Any], method: str
) -> None:
    path = f"/v1/libraries/{library['id']}"
    answer = api.request(method, path, json={"description": "new"})
    changed = answer.json()
    assert answer.status_code == 200
    assert changed["updated_at"] > library["updated_at"]
    assert changed == {**library, "description": "new", "updated_at": changed["updated_at"]}
    assert api.get(path).json() == changed


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_an_empty_update_changes_nothing(
    api: httpx.Client, library: dict[str, Any], method: str
) -> None:
    answer = api.request(method, f"/v1/libraries/{library['id']}", json={})
    assert (answer.status_code, answer.json()) == (200, library)


def test_a_null_description_clears_it(api: httpx.Client) -> None:
    made = api.post("/v1/libraries", json={"name": "n", "description": "d"}).json()
    answer = api.patch(f"/v1/libraries/{made['id']}", json={"description": None})
    assert answer.json()["description"] is None


def test_a_null_name_is_refused(api: httpx.Client, library: dict[str, Any]) -> None:
    answer = api.patch(f"/v1/libraries/{library['id']}", json={"name": None})
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body", "name"]


def test_deleting_answers_with_the_library_as_it_was(
    api: httpx.Client, library: dict[str, Any], document: dict[str, Any]
) -> None:
    before = api.get(f"/v1/libraries/{library['id']}").json()
    answer = api.delete(f"/v1/libraries/{library['id']}")
    deleted = answer.json()
    assert answer.status_code == 200
    assert deleted["updated_at"] > before["updated_at"]
    assert deleted == {**before, "updated_at": deleted["updated_at"]}
    assert (deleted["nb_documents"], deleted["total_size"]) == (1, document["size"])


def test_deleting_answers_204_where_the_mock_is_told_so(start: Callable[..., httpx.Client]) -> None:
    api = start(delete_answers=204)
    made = api.post("/v1/libraries", json={"name": "n"}).json()
    answer = api.delete(f"/v1/libraries/{made['id']}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert api.get(f"/v1/libraries/{made['id']}").status_code == 404


BELOW = ["", "/documents", "/share", "/documents/{id}", "/documents/{id}/status"]
BELOW += [f"/documents/{{id}}/{end}" for end in ("text_content", "signed-url")]


@pytest.mark.parametrize("path", BELOW)
def test_everything_below_a_deleted_library_is_gone(
    api: httpx.Client, library: dict[str, Any], document: dict[str, Any], path: str
) -> None:
    api.delete(f"/v1/libraries/{library['id']}")
    answer = api.get(f"/v1/libraries/{library['id']}{path.format(id=document['id'])}")
    assert answer.status_code == 404


@pytest.mark.usefixtures("document")
def test_deleting_a_library_leaves_nothing_in_the_store(
    api: httpx.Client, library: dict[str, Any], town: RunningServer
) -> None:
    share = {"share_with_type": "User", "share_with_uuid": str(uuid4()), "level": "Viewer"}
    api.put(f"/v1/libraries/{library['id']}/share", json=share)
    town.clock.advance(2)
    api.delete(f"/v1/libraries/{library['id']}")
    kinds = (Library, Share, Document, DocumentText, Blob)
    assert {len(town.store.table(kind)) for kind in kinds} == {0}


@pytest.mark.parametrize(
    ("setting", "missing", "left"),
    [("without_put", "PUT", "PATCH"), ("without_patch", "PATCH", "PUT")],
)
@pytest.mark.parametrize("below", ["", "/documents/{id}"])
def test_a_twin_that_is_taken_away_is_not_allowed(
    start: Callable[..., httpx.Client], setting: str, missing: str, left: str, below: str
) -> None:
    api = start(**{setting: True})
    made = api.post("/v1/libraries", json={"name": "n"}).json()
    folder = f"/v1/libraries/{made['id']}"
    file = api.post(f"{folder}/documents", files={"file": ("a.txt", b"a")}).json()
    path = folder + below.format(id=file["id"])
    answer = api.request(missing, path, json={})
    assert answer.status_code == 405
    assert answer.headers["allow"] == f"DELETE, GET, {left}"
    assert api.request(left, path, json={}).status_code == 200


def test_the_put_of_accesses_has_no_twin_and_stays(start: Callable[..., httpx.Client]) -> None:
    api = start(without_put=True)
    made = api.post("/v1/libraries", json={"name": "n"}).json()
    share = {"share_with_type": "User", "share_with_uuid": str(uuid4()), "level": "Viewer"}
    assert api.put(f"/v1/libraries/{made['id']}/share", json=share).status_code == 200
