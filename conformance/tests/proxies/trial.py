"""Judges rules on a mock behind the proxy that varies; says what failed over it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.proxies.server import varying
from tests.proxies.variations import Variations

from mistral_conformance.model.document import load_document
from mistral_conformance.mutants.judging import MAX_EXAMPLES, mock_session
from mistral_conformance.running.run import RunOptions, open_session
from mistral_conformance.running.runner import judge_all
from mistral_conformance.session.identities import CALLER
from mistral_conformance.session.markers import seeded_run_id
from mistral_conformance.verdict.outcome import RED, Status
from mistral_conformance.verdict.requirement import Level

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mistral_conformance.running.plan import Case
    from mistral_conformance.session.session import Session
    from mistral_conformance.verdict.outcome import Result

PATIENCE_S = 60.0  # these tests are not about time: a slow machine breaks nothing


@contextmanager
def varied_session(
    seed: int, max_examples: int = MAX_EXAMPLES, busy: float = 0
) -> Iterator[Session]:
    """A session on a mock that takes the liberties of a seed, with every identity and a clock.

    `busy` is the share of requests that it puts off with a 503.
    """
    with mock_session(seed) as plain:
        assert plain.clock
        variations = Variations(load_document(), seed)
        key = plain.identities[CALLER].key
        with varying(plain.wire.base_url, variations, key, busy) as base_url:
            options = RunOptions(
                base_url,
                plain.identities,
                timeout_s=PATIENCE_S,
                seed=seed,
                max_examples=max_examples,
                clock_url=plain.clock.url,
                run_id=seeded_run_id(seed),
            )
            with open_session(options) as session:
                session.patience.sleep = lambda _: None
                yield session


def judge_varied(
    seed: int, cases: Sequence[Case], max_examples: int = MAX_EXAMPLES, busy: float = 0
) -> Iterator[Result]:
    """The results of cases on a server with the liberties of a seed, see `varied_session`."""
    with varied_session(seed, max_examples, busy) as session:
        yield from judge_all(session, cases)


def is_wrong(result: Result) -> bool:
    """Whether a rule or law finds fault with what is free, once or each time, or breaks over it."""
    fails = result.status in RED and result.rule.level is not Level.MAY
    return fails or result.status is Status.ERROR
