"""Findings of Schemathesis, and the rows of openapi/schemathesis.toml that explain them."""

from __future__ import annotations

import tomllib
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

KNOWN = Path(__file__).resolve().parents[2] / "openapi" / "schemathesis.toml"
_SHOWN = 300


@attrs.frozen
class Finding:
    """What Schemathesis says of one answer of an operation, and the answer.

    `code` is Schemathesis's own, such as ST202; `error` where it could not test. `status` is empty
    where no answer came. `said` is its message and the text of the answer.
    """

    operation: str
    code: str
    title: str
    status: str = ""
    said: str = ""

    @property
    def kind(self) -> tuple[str, ...]:
        """The same of two findings that differ in what was sent."""
        return self.operation, self.code, self.title, self.status

    def __str__(self) -> str:
        said = " ".join(self.said.split())[:_SHOWN]
        return f"{self.operation}: {self.code} {self.title} ({self.status or 'no status'}): {said}"


@attrs.frozen
class Explanation:
    """Findings that are known, and why they stay.

    `where` is an operation, `*` any part of it; `says` is a part of what was said.
    """

    code: str
    reason: str
    where: str = "*"
    status: str = ""
    says: str = ""

    def explains(self, finding: Finding) -> bool:
        """Say whether the finding is one of these."""
        return (
            self.code == finding.code
            and self.status in {"", finding.status}
            and self.says in finding.said
            and fnmatchcase(finding.operation, self.where)
        )


def read_explanations() -> list[Explanation]:
    """Return the rows of the file of known findings."""
    rows = tomllib.loads(KNOWN.read_text(encoding="utf-8"))["left"]
    return [Explanation(**row) for row in rows]


def unexplained(findings: Iterable[Finding], known: Sequence[Explanation]) -> list[Finding]:
    """Return the first finding of each kind that no row explains."""
    left: dict[tuple[str, ...], Finding] = {}
    for finding in findings:
        if not any(each.explains(finding) for each in known):
            left.setdefault(finding.kind, finding)
    return list(left.values())
