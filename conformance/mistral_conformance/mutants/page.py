"""The board as a page of Markdown: what was caught by which level, by operator, group and law."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from mistral_conformance.verdict.requirement import MAY, MUST, SHOULD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from mistral_conformance.mutants.generic import Equivalence
    from mistral_conformance.mutants.judging import Verdict
    from mistral_conformance.mutants.registry import Former

LEVELS = (MUST.value, SHOULD.value, MAY.value)
MISSED, UNMET = "missed", "not met"
COLUMNS = (*LEVELS, MISSED, UNMET)
HEAD = """# What the suite catches

A generic defect is an operator that fits any operation, applied to one place of the API: a field of
an answer is left out, an update is lost, a list lags, a stranger is served, what has ended goes on.
`mistral-conformance mutants --generic --list` lists all. Each is put before the mock or into its
store, and the suite judges the operations that it touches, in depth full. It counts under the
strongest level that notices it.

- **missed**: something that was sent, stored or answered was altered, and no rule or law failed.
- **not met**: nothing that the mock answers has what the defect alters, such as an optional field
  that it never shows.
- Defects that no server can be blamed for are left out; they are below, with the reason.

`make board` judges all of them and goes on where it was stopped; a sample is in the tests.
"""


def outcome(verdict: Verdict) -> str:
    """Return the column that a verdict counts in."""
    if verdict.caught:
        return verdict.level
    return MISSED if verdict.struck else UNMET


def board_page(
    verdicts: Sequence[Verdict],
    known: int,
    equivalences: Iterable[Equivalence],
    idle: Iterable[str],
    *,
    formers: Sequence[Former],
    named: int,
) -> str:
    """Return the page. `known` defects exist in all; `idle` rules and laws noticed none of these.

    `named` are written by hand; `formers` were.
    """
    parts = [
        HEAD,
        f"\n{len(verdicts)} of {known} defects were judged.\n",
        "\n".join(_shares(verdicts)),
        *_against(verdicts),
        *_table("operator", verdicts, lambda each: each.family),
        *_table("group", verdicts, lambda each: each.group),
        *_catchers(verdicts),
        *_missed(verdicts),
        *_equivalent(equivalences),
        *_idle(idle),
        *_named(formers, named),
    ]
    return "".join(parts)


def _shares(verdicts: Sequence[Verdict]) -> Iterator[str]:
    counted = Counter(map(outcome, verdicts))
    met = len(verdicts) - counted[UNMET]
    strong = counted[LEVELS[0]] + counted[LEVELS[1]]
    yield f"\n| of {met} that were met | share |\n|---|---|"
    yield f"| caught by a MUST | {_percent(counted[LEVELS[0]], met)} |"
    yield f"| caught by a MUST or SHOULD | {_percent(strong, met)} |"
    yield f"| caught by a MAY alone | {_percent(counted[LEVELS[2]], met)} |"
    yield f"| missed | {_percent(counted[MISSED], met)} |\n"


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"


def _against(verdicts: Sequence[Verdict]) -> Iterator[str]:
    tried = [e for e in verdicts if e.schemathesis is not None and outcome(e) != UNMET]
    if tried:
        own = sum(each.level in LEVELS[:2] for each in tried)
        other = sum(each.schemathesis != "" for each in tried)
        yield "\n## Beside Schemathesis\n\nPlain Schemathesis, with as many requests to the same "
        yield f"operations, noticed {other} of {len(tried)} ({_percent(other, len(tried))}); the "
        yield f"suite noticed {own} of these by a MUST or SHOULD ({_percent(own, len(tried))}).\n"


def _table(name: str, verdicts: Sequence[Verdict], key: Callable[[Verdict], str]) -> Iterator[str]:
    counted: dict[str, Counter[str]] = {}
    for each in verdicts:
        counted.setdefault(key(each), Counter())[outcome(each)] += 1
    yield f"\n## By {name}\n\n| {name} | {' | '.join(COLUMNS)} |\n|---|{'---|' * len(COLUMNS)}\n"
    for row in sorted(counted):
        yield f"| {row} | {' | '.join(str(counted[row][each]) for each in COLUMNS)} |\n"


def _catchers(verdicts: Sequence[Verdict]) -> Iterator[str]:
    counted = Counter(each.rule.partition("[")[0] for each in verdicts if each.caught)
    yield "\n## By law and rule\n\nWhich one noticed a defect first.\n\n| law or rule | defects |\n"
    yield "|---|---|\n"
    for name, count in counted.most_common():
        yield f"| `{name}` | {count} |\n"


def _missed(verdicts: Sequence[Verdict]) -> Iterator[str]:
    found = [each for each in verdicts if outcome(each) in {MISSED, LEVELS[2]}]
    if found:
        yield "\n## Missed, or noticed by a MAY alone\n\n"
    for each in found:
        by = f" (MAY: `{each.rule}`)" if each.caught else ""
        yield f"- `{each.mutant}`: {each.description}{by}\n"


def _equivalent(equivalences: Iterable[Equivalence]) -> Iterator[str]:
    yield "\n## Nobody's fault\n\n| defects | why |\n|---|---|\n"
    for each in equivalences:
        yield f"| {', '.join(f'`{name}`' for name in each.of)} | {each.why} |\n"


def _idle(idle: Iterable[str]) -> Iterator[str]:
    names = sorted(idle)
    yield "\n## Rules and laws that none of these made fail first\n\n"
    yield f"{', '.join(f'`{each}`' for each in names)}\n" if names else "None.\n"


def _named(formers: Sequence[Former], named: int) -> Iterator[str]:
    free = sum(not each.now for each in formers)
    yield f"\n## Named defects\n\n{named} defects are written by hand. {len(formers)} former ones "
    yield f"are gone: {len(formers) - free} have a successor, {free} are nobody's fault.\n\n"
    yield "| former defect | successor | why |\n|---|---|---|\n"
    for each in formers:
        yield f"| `{each.id}` | {f'`{each.now}`' if each.now else '-'} | {each.why} |\n"
