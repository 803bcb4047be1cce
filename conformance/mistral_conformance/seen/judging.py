"""Judges recorded traffic: the cases that a recording can say something about, and their ends."""

from __future__ import annotations

import time
from functools import cache
from typing import TYPE_CHECKING, Any

from attrs import frozen

from mistral_conformance.laws import load_laws
from mistral_conformance.laws.answers import Streamed
from mistral_conformance.laws.law import FULL
from mistral_conformance.model import load_model
from mistral_conformance.record.exchange import Signal
from mistral_conformance.record.redaction import Redactor
from mistral_conformance.record.wire import Message
from mistral_conformance.rules import load_rules
from mistral_conformance.running.plan import WHOLE, make_plan, select_rules
from mistral_conformance.running.run import Run, RunOptions
from mistral_conformance.seen import load_checks
from mistral_conformance.seen.check import Subject
from mistral_conformance.seen.traffic import origin_of
from mistral_conformance.session.coverage import Coverage
from mistral_conformance.session.identities import Identity
from mistral_conformance.verdict.outcome import RED, Result, Status, status_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from mistral_conformance.laws.law import Law
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.running.plan import Case
    from mistral_conformance.seen.check import Trial
    from mistral_conformance.seen.traffic import Traffic
    from mistral_conformance.session.rule import Rule
    from mistral_conformance.verdict.baseline import Baseline

NOTHING_SEEN = "nothing of the kind was recorded"


@frozen
class Judgement:
    """The run that a recording makes, and what keeps its secrets."""

    run: Run
    redactor: Redactor


def judged_rules(patterns: Sequence[str] = ()) -> list[Rule | Law]:
    """Return the rules and laws that a recording can be judged by.

    Raises:
        WrongSelection: a pattern matches none.

    """
    checks = load_checks()
    return select_rules([e for e in (*load_rules(), *load_laws()) if e.id in checks], patterns)


def judge_traffic(
    traffic: Traffic,
    plan: Sequence[Case],
    baseline: Baseline,
    announce: Callable[[Result], None],
) -> Judgement:
    """Return the verdicts on a recording. Nothing is sent."""
    started = time.monotonic()
    redactor = Redactor(traffic.secrets)
    names = [each.name for each in plan]
    run = Run(_options(traffic, baseline), list(traffic.by_operation), names, len(plan))
    for case in plan:
        value = _values().get((case.rule.id, case.subject))
        result = _judge(
            traffic, case, Subject(case.operation, value, case.rule.operations), redactor
        )
        run.results.append(result)
        announce(result)
    run.coverage = _coverage(traffic).table(run.operations)
    run.elapsed_s = round(time.monotonic() - started, 3)
    return Judgement(run, redactor)


def plan_for(traffic: Traffic, rules: Iterable[Rule | Law]) -> list[Case]:
    """Return the cases about the operations that were recorded."""
    operations = list(traffic.by_operation)
    plan = make_plan(traffic.document, rules, operations, WHOLE, FULL)
    return [each for each in plan if not _is_other_way(_values().get((each.rule.id, each.subject)))]


@cache
def _values() -> dict[tuple[str, str], Any]:
    """Return what the subjects of laws stand for, by law and name."""
    return {
        (law.id, each.name): each.value
        for law in load_laws()
        if law.id in load_checks()
        for each in law.subjects(load_model(), FULL)
    }


def _is_other_way(value: object) -> bool:
    """Say whether a case is about a way to ask that a run tries.

    Recordings are judged as they are.
    """
    return isinstance(value, Streamed) and bool(value.option or value.way.name)


def _judge(traffic: Traffic, case: Case, subject: Subject, redactor: Redactor) -> Result:
    started = time.monotonic()
    evidence: tuple[Exchange, ...] = ()
    try:
        signal, kept = _first_red(load_checks()[case.rule.id](traffic, subject))
    except Exception as error:  # noqa: BLE001 - whatever a check raises must not end the judging
        status, reason = Status.ERROR, f"the rule broke: {type(error).__name__}: {error}"
    else:
        status, reason = (Status.PASS, "") if kept else (Status.SKIP, NOTHING_SEEN)
        if signal:
            status, reason, evidence = status_of(signal), signal.reason, signal.evidence
    return Result(
        case.rule,
        case.operation.id if case.operation else None,
        status,
        redactor.text(reason),
        evidence,
        round(time.monotonic() - started, 4),
        subject=case.subject,
    )


def _first_red(trials: Iterable[Trial]) -> tuple[Signal | None, int]:
    """Return a trial's first signal that the server broke a rule, and how many it kept before."""
    kept = 0
    for trial in trials:
        try:
            trial()
        except Signal as signal:
            if status_of(signal) in RED:
                return signal, kept
        else:
            kept += 1
    return None, kept


def _options(traffic: Traffic, baseline: Baseline) -> RunOptions:
    origins = (origin_of(each.exchange.url) for each in traffic.seen)
    callers = dict.fromkeys(each.caller for each in traffic.seen)
    return RunOptions(
        next(filter(None, origins), "a recording"),
        {name: Identity(name, "", "") for name in callers},
        WHOLE,
        max_examples=0,
        baseline=baseline,
    )


def _coverage(traffic: Traffic) -> Coverage:
    coverage = Coverage(traffic.document)
    for each in traffic.seen:
        sent = each.exchange
        coverage.see(Message(sent.method, sent.url, content=sent.request_content), sent)
    return coverage
