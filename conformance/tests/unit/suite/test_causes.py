"""One mistake of a server is one entry of the report, however many rules notice it."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from attrs import evolve
from tests.unit.suite.report_values import case

from mistral_conformance.laws import load_laws
from mistral_conformance.model.document import load_document
from mistral_conformance.mutants.judging import mock_session
from mistral_conformance.probing.judging import shared_judge
from mistral_conformance.record.wire import Wire
from mistral_conformance.report.causes import find_causes
from mistral_conformance.report.reproducing import make_script
from mistral_conformance.report.symptoms import symptom_of
from mistral_conformance.rules import load_rules
from mistral_conformance.running.plan import make_plan, select_rules
from mistral_conformance.running.runner import judge_all
from mistral_conformance.verdict.outcome import RED
from mistral_conformance.verdict.requirement import Level
from mistral_conformance.verdict.settling import settle_blocked

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.report.model import CaseResult
    from mistral_conformance.verdict.outcome import Result

    Mistake = Callable[[Exchange, Any], Exchange]

DOCUMENT = load_document()
JUDGE = shared_judge(DOCUMENT)
TELLING = tuple(
    f"{family}.*"
    for family in (
        "access", "answers", "chat", "gone", "input", "models", "pages", "seen", "views"
    )
)  # fmt: skip
"""Rules of many kinds that meet the mistakes, without those that generate most requests."""
OPERATIONS = ["chat.complete", "models.list", "files.upload", "files.list", "files.delete"]


def with_body(exchange: Exchange, body: Any) -> Exchange:
    return evolve(exchange, content=json.dumps(body).encode())


def created_as_text(exchange: Exchange, body: Any) -> Exchange:
    """A chat's time is a text."""
    if exchange.operation == "chat.complete" and isinstance(body, dict) and "created" in body:
        return with_body(exchange, {**body, "created": str(body["created"])})
    return exchange


def without_usage(exchange: Exchange, body: Any) -> Exchange:
    """A chat tells no usage."""
    if exchange.operation == "chat.complete" and isinstance(body, dict) and "usage" in body:
        return with_body(exchange, {key: each for key, each in body.items() if key != "usage"})
    return exchange


def one_model(exchange: Exchange, body: Any) -> Exchange:
    """The list of models is of a kind that is a number."""
    if exchange.operation == "models.list" and isinstance(body, dict) and "data" in body:
        return with_body(exchange, {**body, "object": 3})
    return exchange


def undeletable(exchange: Exchange, _body: Any) -> Exchange:
    """Files cannot be deleted."""
    if exchange.operation == "files.delete" and exchange.ok:
        return evolve(exchange, status=500, content=b"oops")
    return exchange


def whole_list(exchange: Exchange, body: Any) -> Exchange:
    """The list of files tells a total that is one too high."""
    if exchange.operation == "files.list" and isinstance(body, dict) and body.get("total"):
        return with_body(exchange, {**body, "total": body["total"] + 1})
    return exchange


def sizes_as_text(exchange: Exchange, body: Any) -> Exchange:
    """Sizes of files are texts, in the upload's answer and in lists."""
    if not exchange.operation.startswith("files.") or not isinstance(body, dict):
        return exchange
    for each in body.get("data", [body]):
        if isinstance(each, dict) and "bytes" in each:
            each["bytes"] = str(each["bytes"])
    return with_body(exchange, body)


def hidden_refusal(exchange: Exchange, _body: Any) -> Exchange:
    """Chats of unknown models answer 500 instead of a refusal."""
    if exchange.operation == "chat.complete" and exchange.status == 400:
        return evolve(exchange, status=500)
    return exchange


def other_models(exchange: Exchange, body: Any) -> Exchange:
    """The list of models stands under another name."""
    if exchange.operation == "models.list" and isinstance(body, dict) and "data" in body:
        return with_body(exchange, {"models": body["data"]})
    return exchange


def without_end(exchange: Exchange, _body: Any) -> Exchange:
    """Streams have no mark at their end."""
    return evolve(exchange, content=exchange.content.replace(b"data: [DONE]\n\n", b""))


