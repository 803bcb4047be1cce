from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mistral_conformance.creations import Made
from mistral_conformance.identities import CALLER
from mistral_conformance.mutants.judging import mock_session
from mistral_conformance.outcome import Skipped
from mistral_conformance.probing.targets import Target, load_targets, take
from mistral_conformance.wire import Message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.session import Session

LISTED = {
    "data": [
        {"id": "plain", "able": {"embed": False}},
        {"id": "nested", "able": {"embed": True}},
        {"id": "small-embed-2", "able": None},
    ]
}


@pytest.mark.parametrize(
    ("at", "where", "found"),
    [
        ("data.0.id", {}, "plain"),
        ("data.*.id", {}, "plain"),
        ("data.*.id", {"able.embed": True}, "nested"),
        ("data.*.id", {"id": "*embed*"}, "small-embed-2"),
        ("data.*.able.embed", {"id": "nested"}, True),
    ],
)
def test_id_is_taken_from_its_place(at: str, where: dict[str, Any], found: object) -> None:
    assert take(LISTED, Target("models.list", at, where)) == found


@pytest.mark.parametrize(
    ("at", "where"),
    [
        ("data.*.id", {"able.embed": "yes"}),
        ("data.9.id", {}),
        ("nothing", {}),
        ("data.2.able", {}),
        ("data.0.id.0.x", {}),
    ],
)
def test_nothing_at_the_place_is_a_reason_to_skip(at: str, where: dict[str, Any]) -> None:
    with pytest.raises(Skipped, match="answers with nothing"):
        take(LISTED, Target("models.list", at, where))


def test_all_targets_name_operations_of_the_document(session: Session) -> None:
    named = {target.operation for target in load_targets().values()}
    assert named <= set(session.document.operations)


def test_what_nothing_deletes_is_ended_by_its_own_method(session: Session) -> None:
    path = "/v1/fine_tuning/jobs/11111111-1111-4111-8111-111111111111/cancel"
    exchange = session.delete(Made(CALLER, "fine_tuning.jobs.cancel", path, {}))
    assert (exchange.method, exchange.status) == ("POST", 404)


def test_what_has_a_delete_is_deleted(session: Session) -> None:
    made = session.send(
        Message("POST", "/v1/libraries", json={"name": "x"}), CALLER, "beta.libraries.create"
    )
    path = f"/v1/libraries/{made['id']}"
    exchange = session.delete(Made(CALLER, "beta.libraries.delete", path, {}))
    assert (exchange.method, exchange.ok) == ("DELETE", True)


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    """A session on a mock in this process."""
    with mock_session(0) as opened:
        yield opened
