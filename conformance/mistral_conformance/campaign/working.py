"""Does one share, in whatever process on whatever machine.

What a worker is told holds names of environment variables, never a key, and what it gives back has
passed the redactor.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from mistral_conformance.campaign.heard import judge_heard
from mistral_conformance.campaign.shares import GENERATED, Done, plan_campaign
from mistral_conformance.campaign.spending import spending_of
from mistral_conformance.model.document import load_document
from mistral_conformance.running.cleaning import clean_up
from mistral_conformance.running.examples import hypothesis_at_home
from mistral_conformance.running.plan import select_operations
from mistral_conformance.running.run import Run, execute, open_session
from mistral_conformance.session.budget import Spent
from mistral_conformance.session.ledger import read_ledger
from mistral_conformance.verdict.outcome import RED
from mistral_conformance.verdict.requirement import plain

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from mistral_conformance.campaign.shares import Share
    from mistral_conformance.campaign.spending import Spending
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.record.redaction import Redactor
    from mistral_conformance.running.run import RunOptions
    from mistral_conformance.session.creations import Leftover
    from mistral_conformance.session.session import Session
    from mistral_conformance.verdict.outcome import Result

LEDGERS, SEQUENCES, SPENT = "ledgers", "sequences", ".spent"


@frozen
class Job:
    """What all shares of a campaign have in common.

    `target` opens the server to judge, and tells how; an `own` one is there for one share alone.
    `workers` share the rate that the server is asked at.
    """

    campaign: str
    target: Callable[[], AbstractContextManager[RunOptions]]
    corpus: Path
    exclude: tuple[str, ...] = ()
    own: bool = False
    workers: int = 1


def do_share(job: Job, share: Share) -> Done:
    """Judge the cases of a share and delete what they made.

    What a worker left behind that died at this share is deleted first, and what it has spent is
    taken off what the share may spend.

    Raises:
        WrongIdentity, WrongConnection: a variable is not set on this machine.
        Unreachable, KeyRefused: no server to judge.

    """
    ledger = job.corpus / LEDGERS / f"{job.campaign}-{share.number}.jsonl"
    ledger.parent.mkdir(parents=True, exist_ok=True)
    with spending_of(ledger.with_suffix(SPENT), share) as spending:
        return _do(job, spending, ledger)


def _do(job: Job, spending: Spending, ledger: Path) -> Done:
    share, before, before_cost = spending.share, spending.requests, spending.cost
    heard: list[Exchange] = []

    def hear(exchange: Exchange) -> None:
        spending.note(exchange)
        heard.append(exchange)

    with job.target() as target, hypothesis_at_home():
        left = spending.left
        options = _options(job, left or share, target, None if job.own else ledger, hear)
        if not job.own and ledger.exists() and ledger.stat().st_size:
            clean_up(read_ledger(ledger), evolve(options, hear=None), _ignore)
        if left is None:
            return _nothing(spending, target, "by a worker that died")
        try:
            run, session = _judge(job, left, options, heard)
        except Spent as spent:
            return _nothing(spending, target, spent.reason)
    if not run.leftovers:
        ledger.unlink(missing_ok=True)
    budget = session.budget
    packed = _packed(run, session, target)
    return Done(share, packed, before + budget.sent, before_cost + budget.cost)


def _nothing(spending: Spending, target: RunOptions, why: str) -> Done:
    """Return a share that had no more to spend before anything was judged."""
    run = Run(_plain_options(target), [], stopped=why)
    return Done(spending.share, run, spending.requests, spending.cost)


def _judge(
    job: Job, share: Share, options: RunOptions, heard: list[Exchange]
) -> tuple[Run, Session]:
    """Return the run that a share is, and the session that it was done in."""
    plan = plan_campaign(options, job.exclude, job.corpus / SEQUENCES)
    wanted = set(share.cases)
    cases = [each for each in plan if each.name in wanted]
    document = load_document(options.era)
    operations = select_operations(document, options.profile, options.operations)
    run = Run(options, operations, [each.name for each in plan], len(cases))
    with open_session(options, _ignore) as session:
        session.probes = GENERATED
        execute(session, run, cases, _ignore)
    judged = {each.rule.id for each in plan}
    run.results += judge_heard(document, heard, judged, dated=session.clock is None)
    return run, session


def _options(
    job: Job,
    share: Share,
    target: RunOptions,
    ledger: Path | None,
    hear: Callable[[Exchange], object],
) -> RunOptions:
    """Return the run that a share is. Only on a server of its own does it move the clock."""
    return evolve(
        target,
        seed=share.seed,
        run_id=f"{job.campaign}{share.number:x}",
        max_requests=share.most_requests,
        max_cost=share.most_cost,
        max_time_s=share.most_s,
        connection=evolve(target.connection, rate=target.connection.rate / job.workers),
        clock_url=target.clock_url if job.own or job.workers == 1 else "",
        ledger=ledger,
        hear=hear,
    )


def _packed(run: Run, session: Session, target: RunOptions) -> Run:
    """Return the run as plain values that can go to another machine, without a secret."""
    packed = evolve(run, options=_plain_options(target))
    packed.results = [_plain(each, session.redactor) for each in run.results]
    return packed


def _plain_options(target: RunOptions) -> RunOptions:
    """Return the options without a secret."""
    return evolve(
        target,
        identities={name: evolve(each, key="") for name, each in target.identities.items()},
        connection=evolve(target.connection, headers=()),
        clock_token="",
        hear=None,
    )


def _plain(result: Result, redactor: Redactor) -> Result:
    """Return the result without what only this process can use.

    Of what is not red, without evidence.
    """
    shown = result.status in RED
    clean = {id(e): _clean(e, redactor) for e in (*result.evidence, *result.exchanges)}
    evidence = tuple(clean[id(each)] for each in result.evidence) if shown else ()
    exchanges = tuple(clean[id(each)] for each in result.exchanges) if shown else ()
    return evolve(
        result,
        rule=plain(result.rule),
        evidence=evidence,
        exchanges=exchanges or evidence,
    )


def _clean(exchange: Exchange, redactor: Redactor) -> Exchange:
    return evolve(
        exchange,
        url=redactor.text(exchange.url),
        request_content=redactor.content(exchange.request_content),
        content=redactor.content(exchange.content),
        form=None,
    )


def _ignore(_: object) -> None:
    """For what nobody is told of while a share is done."""


def clean_ledgers(job: Job) -> list[Leftover]:
    """Delete what shares left behind that were cut off, and say what of it stays.

    What they have spent is forgotten: bounds are those of one command.

    Raises:
        Unreachable, KeyRefused: no server to clean.

    """
    leftovers: list[Leftover] = []
    for spent in (job.corpus / LEDGERS).glob(f"*{SPENT}"):
        spent.unlink()
    for ledger in sorted((job.corpus / LEDGERS).glob("*.jsonl")):
        if ledger.stat().st_size:
            with job.target() as options:
                left = clean_up(read_ledger(ledger), options, _ignore).leftovers
            leftovers += left
            if left:
                continue
        ledger.unlink()
    return leftovers
