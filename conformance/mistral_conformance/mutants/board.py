"""The board: every defect judged, on several processes, in the order of the registry."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from mistral_conformance.mutants.judging import judge_mutant

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mistral_conformance.mutants.judging import Verdict


def judge_all_mutants(
    ids: Sequence[str], *, jobs: int = 1, everything: bool = False
) -> Iterator[Verdict]:
    """The verdicts on the defects, in order, each as soon as it is known.

    With one job all runs in this process; more jobs are processes of their own, for a defect
    changes the process that it is put into.
    """
    judge = partial(judge_mutant, everything=everything)
    if jobs == 1:
        yield from map(judge, ids)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=jobs, mp_context=context) as pool:
        yield from pool.map(judge, ids)
