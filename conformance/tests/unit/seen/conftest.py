"""The traffic of a small program with the mock, as JSON lines, and the verdicts on it."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from mistral_conformance.model.document import load_document
from mistral_conformance.record.recordings import read_recordings
from mistral_conformance.seen.judging import judge_traffic, judged_rules, plan_for
from mistral_conformance.seen.traffic import HOSTS, Traffic
from mistral_conformance.verdict.baseline import no_baseline
from mistral_conformance.verdict.outcome import Status
from mistral_mock.server import running
from mistral_mock.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mistral_conformance.running.run import Run

Line = dict[str, Any]
KEY = {"Authorization": "Bearer mock-key"}
QUESTION = {
    "model": "mistral-small-latest",
    "messages": [{"role": "user", "content": "What is a shelf?"}],
    "random_seed": 7,
}


def use_libraries(client: httpx.Client) -> None:
    """What a program does with libraries: make, read, list, change, page, delete."""
    made = [
        client.post("/v1/libraries", json={"name": f"shelf {n}", "description": f"of {n}"}).json()
        for n in range(3)
    ]
    one = f"/v1/libraries/{made[0]['id']}"
    client.get(one)
    client.get("/v1/libraries")
    client.get(one)
    client.patch(one, json={"name": "renamed"})
    client.get(one)
    for page in range(2):
        client.get("/v1/libraries", params={"page": page, "page_size": 2})
    client.get("/v1/libraries", params={"search": "renamed"})
    client.delete(one)
    client.get(one)
    client.get("/v1/libraries")


def ask(client: httpx.Client) -> None:
    """One question, plain and streamed."""
    client.post("/v1/chat/completions", json=QUESTION)
    client.post("/v1/chat/completions", json={**QUESTION, "stream": True})
    client.post("/v1/chat/completions", json={**QUESTION, "messages": "none"})


@pytest.fixture(scope="session")
def recorded() -> list[Line]:
    """The traffic; what a test edits is a copy."""
    with (
        running(Settings()) as mock,
        httpx.Client(base_url=mock.base_url, headers=KEY, trust_env=False) as client,
    ):
        use_libraries(client)
        ask(client)
        lines = client.get("/_mock/requests.jsonl").text
    return [json.loads(line) for line in lines.splitlines()]


@pytest.fixture
def lines(recorded: list[Line]) -> list[Line]:
    return copy.deepcopy(recorded)


@pytest.fixture
def judge(tmp_path: Path) -> Callable[..., Run]:
    """The run that lines make, with some rules or all."""

    def judge_lines(lines: list[Line], *rules: str) -> Run:
        path = tmp_path / "traffic.jsonl"
        path.write_text("".join(json.dumps(each) + "\n" for each in lines))
        traffic = Traffic(load_document(), read_recordings(path), HOSTS)
        plan = plan_for(traffic, judged_rules(rules))
        return judge_traffic(traffic, plan, no_baseline(), lambda _: None).run

    return judge_lines


def failed(run: Run) -> set[str]:
    """The cases that the server broke, and those that broke themselves."""
    return {each.name for each in run.results if each.status in {Status.FAIL, Status.ERROR}}


def find(lines: list[Line], operation: str, at: int = 0) -> Line:
    """One line of an operation."""
    return [each for each in lines if each["operation"] == operation][at]


def edit(line: Line, **changes: Any) -> None:
    """Change fields of a JSON answer."""
    line["answer"] = json.dumps({**json.loads(line["answer"]), **changes})


def events(line: Line) -> Iterator[str]:
    """The events of a stream."""
    return (each for each in line["answer"].split("\n\n") if each)
