"""A server that asks for time gets it; one that has gone silent is given up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest
from tests.unit.suite.fake_server import Answer, Request, keyed, models, serving

from mistral_conformance.record.wire import Message
from mistral_conformance.running.run import open_session
from mistral_conformance.session.patience import (
    MOST_REPEATS,
    SILENT_OPERATION,
    SILENT_SERVER,
    Patience,
    asked_wait,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from mistral_conformance.running.run import RunOptions
    from mistral_conformance.session.session import Session

    SessionOn = Callable[..., AbstractContextManager[Session]]

ASK = Message("GET", "/v1/libraries")


class NoWaiting(Exception):  # noqa: N818 - reads as what happens
    """Ends a wait that a test does not wait for."""


class Limited:
    """Answers 429 a number of times."""

    def __init__(self, times: int, retry_after: str, path: str = ASK.url) -> None:
        self.times = times
        self.path = path
        self.retry_after = retry_after

    def __call__(self, request: Request) -> Answer | None:
        if request.path != self.path or self.times == 0:
            return None
        self.times -= 1
        return Answer(429, {"message": "slow"}, headers={"Retry-After": self.retry_after})


@pytest.mark.parametrize(
    ("header", "waited"),
    [
        ("2", 2.0),
        ("soon", 1.0),
        ("nan", 1.0),
        ("", 1.0),
        ("-5", 0.1),
        ("-inf", 0.1),
        ("inf", 30.0),
        ("1e400", 30.0),
        ("900", 30.0),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0.1),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 30.0),
        ("Fri, 99 Dec 9999 23:59:59 GMT", 1.0),
    ],
)
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


def test_date_to_wait_for_is_by_the_servers_clock() -> None:
    date, due = "Fri, 01 Jan 2100 00:00:00 GMT", "Fri, 01 Jan 2100 00:00:07 GMT"
    assert asked_wait(httpx.Headers({"Date": date, "Retry-After": due})) == 7.0


def test_long_wait_on_first_contact_is_told_before_it_begins(
    options: Callable[..., RunOptions],
) -> None:
    told: list[str] = []

    def stop_waiting(text: str) -> None:
        told.append(text)
        raise NoWaiting

    with serving(keyed, Limited(1, "3600", "/v1/models"), models) as fake:
        session = open_session(options(fake.base_url), stop_waiting)
        with pytest.raises(NoWaiting):
            session.__enter__()
    assert told == ["the server answers 429 and asks for 3600 s: waiting 30 s"]


def test_waiting_ends_with_its_budget(session_on: SessionOn) -> None:
    waits: list[float] = []
    with (
        serving(keyed, models, Limited(99, "30")) as fake,
        session_on(fake.base_url) as session,
    ):
        session.patience.sleep = waits.append
        session.patience.budget_s = 100.0
        assert session.send(ASK, "caller").status == 429
    assert waits == [30.0] * 3


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
