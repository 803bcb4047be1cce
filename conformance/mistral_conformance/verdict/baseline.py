"""Failures that are known and agreed: each with a reason, an owner and a day when that ends.

The file is TOML, a table `[[known]]` for each case. A known failure leaves a run as it is until its
day; what has been mended, and what has expired, fails the run until it is taken out of the file.
"""

from __future__ import annotations

import json
import tomllib
from datetime import date, timedelta
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from mistral_conformance.verdict.outcome import JUDGED, Status, is_broken

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from mistral_conformance.verdict.outcome import Result

FIELDS = ("case", "reason", "owner", "expires")
NEW_REASON, NEW_OWNER = "found by --update-baseline, not looked at yet", "nobody"
NEW_TIME = timedelta(days=30)
AGAIN, LATE = " holds again: take it out of the baseline", " was to be mended by "
"""What is said, after the name of a case, of an entry that has to go."""
HEAD = """\
# Known failures of mistral-conformance: they do not fail a run until they expire.
# Give each a reason and an owner; take out what is mended.
"""


class WrongBaseline(ValueError):  # noqa: N818 - read as a sentence by the command line
    """A file that is no baseline; the message says what to write instead."""


@frozen
class Known:
    """A failure that is known: why it is left, who mends it, and until which day."""

    case: str
    reason: str
    owner: str
    expires: date


@frozen
class Baseline:
    """The known failures by case, as of a day."""

    known: Mapping[str, Known]
    today: date

    def excuses(self, result: Result) -> str:
        """Return why a broken case leaves the run as it is; empty when it does not."""
        found = self.known.get(result.name)
        if found is None or not is_broken([result]) or found.expires < self.today:
            return ""
        return f"{found.reason} ({found.owner}, until {found.expires})"

    def holds(self, results: Iterable[Result]) -> bool:
        """Say whether nothing is broken but what is known, and nothing of it has to go."""
        found = list(results)
        unknown = (each for each in found if not self.excuses(each))
        return not is_broken(unknown) and not self.overdue(found)

    def overdue(self, results: Iterable[Result]) -> list[str]:
        """Return what has to be taken out of the file: what holds again, and what has expired."""
        words = []
        for each in results:
            found = self.known.get(each.name)
            if found and each.status in JUDGED and not is_broken([each]):
                words.append(f"{each.name}{AGAIN}")
            elif found and is_broken([each]) and found.expires < self.today:
                words.append(f"{each.name}{LATE}{found.owner} until {found.expires}")
        return words

    def updated(self, results: Iterable[Result]) -> Baseline:
        """Return it anew: new failures come in, mended ones go, what was not judged stays."""
        judged = {each.name: each for each in results if each.status is not Status.SKIP}
        kept = {
            name: each
            for name, each in self.known.items()
            if name not in judged or is_broken([judged[name]])
        }
        for name, result in judged.items():
            if is_broken([result]):
                new = Known(name, NEW_REASON, NEW_OWNER, self.today + NEW_TIME)
                kept.setdefault(name, new)
        return evolve(self, known=kept)

    def text(self) -> str:
        """Return the file that holds it."""
        return HEAD + "".join(_spell(self.known[name]) for name in sorted(self.known))


def holds_again(overdue: str) -> bool:
    """Say whether an entry has to go because its case passes; else it has expired."""
    return overdue.endswith(AGAIN)


def overdue_case(overdue: str) -> str:
    """Return the case of an entry that has to go."""
    return overdue.removesuffix(AGAIN).partition(LATE)[0]


def no_baseline() -> Baseline:
    """Return nothing is known: whatever is broken is new."""
    return Baseline({}, date.min)


def read_baseline(path: Path, today: date, *, missing_ok: bool = False) -> Baseline:
    """Return the baseline of a file; an empty one where there is none and that is fine.

    Raises:
        WrongBaseline: the file cannot be read, or an entry lacks something.

    """
    try:
        entries = tomllib.loads(path.read_text("utf-8")).get("known", [])
    except FileNotFoundError as error:
        if missing_ok:
            return Baseline({}, today)
        raise WrongBaseline(f"no baseline at {path}: --update-baseline makes one") from error
    except OSError as error:
        raise WrongBaseline(f"cannot read {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WrongBaseline(f"{path} is no TOML: {error}") from error
    if not isinstance(entries, list):
        raise WrongBaseline(f"{path}: write a table [[known]] for each case")
    known = [_entry(path, number, each) for number, each in enumerate(entries, start=1)]
    return Baseline({each.case: each for each in known}, today)


def _entry(path: Path, number: int, entry: object) -> Known:
    where = f"{path}: entry {number}"
    if not isinstance(entry, dict):
        raise WrongBaseline(f"{where} is no table")
    for name in FIELDS[:-1]:
        if not isinstance(entry.get(name), str) or not entry[name].strip():
            raise WrongBaseline(f"{where} lacks {name}: it is a text that is not empty")
    if type(entry.get("expires")) is not date:
        raise WrongBaseline(f"{where} lacks expires: write a day, such as 2027-01-31")
    unknown = sorted(set(entry) - set(FIELDS))
    if unknown:
        raise WrongBaseline(f"{where} has {unknown[0]}, which nobody reads")
    return Known(**entry)


def _spell(known: Known) -> str:
    lines = [
        f"{name} = {json.dumps(getattr(known, name), ensure_ascii=False)}" for name in FIELDS[:-1]
    ]
    return "\n".join(["", "[[known]]", *lines, f"expires = {known.expires}", ""])
