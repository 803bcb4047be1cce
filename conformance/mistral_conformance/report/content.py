"""Builds the report of a run.

Everything that came from outside passes the redactor: reasons where a rule ends, because they are
shown at once, and all else here.
"""

from __future__ import annotations

import base64
import json
from collections import Counter
from importlib.metadata import version
from importlib.resources import files
from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.model.document import load_document
from mistral_conformance.probing.judging import shared_judge
from mistral_conformance.record.curl import curl_line
from mistral_conformance.report.causes import find_causes
from mistral_conformance.report.model import (
    Body,
    CaseResult,
    Cleanup,
    Evidence,
    Json,
    LeftoverEntry,
    Report,
    Request,
    Response,
    RunInfo,
    Target,
    lacks_all,
)
from mistral_conformance.report.reproducing import script_name
from mistral_conformance.report.symptoms import Symptom, symptom_of
from mistral_conformance.verdict.outcome import JUDGED, RED, Status
from mistral_conformance.verdict.requirement import Level

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mistral_conformance.probing.judging import Judge
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.record.redaction import Redactor
    from mistral_conformance.report.model import CauseEntry, Counts
    from mistral_conformance.running.run import Run
    from mistral_conformance.session.coverage import Row
    from mistral_conformance.session.creations import Leftover
    from mistral_conformance.verdict.outcome import Result

BODY_LIMIT = 4096
EVIDENCE_LIMIT = 5


def build_report(run: Run, redactor: Redactor) -> Report:
    """Return the report of a run."""
    judge = shared_judge(load_document(run.options.era))
    positions = {name: at for at, name in enumerate(run.plan, start=1)}
    cases = tuple(
        evolve(
            _case(each, redactor, judge),
            known=run.options.baseline.excuses(each),
            position=positions.get(each.name, 0),
        )
        for each in run.results
    )
    causes = find_causes(cases)
    return Report(
        run=_run(run, redactor),
        target=_target(run, redactor),
        summary=summarise(cases),
        must_unjudged=count_unjudged_musts(cases),
        causes=causes,
        rules=with_causes(cases, causes),
        overdue=tuple(run.options.baseline.overdue(run.results)),
        coverage=_coverage(run),
        cleanup=_cleanup(run, redactor),
    )


def load_schema() -> Json:
    """Return the JSON Schema of `report.json`."""
    text = files("mistral_conformance.report").joinpath("schema.json").read_text("utf-8")
    schema: Json = json.loads(text)
    return schema


def count_unjudged_musts(cases: Iterable[CaseResult]) -> int:
    """Return how many cases of MUST rules were not judged, for any reason but designed absence."""
    judged = (*JUDGED, Status.NOT_OFFERED)
    return sum(each.level is Level.MUST and each.status not in judged for each in cases)


def with_causes(
    cases: Iterable[CaseResult], causes: Iterable[CauseEntry]
) -> tuple[CaseResult, ...]:
    """Return the cases, each with the id of its cause."""
    of_case = {name: each.id for each in causes for name in each.cases}
    return tuple(evolve(each, cause=of_case.get(each.name, "")) for each in cases)


def summarise(cases: Iterable[CaseResult]) -> dict[Level, Counts]:
    """Return how many cases ended in each way, by their levels."""
    by_level = {level: Counter[Status]() for level in Level}
    for each in cases:
        by_level[each.level][each.status] += 1
    return {
        level: {str(status): counts[status] for status in Status}
        for level, counts in by_level.items()
    }


def _run(run: Run, redactor: Redactor) -> RunInfo:
    return RunInfo(
        id=run.options.run_id,
        suite=version("mistral-openapi"),
        started=run.started.isoformat(timespec="seconds"),
        elapsed_s=run.elapsed_s,
        seed=run.options.seed,
        max_examples=run.options.max_examples,
        profile=run.options.profile,
        operations=tuple(run.operations),
        rules=tuple(run.options.rules),
        interrupted=run.interrupted,
        holds=not (run.interrupted or run.stopped)
        and (run.served or not lacks_all((e.status for e in run.results), run.offer.missing))
        and run.options.baseline.holds(run.results),
        stopped=redactor.text(run.stopped),
        shard=run.options.shard,
        planned=run.planned,
        requests=sum(each.requests for each in run.results),
        settings=dict(run.options.settings),
    )


