"""The board: every defect judged, on several processes.

A defect changes the process that it is put into, so each process holds one at a time.
"""

from __future__ import annotations

import multiprocessing
from collections import deque
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from mistral_conformance.mutants.judging import judge_mutant, rules_that_notice

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mistral_conformance.mutants.judging import Verdict


def judge_all_mutants(
    ids: Sequence[str],
    *,
    jobs: int = 1,
    schemathesis: bool = False,
    without: Sequence[str] = (),
) -> Iterator[Verdict]:
    """Yield the verdicts on the defects, in order, each as soon as it is known; see `judge_mutant`.

    With one job all runs in this process.
    """
    judge = partial(judge_mutant, schemathesis=schemathesis, without=tuple(without))
    if jobs == 1:
        yield from map(judge, ids)
        return
    with _pool(jobs) as pool:
        yield from pool.map(judge, ids)


def try_all_rules(ids: Sequence[str], *, jobs: int = 1) -> Iterator[tuple[str, str]]:
    """Yield each rule that notices a defect, with the first such defect: pairs of rule and defect.

    A rule that has noticed one is not tried on the next, so the trial grows faster as it goes.
    """
    proven: set[str] = set()
    if jobs == 1:
        for each in ids:
            yield from _news(each, rules_that_notice(each, frozenset(proven)), proven)
        return
    waiting = deque(ids)
    with _pool(jobs) as pool:
        running = deque[tuple[str, Future[frozenset[str]]]]()
        while waiting or running:
            while waiting and len(running) < jobs:
                each = waiting.popleft()
                running.append((each, pool.submit(rules_that_notice, each, frozenset(proven))))
            done, future = running.popleft()
            yield from _news(done, future.result(), proven)


def _news(mutant: str, noticed: frozenset[str], proven: set[str]) -> list[tuple[str, str]]:
    """Return the rules that are proven now and were not before, noted as such."""
    new = sorted(noticed - proven)
    proven.update(new)
    return [(rule, mutant) for rule in new]


@contextmanager
def _pool(jobs: int) -> Iterator[ProcessPoolExecutor]:
    """Fresh processes; what has not begun when the block is left early never begins."""
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(max_workers=jobs, mp_context=context)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)
