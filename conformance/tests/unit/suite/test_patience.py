"""A server that asks for time gets it; one that has gone silent is given up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest
from tests.unit.suite.fake_server import Answer, Request, keyed, models, serving

from mistral_conformance.patience import (
    MOST_REPEATS,
    SILENT_OPERATION,
    SILENT_SERVER,
    Patience,
    read_wait,
)
from mistral_conformance.wire import Message

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from mistral_conformance.session import Session

    SessionOn = Callable[..., AbstractContextManager[Session]]

ASK = Message("GET", "/v1/libraries")


class Limited:
    """Answers 429, or another status, a number of times."""

    def __init__(self, times: int, retry_after: str, status: int = 429) -> None:
        self.status = status
        self.times = times
        self.retry_after = retry_after

    def __call__(self, request: Request) -> Answer | None:
        if request.path != ASK.url or self.times == 0:
            return None
        self.times -= 1
        return Answer(self.status, {"message": "slow"}, headers={"Retry-After": self.retry_after})


@pytest.mark.parametrize(("header", "waited"), [("2", 2.0), ("soon", 1.0), ("900", 30.0)])
def test_rate_limited_request_is_sent_again_after_the_named_time(
    session_on: SessionOn, header: str, waited: float
) -> None:
    waits: list[float] = []
    with (
        serving(keyed, models, Limited(1, header), lambda _: Answer(200, {})) as fake,
        session_on(fake.base_url) as session,
    ):
        session.patience.sleep = waits.append
        assert session.send(ASK, "caller").status == 200
    assert waits == [waited]


def test_waiting_ends_with_its_budget(session_on: SessionOn) -> None:
    waits: list[float] = []
    with (
        serving(keyed, models, Limited(99, "30")) as fake,
        session_on(fake.base_url) as session,
    ):
        session.patience.sleep = waits.append
        session.patience.budget_s = 120.0
        assert session.send(ASK, "caller").status == 429
    assert sum(waits) == 120.0


def test_a_server_that_asks_to_come_back_is_asked_again(session_on: SessionOn) -> None:
    waits: list[float] = []
    with (
        serving(keyed, models, Limited(1, "3", 503), lambda _: Answer(200, {})) as fake,
        session_on(fake.base_url) as session,
    ):
        session.patience.sleep = waits.append
        assert session.send(ASK, "caller").status == 200
    assert waits == [3.0]


def test_the_time_to_come_back_may_be_a_date() -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    assert 50 < read_wait(soon) <= 60


def silent(patience: Patience, session: Session, operation: str, times: int) -> None:
    for _ in range(times):
        withheld = session.wire.withhold(ASK, session.identities["caller"], operation, "silence")
        patience.see(withheld)


def test_silent_operation_is_given_up_and_others_are_not(session_on: SessionOn) -> None:
    with serving(keyed, models) as fake, session_on(fake.base_url) as session:
        silent(session.patience, session, "models.list", SILENT_OPERATION)
        given_up = session.send(ASK, "caller", "models.list")
        assert given_up.failure.startswith("not sent: models.list has left")
        assert session.send(ASK, "caller", "files.list").status == 404


def test_silent_server_is_given_up(session_on: SessionOn) -> None:
    with serving(keyed, models) as fake, session_on(fake.base_url) as session:
        silent(session.patience, session, "", SILENT_SERVER)
        assert session.send(ASK, "caller", "files.list").failure.startswith("not sent: the server")


def test_an_answer_restores_patience(session_on: SessionOn) -> None:
    with serving(keyed, models) as fake, session_on(fake.base_url) as session:
        silent(session.patience, session, "files.list", SILENT_OPERATION - 1)
        session.send(ASK, "caller", "files.list")
        silent(session.patience, session, "files.list", SILENT_OPERATION - 1)
        assert session.send(ASK, "caller", "files.list").status == 404


def test_a_server_that_refuses_after_every_wait_is_not_waited_for_any_more(
    session_on: SessionOn,
) -> None:
    waits: list[float] = []
    with (
        serving(keyed, models, Limited(99, "1")) as fake,
        session_on(fake.base_url) as session,
    ):
        session.patience.sleep = waits.append
        assert session.send(ASK, "caller").status == 429
        assert session.send(ASK, "caller").status == 429
    assert waits == [1.0] * MOST_REPEATS