def _target(run: Run, redactor: Redactor) -> Target:
    found, options = run.offer, run.options
    return Target(
        redactor.text(options.base_url),
        run.clocked,
        tuple(options.identities),
        tuple(each for each in found.missing if each in run.operations),
        {name: redactor.text(each) for name, each in found.models.items()},
        dict(found.features),
    )


def _coverage(run: Run) -> tuple[Row, ...]:
    """Return what was tried of each operation, and the rules of its own that were judged."""
    rules: dict[str, list[str]] = {}
    for each in run.results:
        if not each.rule.over_each_operation and each.status in JUDGED:
            for operation in each.rule.operations:
                rules.setdefault(operation, []).append(each.rule.id)
    return tuple(evolve(row, rules=tuple(rules.get(row.operation, ()))) for row in run.coverage)


def _cleanup(run: Run, redactor: Redactor) -> Cleanup:
    return Cleanup(
        run.created,
        tuple(_leftover(each, redactor) for each in run.leftovers),
        tuple(_leftover(each, redactor) for each in run.undeletable),
    )


def _leftover(left: Leftover, redactor: Redactor) -> LeftoverEntry:
    return LeftoverEntry(
        left.made.identity,
        left.made.delete,
        redactor.text(left.made.path),
        redactor.text(left.reason),
    )


def _case(result: Result, redactor: Redactor, judge: Judge) -> CaseResult:
    return CaseResult(
        id=result.rule.id,
        name=result.name,
        subject=result.operation or result.subject,
        family=result.rule.family,
        sentence=result.rule.sentence,
        level=result.rule.level,
        source=result.rule.source,
        operations=tuple(result.operations),
        status=result.status,
        reason=result.reason,
        blocked_by=result.blocked_by,
        cause="",
        reproduce=script_name(result) if result.exchanges else "",
        elapsed_s=result.elapsed_s,
        evidence=tuple(_evidence(each, redactor) for each in result.evidence[:EVIDENCE_LIMIT]),
        requests=result.requests,
        hindrance=result.hindrance,
        symptom=_symptom(result, redactor, judge),
    )


def _symptom(result: Result, redactor: Redactor, judge: Judge) -> Symptom | None:
    if result.status not in RED:
        return None
    found = symptom_of(result, judge)
    keys = tuple(redactor.text(each) for each in found.keys)
    return evolve(found, keys=keys, words=redactor.text(found.words))


def _evidence(exchange: Exchange, redactor: Redactor) -> Evidence:
    return Evidence(
        number=exchange.number,
        identity=exchange.identity,
        operation=exchange.operation,
        request=Request(
            exchange.method,
            redactor.text(exchange.url),
            tuple((name, redactor.text(value)) for name, value in exchange.request_headers),
            _body(exchange.request_content, redactor),
        ),
        response=None if exchange.failure else _response(exchange, redactor),
        failure=redactor.text(exchange.failure),
        elapsed_s=exchange.elapsed_s,
        curl=curl_line(exchange, redactor),
    )


def _response(exchange: Exchange, redactor: Redactor) -> Response:
    headers = tuple(
        (redactor.text(name), redactor.text(value))
        for name, value in exchange.headers.multi_items()
    )
    return Response(exchange.status, headers, _body(exchange.content, redactor))


def _body(content: bytes, redactor: Redactor) -> Body:
    """Return a body as text where it is UTF-8, else in base64; redacted first and cut after."""
    clean = redactor.content(content)
    cut = clean[:BODY_LIMIT]
    try:
        text, encoding = cut.decode("utf-8"), "text"
    except UnicodeDecodeError as error:
        if error.start >= len(cut) - 3 and len(clean) > BODY_LIMIT:
            text, encoding = cut[: error.start].decode("utf-8"), "text"
        else:
            text, encoding = base64.b64encode(cut).decode("ascii"), "base64"
    return Body(encoding, text, len(content), len(clean) > len(cut))