MISTAKES = (
    created_as_text, without_usage, one_model, undeletable, whole_list, sizes_as_text,
    hidden_refusal,
)  # fmt: skip


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Result]]:
    """The results of a half-done gateway: the mock with the mistakes put into its answers."""
    plain = Wire.send

    def judge(*mistakes: Mistake, rules: tuple[str, ...] = TELLING) -> list[Result]:
        def send(self: Wire, *arguments: Any) -> Exchange:
            exchange = plain(self, *arguments)
            for mistake in mistakes:
                exchange = mistake(exchange, _json(exchange))
            return exchange

        monkeypatch.setattr(Wire, "send", send)
        everything = [*load_rules(), *load_laws()]
        plan = make_plan(DOCUMENT, select_rules(everything, rules), OPERATIONS)
        with mock_session() as session:
            return settle_blocked(list(judge_all(session, plan)))

    return judge


def case_of(result: Result) -> CaseResult:
    """The entry of a result in a report, as far as causes look at it."""
    symptom = symptom_of(result, JUDGE) if result.status in RED else None
    changed = {"name": result.name, "level": result.level, "status": result.status}
    return case(result.rule.id, symptom=symptom, reason=result.reason, **changed)


def _json(exchange: Exchange) -> Any:
    try:
        return json.loads(exchange.content)
    except ValueError:
        return None


def test_seven_mistakes_are_seven_entries(judged: Callable[..., list[Result]]) -> None:
    results = judged(*MISTAKES)
    causes = find_causes(map(case_of, results))
    red = [each for each in results if each.status in RED]
    assert len(red) >= 18
    assert sum(len(each.cases) for each in causes) == len(red)
    summaries = sorted(each.summary for each in causes)
    (total,) = [each for each in summaries if "tells a total of" in each]
    assert total.startswith("files.list: totals are wrong: ")
    assert [each for each in summaries if each != total] == [
        "chat.complete: `created` is a text, a whole number is due",
        "chat.complete: `usage` is missing",
        "chat.complete: answers 500 to a wrong request",
        "files.delete: answers 500",
        "files.upload, files.retrieve and files.list: `bytes` is a text, a whole number is due",
        "models.list: `object` is a whole number, a text is due",
    ]


def test_a_list_without_its_items_hides_no_other_mistake(
    judged: Callable[..., list[Result]],
) -> None:
    causes = find_causes(map(case_of, judged(other_models, without_end, rules=("streams.*",))))
    assert [each.summary for each in causes] == [
        "chat.complete: streams do not end as due: the stream does not say that it ends"
    ]


def test_weightiest_cause_and_case_come_first(judged: Callable[..., list[Result]]) -> None:
    cases = [case_of(each) for each in judged(sizes_as_text, whole_list)]
    named = {each.name: each for each in cases}
    causes = find_causes(cases)
    levels = [each.level for each in causes]
    assert levels == sorted(levels, key=list(Level).index)
    for cause in causes:
        within = [named[each].level for each in cause.cases]
        assert within == sorted(within, key=list(Level).index)
        assert cause.level is within[0]


def test_script_sends_the_whole_case_again(
    judged: Callable[..., list[Result]], tmp_path: Path
) -> None:
    broken = judged(undeletable, rules=("gone.is-refused",))
    red = (each for each in broken if each.status in RED)
    result = next(each for each in red if each.exchanges[1].method == "DELETE")
    with mock_session() as session:
        caller = session.identities["caller"]
        first = urlsplit(result.exchanges[0].url)
        script = make_script(result, f"{first.scheme}://{first.netloc}", session.redactor)
        path = tmp_path / script.name
        path.parent.mkdir()
        path.write_text(script.text)
        for name, content in script.bodies.items():
            (tmp_path / name).write_bytes(content)
        done = subprocess.run(
            ["/bin/sh", path, session.wire.base_url],
            env={"PATH": os.environ["PATH"], caller.variable: caller.key},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.stderr == ""
    assert caller.key not in script.text
    answers = [line for line in done.stdout.splitlines() if line.startswith("HTTP/")]
    assert len(answers) == len(result.exchanges) + 1
    assert "== 2: DELETE as caller; in the run: status 500" in done.stdout
    last = done.stdout.partition(f"== to be seen at 2 of {len(result.exchanges)}: ")[2]
    assert "== once more, 2:\nHTTP/" in last, "what shows the reason comes once more at the end"
    assert answers[-1].split()[1] == "200", "a healthy server deletes what the script made anew"
