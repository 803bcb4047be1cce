"""What the reports say, as plain data: `report.json`, and the source of the other reports.

The form is described by `schema.json` beside this module; `VERSION` counts its incompatible
changes. Everything that came from outside passes the redactor: reasons where a rule ends, because
they are shown at once, and all else here.
"""

from __future__ import annotations

import base64
import json
from collections import Counter
from importlib.metadata import version
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from mistral_conformance.curl import curl_line
from mistral_conformance.outcome import Status
from mistral_conformance.registry import Level

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mistral_conformance.document import Json
    from mistral_conformance.exchange import Exchange
    from mistral_conformance.outcome import Result
    from mistral_conformance.redaction import Redactor
    from mistral_conformance.run import Run

VERSION = 2
BODY_LIMIT = 4096
EVIDENCE_LIMIT = 5
BROKEN = (Status.FAIL, Status.ERROR)
JUDGED = (Status.PASS, Status.FAIL)


def build_report(run: Run, redactor: Redactor) -> Json:
    """The report of a run, ready to be written as JSON."""
    return {
        "version": VERSION,
        "run": _run(run),
        "target": _target(run, redactor),
        "summary": _summary(run.results),
        "rules": [_result(each, redactor) for each in run.results],
        "coverage": _coverage(run),
        "cleanup": {
            "created": run.created,
            "leftovers": [
                {
                    "identity": each.made.identity,
                    "delete": each.made.delete,
                    "path": redactor.text(each.made.path),
                    "reason": redactor.text(each.reason),
                }
                for each in run.leftovers
            ],
        },
    }


def load_schema() -> Json:
    """The JSON Schema of `report.json`."""
    text = files("mistral_conformance.report").joinpath("schema.json").read_text("utf-8")
    schema: Json = json.loads(text)
    return schema


def is_broken(results: Iterable[Result]) -> bool:
    """Whether the run fails: a MUST failed, or a rule of any level ended in error."""
    return any(
        each.status is Status.ERROR
        or (each.status is Status.FAIL and each.rule.level is Level.MUST)
        for each in results
    )


def _run(run: Run) -> Json:
    return {
        "id": run.options.run_id,
        "suite": version("mistral-openapi"),
        "started": run.started.isoformat(timespec="seconds"),
        "elapsed_s": run.elapsed_s,
        "seed": run.options.seed,
        "max_examples": run.options.max_examples,
        "profile": run.options.profile,
        "operations": run.operations,
        "rules": list(run.options.rules),
        "interrupted": run.interrupted,
        "holds": not run.interrupted and not is_broken(run.results),
    }


def _target(run: Run, redactor: Redactor) -> Json:
    return {
        "base_url": redactor.text(run.options.base_url),
        "clock": bool(run.options.clock_url),
        "identities": list(run.options.identities),
    }


def _summary(results: list[Result]) -> Json:
    by_level = {level: Counter[str]() for level in Level}
    for each in results:
        by_level[each.rule.level][each.status] += 1
    return {
        level: {str(status): counts[status] for status in Status}
        for level, counts in by_level.items()
    }


def _coverage(run: Run) -> list[Json]:
    """What was tried of each operation, and the rules of its own that were judged."""
    rules: dict[str, list[str]] = {}
    for each in run.results:
        if not each.rule.over_each_operation and each.status in JUDGED:
            for operation in each.rule.operations:
                rules.setdefault(operation, []).append(each.rule.id)
    return [{**row, "rules": rules.get(row["operation"], [])} for row in run.coverage]


def _result(result: Result, redactor: Redactor) -> Json:
    return {
        "id": result.rule.id,
        "subject": result.operation or result.subject,
        "family": result.rule.family,
        "sentence": result.rule.sentence,
        "level": str(result.rule.level),
        "source": result.rule.source,
        "operations": list(result.operations),
        "status": str(result.status),
        "reason": result.reason,
        "elapsed_s": result.elapsed_s,
        "evidence": [_evidence(each, redactor) for each in result.evidence[:EVIDENCE_LIMIT]],
    }


def _evidence(exchange: Exchange, redactor: Redactor) -> Json:
    evidence: dict[str, Any] = {
        "number": exchange.number,
        "identity": exchange.identity,
        "request": {
            "method": exchange.method,
            "url": redactor.text(exchange.url),
            "headers": [[name, redactor.text(value)] for name, value in exchange.request_headers],
            "body": _body(exchange.request_content, redactor),
        },
        "response": None,
        "failure": redactor.text(exchange.failure),
        "elapsed_s": exchange.elapsed_s,
        "curl": curl_line(exchange, redactor),
    }
    if not exchange.failure:
        evidence["response"] = {
            "status": exchange.status,
            "headers": [
                [redactor.text(name), redactor.text(value)]
                for name, value in exchange.headers.multi_items()
            ],
            "body": _body(exchange.content, redactor),
        }
    return evidence


def _body(content: bytes, redactor: Redactor) -> Json:
    """A body as text where it is UTF-8, else in base64; redacted first and cut after."""
    clean = redactor.content(content)
    cut = clean[:BODY_LIMIT]
    try:
        text, encoding = cut.decode("utf-8"), "text"
    except UnicodeDecodeError as error:
        if error.start >= len(cut) - 3 and len(clean) > BODY_LIMIT:
            text, encoding = cut[: error.start].decode("utf-8"), "text"
        else:
            text, encoding = base64.b64encode(cut).decode("ascii"), "base64"
    return {
        "encoding": encoding,
        "content": text,
        "size": len(content),
        "cut": len(clean) > len(cut),
    }
