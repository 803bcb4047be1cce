"""The baseline that the command line names: read, held to the cases that there are, updated."""

from __future__ import annotations

from datetime import UTC, datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING

from mistral_conformance.cli.selection import every_case
from mistral_conformance.record.counting import counted
from mistral_conformance.report.files import write_whole
from mistral_conformance.verdict.baseline import (
    Baseline,
    WrongBaseline,
    no_baseline,
    read_baseline,
)

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from mistral_conformance.running.plan import Case
    from mistral_conformance.verdict.outcome import Result


def baseline_of(options: argparse.Namespace) -> Baseline:
    """Return the known failures that the options name; none where they name no file.

    Raises:
        WrongBaseline: there is no such file, or it is no baseline.

    """
    update = "update_baseline" in options and options.update_baseline
    if update and not options.baseline:
        raise WrongBaseline("--update-baseline writes to --baseline FILE: name it")
    if not options.baseline:
        return no_baseline()
    return read_baseline(options.baseline, datetime.now(UTC).date(), missing_ok=update)


def require_cases(options: argparse.Namespace, plan: Sequence[Case]) -> None:
    """Hold the baseline to cases that there are: in this run, or in one of more or other rules.

    Raises:
        WrongBaseline: an entry is about a case that no run has; or see `baseline_of`.

    """
    unknown = baseline_of(options).known.keys() - {each.name for each in plan}
    cases = every_case(options.era) if unknown else set()
    for name in sorted(unknown - cases):
        near = get_close_matches(name, cases, n=1, cutoff=0.8)
        hint = f"is it {near[0]!r}?" if near else "see `mistral-conformance rules`"
        raise WrongBaseline(f"{options.baseline}: no run has a case {name!r}: {hint}")


def update_baseline(
    path: Path, before: Baseline, results: Iterable[Result], tell: Callable[[str], object]
) -> Baseline:
    """Write what fails now, say what has changed in the file, and return what is known now."""
    after = before.updated(results)
    write_whole(path, after.text().encode())
    added, removed = after.known.keys() - before.known.keys(), before.known.keys() - after.known
    kept = len(before.known) - len(removed)
    tell(
        f"{path}: {counted(len(added), 'entry')} added, {len(removed)} removed, {kept} kept"
        + "".join(f"\n  added {each}" for each in sorted(added))
        + "".join(f"\n  removed {each}" for each in sorted(removed))
    )
    return after
