"""The traffic of a share, to be judged as a recording is: by what one answer makes of another."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mistral_conformance.record.recorded import Body, Recorded
from mistral_conformance.seen.judging import judge_traffic, judged_rules, plan_for
from mistral_conformance.seen.traffic import Traffic
from mistral_conformance.verdict.baseline import no_baseline
from mistral_conformance.verdict.outcome import Status

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from mistral_conformance.model.document import Document
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.verdict.outcome import Result


def judge_heard(
    document: Document, exchanges: Iterable[Exchange], judged: Container[str], *, dated: bool
) -> list[Result]:
    """Return the verdicts on what was heard, by checks that are not in `judged`; nothing is sent.

    What nothing was heard about is left out.

    Answers that are not `dated` tell time by a clock that was moved.
    """
    recorded = [_recorded(each, dated=dated) for each in exchanges if not each.failure]
    hosts = {urlsplit(each.url).hostname or "" for each in recorded}
    traffic = Traffic(document, recorded, hosts)
    rules = [each for each in judged_rules() if each.id not in judged]
    plan = plan_for(traffic, rules)
    results = judge_traffic(traffic, plan, no_baseline(), lambda _: None).run.results
    return [each for each in results if each.status is not Status.SKIP]


def _recorded(exchange: Exchange, *, dated: bool) -> Recorded:
    hidden = () if dated else ("date",)
    sent = dict(exchange.request_headers)
    return Recorded(
        f"request {exchange.number}",
        exchange.method,
        exchange.url,
        Body(exchange.request_content, sent.get("content-type", "")),
        exchange.status,
        Body(exchange.content, exchange.headers.get("content-type", "")),
        {name: value for name, value in exchange.headers.items() if name not in hidden},
        sent,
        exchange.identity,
    )
