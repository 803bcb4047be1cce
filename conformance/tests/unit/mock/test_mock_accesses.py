"""Sharing, as the entries `accesses` of the register of evidence tell it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from mistral_mock.identities import stable_id

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    Person = Callable[[str], httpx.Client]

CAROL, OFFICE = stable_id("user", "carol"), stable_id("workspace", "office")
LAB, ACME = stable_id("workspace", "lab"), stable_id("organisation", "acme")
ENTITIES = [("User", CAROL), ("Workspace", OFFICE), ("Org", ACME)]


def share(
    api: httpx.Client,
    library: dict[str, Any],
    type_: str,
    uuid: str,
    level: str = "Viewer",
    **more: Any,
) -> httpx.Response:
    body = {"share_with_type": type_, "share_with_uuid": uuid, "level": level, **more}
    return api.put(f"/v1/libraries/{library['id']}/share", json=body)


def unshare(
    api: httpx.Client, library: dict[str, Any], type_: str, uuid: str, **more: Any
) -> httpx.Response:
    body = {"share_with_type": type_, "share_with_uuid": uuid, **more}
    return api.request("DELETE", f"/v1/libraries/{library['id']}/share", json=body)


def entries(api: httpx.Client, library: dict[str, Any]) -> list[tuple[str, str, str]]:
    found = api.get(f"/v1/libraries/{library['id']}/share").json()["data"]
    return [(one["share_with_type"], one["share_with_uuid"], one["role"]) for one in found]


def test_a_new_library_is_accessible_to_its_owner_alone(
    api: httpx.Client, library: dict[str, Any]
) -> None:
    answer = api.get(f"/v1/libraries/{library['id']}/share")
    owner = {
        "library_id": library["id"],
        "user_id": None,
        "org_id": ACME,
        "role": "Owner",
        "share_with_type": "Workspace",
        "share_with_uuid": LAB,
    }
    assert answer.json() == {"data": [owner]}


def test_sharing_answers_200_with_the_entry(api: httpx.Client, library: dict[str, Any]) -> None:
    answer = share(api, library, "User", CAROL.upper(), "Editor", org_id=ACME)
    assert answer.status_code == 200
    assert answer.json() == {
        "library_id": library["id"],
        "user_id": CAROL,
        "org_id": ACME,
        "role": "Editor",
        "share_with_type": "User",
        "share_with_uuid": CAROL,
    }


def test_sharing_again_changes_the_one_entry(api: httpx.Client, library: dict[str, Any]) -> None:
    share(api, library, "User", CAROL, "Viewer")
    assert share(api, library, "User", CAROL, "Editor").status_code == 200
    assert entries(api, library)[1:] == [("User", CAROL, "Editor")]


def test_an_id_shared_with_as_user_and_as_workspace_is_two_entries(
    api: httpx.Client, library: dict[str, Any]
) -> None:
    share(api, library, "User", CAROL)
    share(api, library, "Workspace", CAROL)
    assert len(entries(api, library)) == 3


def test_a_colleague_of_the_workspace_owns_its_libraries_too(
    person: Person, library: dict[str, Any]
) -> None:
    colleague = person("colleague")
    assert colleague.get(f"/v1/libraries/{library['id']}").json() == library
    assert share(colleague, library, "User", CAROL).status_code == 200


@pytest.mark.parametrize("name", ["neighbour", "stranger"])
def test_nobody_else_sees_a_new_library(person: Person, library: dict[str, Any], name: str) -> None:
    other = person(name)
    assert other.get(f"/v1/libraries/{library['id']}").status_code == 404
    assert other.get("/v1/libraries").json()["data"] == []
    assert share(other, library, "User", CAROL).status_code == 404


def test_a_private_library_is_hidden_from_the_workspace(person: Person) -> None:
    made = person("private").post("/v1/libraries", json={"name": "n", "owner_type": "User"}).json()
    assert person("colleague").get(f"/v1/libraries/{made['id']}").status_code == 404
    assert person("mock").get(f"/v1/libraries/{made['id']}").status_code == 200


@pytest.mark.parametrize(("type_", "uuid"), ENTITIES)
def test_a_share_lets_its_entity_see_the_library(
    api: httpx.Client, person: Person, library: dict[str, Any], type_: str, uuid: str
) -> None:
    share(api, library, type_, uuid)
    neighbour = person("neighbour")
    assert neighbour.get(f"/v1/libraries/{library['id']}").status_code == 200
    assert len(neighbour.get("/v1/libraries").json()["data"]) == 1
    assert person("stranger").get(f"/v1/libraries/{library['id']}").status_code == 404


WRITES = [
    ("PATCH", "", {"json": {"name": "x"}}),
    ("PUT", "", {"json": {"name": "x"}}),
    ("POST", "/documents", {"files": {"file": ("b.txt", b"b")}}),
    ("PATCH", "/documents/{id}", {"json": {"name": "x"}}),
    ("PUT", "/documents/{id}", {"json": {"name": "x"}}),
    ("POST", "/documents/{id}/reprocess", {}),
    ("DELETE", "/documents/{id}", {}),
]
READS = ["", "/documents", "/documents/{id}", "/documents/{id}/status", "/share"]


@pytest.mark.parametrize("path", READS)
@pytest.mark.parametrize("level", ["Viewer", "Editor"])
def test_viewers_and_editors_read(
    api: httpx.Client, person: Person, document: dict[str, Any], path: str, level: str
) -> None:
    library = {"id": document["library_id"]}
    share(api, library, "User", CAROL, level)
    answer = person("neighbour").get(f"/v1/libraries/{library['id']}{path}".format(**document))
    assert answer.status_code == 200


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
def test_editors_write_and_viewers_do_not(
    person: Person, document: dict[str, Any], method: str, path: str, body: dict[str, Any]
) -> None:
    api, library = person("mock"), {"id": document["library_id"]}
    neighbour = person("neighbour")
    url = f"/v1/libraries/{library['id']}{path}".format(**document)
    share(api, library, "User", CAROL, "Viewer")
    refused = neighbour.request(method, url, **body)
    assert (refused.status_code, type(refused.json()["detail"])) == (403, str)
    share(api, library, "User", CAROL, "Editor")
    assert neighbour.request(method, url, **body).status_code in {200, 201, 204}


def test_only_the_owner_shares_and_deletes(
    api: httpx.Client, person: Person, library: dict[str, Any]
) -> None:
    share(api, library, "User", CAROL, "Editor")
    neighbour = person("neighbour")
    assert share(neighbour, library, "User", str(uuid4())).status_code == 403
    assert neighbour.delete(f"/v1/libraries/{library['id']}").status_code == 403
    assert api.get(f"/v1/libraries/{library['id']}").status_code == 200


@pytest.mark.parametrize(("first", "second"), [("Viewer", "Editor"), ("Editor", "Viewer")])
def test_the_highest_level_that_reaches_a_caller_counts(
    api: httpx.Client, person: Person, library: dict[str, Any], first: str, second: str
) -> None:
    share(api, library, "User", CAROL, first)
    share(api, library, "Org", ACME, second)
    answer = person("neighbour").patch(f"/v1/libraries/{library['id']}", json={"name": "x"})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("type_", "uuid"), [("Workspace", LAB), ("User", stable_id("user", "alice"))]
)
def test_an_owner_cannot_change_the_own_role(
    api: httpx.Client, library: dict[str, Any], type_: str, uuid: str
) -> None:
    assert share(api, library, type_, uuid).status_code == 403
    assert len(entries(api, library)) == 1


OUTSIDE = [
    ("Org", stable_id("organisation", "other")),
    ("User", stable_id("user", "dave")),
    ("Workspace", stable_id("workspace", "garage")),
]


@pytest.mark.parametrize(("type_", "uuid"), OUTSIDE)
def test_a_library_cannot_leave_its_organisation(
    api: httpx.Client, library: dict[str, Any], type_: str, uuid: str
) -> None:
    assert share(api, library, type_, uuid).status_code == 403


def test_another_org_id_is_refused(api: httpx.Client, library: dict[str, Any]) -> None:
    assert share(api, library, "User", CAROL, org_id=str(uuid4())).status_code == 403
    assert share(api, library, "User", CAROL, org_id=None).status_code == 200


def test_an_entity_that_the_mock_does_not_know_may_be_shared_with(
    api: httpx.Client, library: dict[str, Any]
) -> None:
    assert share(api, library, "User", str(uuid4())).status_code == 200


def test_removing_answers_with_the_entry(api: httpx.Client, library: dict[str, Any]) -> None:
    entry = share(api, library, "User", CAROL, "Editor").json()
    answer = unshare(api, library, "User", CAROL)
    assert (answer.status_code, answer.json()) == (200, entry)
    assert len(entries(api, library)) == 1


def test_removing_answers_204_where_the_mock_is_told_so(
    start: Callable[..., httpx.Client],
) -> None:
    api = start(delete_answers=204)
    library = api.post("/v1/libraries", json={"name": "n"}).json()
    share(api, library, "User", CAROL)
    answer = unshare(api, library, "User", CAROL)
    assert (answer.status_code, answer.content) == (204, b"")


def test_a_level_in_a_removal_does_no_harm(api: httpx.Client, library: dict[str, Any]) -> None:
    share(api, library, "User", CAROL)
    assert unshare(api, library, "User", CAROL, level="Viewer").status_code == 200


def test_an_access_that_was_removed_no_longer_opens(
    api: httpx.Client, person: Person, library: dict[str, Any]
) -> None:
    share(api, library, "User", CAROL)
    unshare(api, library, "User", CAROL)
    assert person("neighbour").get(f"/v1/libraries/{library['id']}").status_code == 404


def test_an_absent_entry_is_not_found(api: httpx.Client, library: dict[str, Any]) -> None:
    assert unshare(api, library, "User", CAROL).status_code == 404


def test_an_owner_cannot_delete_the_own_access(api: httpx.Client, library: dict[str, Any]) -> None:
    assert unshare(api, library, "Workspace", LAB).status_code == 403


@pytest.mark.parametrize(("type_", "uuid"), ENTITIES[:2])
def test_anyone_may_leave(
    api: httpx.Client, person: Person, library: dict[str, Any], type_: str, uuid: str
) -> None:
    share(api, library, type_, uuid)
    assert unshare(person("neighbour"), library, type_, uuid).status_code == 200
    assert person("neighbour").get(f"/v1/libraries/{library['id']}").status_code == 404


def test_others_may_not_remove_what_is_not_theirs(
    api: httpx.Client, person: Person, library: dict[str, Any]
) -> None:
    share(api, library, "User", CAROL, "Editor")
    share(api, library, "Org", ACME)
    neighbour = person("neighbour")
    assert unshare(neighbour, library, "Org", ACME).status_code == 403
    assert unshare(neighbour, library, "Workspace", LAB).status_code == 403


def test_counts_reflect_the_entries(api: httpx.Client, library: dict[str, Any]) -> None:
    def counts() -> tuple[object, ...]:
        found = api.get(f"/v1/libraries/{library['id']}").json()
        users = found["explicit_user_members_count"]
        return users, found["explicit_workspace_members_count"], found["org_sharing_role"]

    seen = [counts()]
    share(api, library, "User", CAROL)
    share(api, library, "User", str(uuid4()))
    seen.append(counts())
    share(api, library, "Workspace", OFFICE)
    share(api, library, "Org", ACME, "Editor")
    seen.append(counts())
    unshare(api, library, "User", CAROL)
    unshare(api, library, "Workspace", OFFICE)
    unshare(api, library, "Org", ACME)
    seen.append(counts())
    assert seen == [(None, None, None), (2, None, None), (2, 1, "Editor"), (1, 0, None)]


@pytest.mark.parametrize(
    ("body", "loc"),
    [
        ({"share_with_type": "Team"}, ["body", "share_with_type"]),
        ({"share_with_uuid": "x"}, ["body", "share_with_uuid"]),
        ({"level": "Owner"}, ["body", "level"]),
        ({"org_id": "x"}, ["body", "org_id"]),
    ],
)
def test_wrong_entries_are_refused(
    api: httpx.Client, library: dict[str, Any], body: dict[str, str], loc: list[str]
) -> None:
    whole = {"share_with_type": "User", "share_with_uuid": CAROL, "level": "Viewer", **body}
    answer = api.put(f"/v1/libraries/{library['id']}/share", json=whole)
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == loc
