"""What a run says of the register of evidence: which entries it confirmed, and which it refuted."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import frozen

from mistral_conformance.record.counting import counted
from mistral_conformance.report.terminal import printable
from mistral_conformance.report.wrapping import print_wrapped
from mistral_conformance.verdict.citations import PART, strip_comment
from mistral_conformance.verdict.outcome import RED, Status
from mistral_openapi.evidence import load_evidence

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console

    from mistral_conformance.verdict.outcome import Result
    from mistral_conformance.verdict.requirement import Requirement
    from mistral_openapi.evidence import Entry


class Finding(StrEnum):
    """What was found of one entry."""

    REFUTED = "refuted"
    CONFIRMED = "confirmed"
    NOT_MET = "not met"


@frozen
class Calibrated:
    """One entry, what was found of it, and the cases that say so."""

    entry: Entry
    finding: Finding
    cases: tuple[Result, ...]

    @property
    def place(self) -> str:
        """The file that states it."""
        return f"openapi/evidence/{self.entry.id.partition('.')[0]}.yaml"


def cited(requirement: Requirement) -> set[str]:
    """Return the entries of the register that a rule or law stands on."""
    parts = (strip_comment(each) for each in PART.split(requirement.source.strip()))
    return {each for each in parts if each in load_evidence()}


def calibrate(results: Sequence[Result]) -> list[Calibrated]:
    """Return what results say of every entry, in the order of the register."""
    by_entry: dict[str, list[Result]] = {}
    for result in results:
        for each in cited(result.rule):
            by_entry.setdefault(each, []).append(result)
    return [_judge(entry, by_entry.get(name, ())) for name, entry in load_evidence().items()]


def _judge(entry: Entry, results: Iterable[Result]) -> Calibrated:
    """Return one broken case refutes an entry; one that holds confirms it where none is broken."""
    red = tuple(each for each in results if each.status in RED)
    green = tuple(each for each in results if each.status is Status.PASS)
    finding = Finding.REFUTED if red else Finding.CONFIRMED if green else Finding.NOT_MET
    return Calibrated(entry, finding, red or green)


def print_calibration(console: Console, found: Sequence[Calibrated]) -> None:
    """Print the refuted entries with what to change, then how many there are of each finding."""
    for each in found:
        if each.finding is Finding.REFUTED:
            print_wrapped(console, f"refuted: {each.entry.id}: {each.entry.says}", rest="  ")
            lines = [f"change {each.place}"]
            lines += [f"{result.name}: {result.reason}" for result in each.cases]
            for line in lines:
                print_wrapped(console, printable(line), "  ", "    ")
    counts = {one: sum(each.finding is one for each in found) for one in Finding}
    told = ", ".join(f"{count} {finding}" for finding, count in counts.items())
    console.print(f"of {counted(len(found), 'entry')}: {told}", markup=False, highlight=False)


def lines_of(found: Sequence[Calibrated]) -> list[dict[str, object]]:
    """Return all findings as plain data."""
    return [
        {
            "entry": each.entry.id,
            "says": each.entry.says,
            "finding": str(each.finding),
            "file": each.place,
            "cases": [result.name for result in each.cases],
        }
        for each in found
    ]
