"""The clock's control route: what it has to answer, and what is said when it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest
from tests.unit.suite.fake_server import Answer, Request, serving

from mistral_conformance.mutants.judging import mock_session
from mistral_conformance.record.wire import Message
from mistral_conformance.running.belongings import find_belongings
from mistral_conformance.running.plan import Case
from mistral_conformance.running.run import RunOptions, open_session
from mistral_conformance.running.runner import judge
from mistral_conformance.session.clock import Clock
from mistral_conformance.session.identities import CALLER
from mistral_conformance.session.markers import fresh_run_id
from mistral_conformance.session.rule import Rule
from mistral_conformance.verdict.outcome import Status, Unjudged
from mistral_conformance.verdict.requirement import MUST

if TYPE_CHECKING:
    from mistral_conformance.session.context import Context


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer(401, {"now": 1}), "answers 401"),
        (Answer(200, {"time": 1}), "does not tell `now`"),
        (Answer(200, [1]), "does not tell `now`"),
    ],
)
def test_a_route_that_is_no_clock_is_named_in_one_line(answer: Answer, said: str) -> None:
    with serving(lambda _: answer) as fake:
        clock = Clock(f"{fake.base_url}/clock")
        with pytest.raises(Unjudged, match=said) as caught:
            _ = clock.now
        clock.close()
    assert "\n" not in str(caught.value)


def test_a_gateway_that_asks_to_come_back_is_asked_again() -> None:
    answers = [Answer(503, {}, headers={"Retry-After": "0"}), Answer(200, {"now": 7})]
    with serving(lambda _: answers.pop(0)) as fake:
        clock = Clock(f"{fake.base_url}/clock")
        assert clock.now == 7
        clock.close()


@pytest.mark.parametrize(("token", "sent"), [("let-me-in", "Bearer let-me-in"), ("", None)])
def test_a_token_goes_along_when_there_is_one(token: str, sent: str | None) -> None:
    asked = []

    def answer(request: Request) -> Answer:
        asked.append(request.headers)
        return Answer(200, {"now": 1})

    with serving(answer) as fake:
        clock = Clock(f"{fake.base_url}/clock", token)
        clock.advance(1)
        clock.close()
    assert [headers.get("authorization") for headers in asked] == [sent]


def needing(ctx: Context) -> None:
    """Needs a clock."""
    ctx.clock.advance(1)


NEEDING = Rule(
    "own.clock", MUST, "test", "Needs a clock.", ("files.list",), ("clock",), bool, needing
)


def test_what_earlier_runs_left_behind_does_not_stop_the_clock() -> None:
    """A file with a marker in its name stays out of account, and a job that was cancelled."""
    with mock_session() as session:
        name = f"mconf-{fresh_run_id()}-left.jsonl"
        line = (
            b'{"messages": [{"role": "user", "content": "a"},'
            b' {"role": "assistant", "content": "b"}]}'
        )
        parts = {"file": (name, line, "application/jsonl")}
        upload = Message("POST", "/v1/files", files=parts, data={"purpose": "fine-tune"})
        file = session.send(upload, CALLER, "files.upload")["id"]
        body = {
            "model": "mistral-small-2603",
            "training_files": [{"file_id": file}],
            "hyperparameters": {"training_steps": 10},
            "auto_start": False,
        }
        order = Message("POST", "/v1/fine_tuning/jobs", json=body)
        job = session.send(order, CALLER, "fine_tuning.jobs.create")["id"]
        assert find_belongings(session) == "fine_tuning.jobs.list"
        stop = Message("POST", f"/v1/fine_tuning/jobs/{job}/cancel")
        assert session.send(stop, CALLER, "fine_tuning.jobs.cancel").ok
        session.pass_time(60)
        assert find_belongings(session) == ""


@pytest.mark.parametrize("is_mine", [False, True])
@pytest.mark.parametrize("foreign", [False, True])
def test_clock_stands_still_for_things_of_others(*, is_mine: bool, foreign: bool) -> None:
    told: list[str] = []
    with mock_session() as mock:
        assert mock.clock
        if foreign:
            file = {"file": ("theirs.txt", b"text")}
            key = {"Authorization": f"Bearer {mock.identities[CALLER].key}"}
            url = f"{mock.wire.base_url}/v1/files"
            data = {"purpose": "batch"}
            sent = httpx.post(url, headers=key, files=file, data=data, trust_env=False)
            sent.raise_for_status()
        options = RunOptions(
            mock.wire.base_url,
            {CALLER: mock.identities[CALLER]},
            clock_url=mock.clock.url,
            run_id="clock",
            clock_is_mine=is_mine,
        )
        with open_session(options, tell=told.append) as session:
            assert (session.clock is None) == (foreign and not is_mine)
            if session.clock is None:
                result = judge(session, Case(NEEDING))
                assert (result.status, result.reason) == (Status.SKIP, told[0])
    assert ["--clock-is-mine" in each for each in told] == [True] * (foreign and not is_mine)
