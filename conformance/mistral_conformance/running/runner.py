"""Judges cases one after another: calls the rule, reads its end, cleans up after it.

A failure is tried again at once, with nothing of what the first try remembered.
"""

from __future__ import annotations

import hashlib
import time
from functools import partial
from random import Random
from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.laws import law
from mistral_conformance.model.document import WrongCall
from mistral_conformance.probing.targets import attempt
from mistral_conformance.record.exchange import Signal
from mistral_conformance.running import interruption
from mistral_conformance.session.capabilities import capabilities_of
from mistral_conformance.session.context import NO_ROUTE, Context
from mistral_conformance.session.source_lines import line_of_error
from mistral_conformance.verdict.outcome import RED, Failed, Result, Status, Unjudged, status_of
from mistral_conformance.verdict.settling import settle_repeat

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.running.plan import Case
    from mistral_conformance.session.session import Session

CLOCK = "clock"
CALLERS = (__file__, law.__file__)
"""The files of what calls rules and laws."""


def judge_all(session: Session, cases: Iterable[Case]) -> Iterator[Result]:
    """Yield the results of the cases, in order, each as soon as it is known."""
    for case in cases:
        before = session.budget.sent
        result = _judge_and_sweep(session, case)
        if result.status is Status.FAIL:
            with session.forgetting():
                result = settle_repeat(result, _judge_and_sweep(session, case))
        yield evolve(result, requests=session.budget.sent - before)


def _judge_and_sweep(session: Session, case: Case) -> Result:
    result = judge(session, case)
    session.sweep(everything=False)
    return result


def judge(session: Session, case: Case) -> Result:
    """Return the result of one case. What it created is still there; `Session.sweep` deletes it.

    Raises:
        KeyboardInterrupt: The run was interrupted meanwhile.

    """
    missing = _missing_need(session, case)
    if missing:
        return _result(case, Status.SKIP, reason=missing)
    context = Context(session, _random(session.seed, case.name), case.operation)
    started = time.monotonic()
    signal, reason = _call(case, context)
    interruption.check()
    evidence = signal.evidence if signal else ()
    status = status_of(signal) if signal else Status.PASS if not reason else Status.ERROR
    return Result(
        case.rule,
        case.operation.id if case.operation else None,
        status,
        session.redactor.text(reason),
        evidence or context.shown or tuple(context.exchanges[-1:]),
        round(time.monotonic() - started, 4),
        tuple(context.exchanges) if status in RED else (),
        evidence[0].operation if isinstance(signal, Unjudged) and evidence else "",
        subject=case.subject,
    )


def _call(case: Case, context: Context) -> tuple[Signal | None, str]:
    """Return how the rule ended, and why; without a signal and a reason it passed."""
    capabilities = capabilities_of(context.session)
    capabilities.attempt = partial(_attempt, context)
    try:
        capabilities.require(_needed(case))
        case.rule.check(context)
    except Signal as signal:
        ended, reason = signal, signal.reason
    except Exception as error:  # noqa: BLE001 - whatever a rule raises must not end the run
        where = line_of_error(error, CALLERS)
        kind = "" if isinstance(error, WrongCall) else f"{type(error).__name__}: "
        ended, reason = None, f"the rule broke: {kind}{error} ({where})"
    else:
        withheld = context.withheld
        return withheld, withheld.reason if withheld else ""
    about = case.operation.id if case.operation and isinstance(ended, Failed) else ""
    missing = _missing(about, context, (ended and ended.evidence) or context.exchanges[-1:])
    return (missing, missing.reason) if missing else (ended, reason)


def _attempt(context: Context, operation: str) -> Exchange | None:
    """Return what an operation answers about a living object, which is no part of the case."""
    return attempt(Context(context.session, _random(context.session.seed, operation)), operation)


def _missing(about: str, context: Context, evidence: Iterable[Exchange]) -> Signal | None:
    """Return the end of a case that stands on the answer of an operation that there is not.

    Of one that nothing could tell yet, because no living object is had, the answers tell it.
    """
    capabilities = capabilities_of(context.session)
    told = [each.status in NO_ROUTE for each in context.exchanges if each.operation == about]
    try:
        if capabilities.is_unsure(about) and all(told):
            capabilities.miss(about)
        for each in evidence:
            if each.operation and each.status in NO_ROUTE:
                capabilities.require([each.operation])
                if capabilities.is_unsure(each.operation):
                    capabilities.see(each)
    except Signal as missing:
        return missing
    return None


def _needed(case: Case) -> Sequence[str]:
    """Return the operations without which a case says nothing; laws ask for theirs themselves."""
    if case.operation:
        return [case.operation.id]
    return () if case.subject else case.rule.operations


def _missing_need(session: Session, case: Case) -> str:
    for need in case.rule.needs:
        if need == CLOCK and session.clock is None:
            return session.lacks_clock
        if need != CLOCK and need not in session.identities:
            return f"needs the identity {need!r}: --as {need}=ENVVAR"
    return ""


def leave_out(case: Case, reason: str) -> Result:
    """Return the result of a case that is not judged any more."""
    return _result(case, Status.SKIP, reason)


def _result(case: Case, status: Status, reason: str) -> Result:
    operation = case.operation.id if case.operation else None
    return Result(case.rule, operation, status, reason, subject=case.subject)


def _random(seed: int, name: str) -> Random:
    """Return a source of randomness that depends on seed and case alone, not on what ran before."""
    digest = hashlib.sha256(f"{seed}/{name}".encode()).digest()
    return Random(int.from_bytes(digest[:8]))  # noqa: S311 - test data, not secrets
