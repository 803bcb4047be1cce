"""The board: every defect judged, on several processes.

A defect changes the process that it is put into, so each process holds one at a time.
"""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from mistral_conformance.mutants.judging import judge_mutant, rules_that_notice

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

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


def try_rules(
    tried: Mapping[str, frozenset[str]], *, jobs: int = 1
) -> Iterator[tuple[str, str, bool]]:
    """Yield each rule of a defect with the defect, and whether the rule notices it."""
    with _pool(jobs) as pool:
        noticed = pool.map(rules_that_notice, tried, tried.values())
        for (defect, rules), found in zip(tried.items(), noticed, strict=True):
            for rule in sorted(rules):
                yield rule, defect, rule in found


@contextmanager
def _pool(jobs: int) -> Iterator[ProcessPoolExecutor]:
    """Fresh processes; what has not begun when the block is left early never begins."""
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(max_workers=jobs, mp_context=context)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)
