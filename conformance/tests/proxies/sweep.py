"""Judges rules on a mock whose answers are spoilt field by field; says which of them broke."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from attrs import frozen
from tests.proxies.mutations import MutatingWire, Mutation, mutations_of, reads

from mistral_conformance.model.document import load_document
from mistral_conformance.mutants.judging import mock_session, silence
from mistral_conformance.rules import load_rules
from mistral_conformance.running.plan import make_plan, select_operations
from mistral_conformance.running.runner import judge
from mistral_conformance.session.markers import Marker
from mistral_conformance.verdict.outcome import Status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mistral_conformance.running.plan import Case
    from mistral_conformance.session.session import Session
    from mistral_conformance.verdict.outcome import Result


@frozen
class Broken:
    """A rule that broke, the mutation that broke it, and what it said."""

    case: str
    mutation: Mutation
    reason: str

    def __str__(self) -> str:
        return f"{self.case}: {self.mutation}: {self.reason}"


def named_cases(profile: str = "seed") -> list[Case]:
    """The cases of a profile whose rules name their operations."""
    document = load_document()
    plan = make_plan(document, load_rules(), select_operations(document, profile), profile)
    return [each for each in plan if each.operation is None]


def sweep(
    case: Case, kinds: Iterable[str], most: int | None = None, seed: int = 0
) -> tuple[int, list[Broken]]:
    """How many mutations of what a case reads were tried, `most` of them, and those that broke it.

    Raises:
        ValueError: the case does not pass on the healthy mock.

    """
    with mock_session() as session, silence():
        with reads() as seen:
            healthy = _judge(session, case)
        if healthy.status not in {Status.PASS, Status.SKIP}:
            raise ValueError(f"{case.name} does not hold by itself: {healthy.reason}")
        tried = mutations_of(seen, kinds)
        if most is not None and len(tried) > most:
            tried = random.Random(f"{seed}/{case.name}").sample(tried, most)  # noqa: S311 - no secret
        found = [(each, _judge_spoilt(session, case, each)) for each in tried]
    return len(tried), [
        Broken(case.name, mutation, result.reason)
        for mutation, result in found
        if result.status is Status.ERROR
    ]


def _judge_spoilt(session: Session, case: Case, mutation: Mutation) -> Result:
    wire = session.wire
    session.wire = MutatingWire(wire, mutation)  # type: ignore[assignment]
    try:
        return _judge(session, case)
    finally:
        session.wire = wire


def _judge(session: Session, case: Case) -> Result:
    """The result of a case that shares nothing with the last one."""
    session.memory.clear()
    session.seed += 1  # other names: what a spoilt answer hides stays behind
    session.marker = Marker(f"spoilt{session.seed}")
    result = judge(session, case)
    session.sweep(everything=True)
    return result
