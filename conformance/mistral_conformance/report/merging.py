"""The report of one run, from those of its shards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.report.causes import find_causes
from mistral_conformance.report.content import count_unjudged_musts, summarise, with_causes
from mistral_conformance.report.model import Cleanup, lacks_all
from mistral_conformance.report.reading import WrongReport
from mistral_conformance.running.shards import Shard, parse_shard
from mistral_conformance.verdict.outcome import Status
from mistral_conformance.verdict.settling import settle_blocked

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mistral_conformance.report.model import CaseResult, Report, RunInfo, Target
    from mistral_conformance.session.coverage import Row

SAME = ("suite", "seed", "max_examples", "profile", "operations", "rules", "settings")
"""What of two runs has to be the same for them to be shards of one."""


def merge(reports: Sequence[Report]) -> Report:
    """Return the report of the run that the shards are parts of; it names the missing shards.

    Raises:
        WrongReport: they are no shards, not of one run, or one comes twice.

    """
    shards = _shards(reports)
    first, *others = (shards[number] for number in sorted(shards))
    for each in others:
        _require_same(first.run, each.run)
    whole = [first, *others]
    cases = _settle(sorted((one for each in whole for one in each.rules), key=_position))
    causes = find_causes(cases)
    overdue = tuple(dict.fromkeys(one for each in whole for one in each.overdue))
    return evolve(
        first,
        run=_run(whole, shards, cases, overdue),
        target=_target([each.target for each in whole]),
        summary=summarise(cases),
        must_unjudged=count_unjudged_musts(cases),
        causes=causes,
        rules=with_causes(cases, causes),
        coverage=_coverage(whole),
        cleanup=_cleanup(whole),
        overdue=overdue,
    )


def _shards(reports: Sequence[Report]) -> dict[int, Report]:
    found: dict[int, Report] = {}
    of = ""
    for each in reports:
        try:
            shard = parse_shard(each.run.shard)
        except ValueError:
            raise WrongReport(
                f"the report of {each.run.started} is of no shard: `merge` takes reports of runs "
                "with --shard; `compare` puts others side by side"
            ) from None
        if of and str(shard.of) != of:
            raise WrongReport(f"shards of {of} and of {shard.of}: those of one run have one number")
        if shard.number in found:
            raise WrongReport(f"shard {shard} comes twice: leave one of them out")
        of = str(shard.of)
        found[shard.number] = each
    return found


def _require_same(one: RunInfo, other: RunInfo) -> None:
    for name in SAME:
        if getattr(one, name) != getattr(other, name):
            raise WrongReport(
                f"shards {one.shard} and {other.shard} differ in {name}: "
                "run them with the same options"
            )


def _position(case: CaseResult) -> int:
    return case.position


def _settle(cases: Iterable[CaseResult]) -> list[CaseResult]:
    """Return the cases as one run would settle them: what blocks one may be in another shard."""
    settled: list[CaseResult] = settle_blocked([_unsettle(each) for each in cases])
    return [each if evolve(each, known="").broken else evolve(each, known="") for each in settled]


def _unsettle(case: CaseResult) -> CaseResult:
    if case.status is not Status.BLOCKED:
        return case
    reason = case.reason.removeprefix(f"blocked by {case.blocked_by}: ")
    return evolve(case, status=Status.ERROR, reason=reason, blocked_by="")


def _run(
    whole: Sequence[Report],
    shards: dict[int, Report],
    cases: Sequence[CaseResult],
    overdue: Sequence[str],
) -> RunInfo:
    runs = [each.run for each in whole]
    of = parse_shard(runs[0].shard).of
    missing = [str(Shard(each, of)) for each in range(1, of + 1) if each not in shards]
    words = [each.stopped for each in runs if each.stopped]
    if missing:
        words.append(f"without shard{'s' * (len(missing) > 1)} {', '.join(missing)}")
    interrupted = any(each.interrupted for each in runs)
    missed = _target([each.target for each in whole]).missing
    unserved = lacks_all((e.status for e in cases), missed) and not any(e.holds for e in runs)
    complete = not (interrupted or words or unserved)
    return evolve(
        runs[0],
        started=min(each.started for each in runs),
        elapsed_s=round(sum(each.elapsed_s for each in runs), 3),
        interrupted=interrupted,
        stopped="; ".join(dict.fromkeys(words)),
        holds=complete and not overdue and not any(each.broken for each in cases),
        shard="",
        planned=sum(each.planned for each in runs),
        requests=sum(each.requests for each in runs),
    )


def _target(targets: Sequence[Target]) -> Target:
    missing = dict.fromkeys(one for each in targets for one in each.missing)
    return evolve(
        targets[0],
        missing=tuple(missing),
        models={name: model for each in targets for name, model in each.models.items()},
        features={name: taken for each in targets for name, taken in each.features.items()},
    )


def _coverage(whole: Sequence[Report]) -> tuple[Row, ...]:
    rows: dict[str, Row] = {}
    for each in whole:
        for row in each.coverage:
            rows[row.operation] = (
                add_rows(rows[row.operation], row) if row.operation in rows else row
            )
    return tuple(rows.values())


def add_rows(one: Row, other: Row) -> Row:
    """Return what two runs tried of an operation, as one."""
    return evolve(
        one,
        requests=one.requests + other.requests,
        succeeded=one.succeeded + other.succeeded,
        statuses=_sum(one.statuses, other.statuses),
        undocumented=_sum(one.undocumented, other.undocumented),
        parameters=tuple(
            evolve(each, varied=each.varied or same.varied)
            for each, same in zip(one.parameters, other.parameters, strict=True)
        ),
        streamed=None if one.streamed is None else one.streamed or bool(other.streamed),
        rules=tuple(dict.fromkeys((*one.rules, *other.rules))),
    )


def _sum(one: dict[str, int], other: dict[str, int]) -> dict[str, int]:
    return {each: one.get(each, 0) + other.get(each, 0) for each in {**one, **other}}


def _cleanup(whole: Sequence[Report]) -> Cleanup:
    return Cleanup(
        sum(each.cleanup.created for each in whole),
        tuple(one for each in whole for one in each.cleanup.leftovers),
        tuple(one for each in whole for one in each.cleanup.undeletable),
    )
