"""Run Schemathesis over the document against a mock, and compare what it finds with what is known.

    scripts/run_schemathesis.py                            # all phases, all operations: long
    scripts/run_schemathesis.py --phases examples          # those alone
    scripts/run_schemathesis.py --include-tag models       # any option of `st run`

A mock is started for this on 127.0.0.1. Every finding has to be explained in
openapi/schemathesis.toml, which says what of the API no schema can tell, and what this mock does
not have.

Exit codes: 0 every finding is explained, 1 some are not, 2 Schemathesis did not run.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from mistral_mock.identities import DEFAULT
from mistral_mock.server import running
from mistral_mock.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

OPENAPI = Path(__file__).resolve().parent.parent / "openapi"
KNOWN = OPENAPI / "schemathesis.toml"
ALWAYS = ("--continue-on-failure", "--no-color", "--warnings", "off", "--request-timeout", "60")
_OPERATION = re.compile(r"_{3,} ([A-Z]+ /\S*) _{3,}")
_FINDING = re.compile(r"- (ST\d+) (.+)")
_STATUS = re.compile(r"\[(\d{3})\]")


@attrs.frozen
class Finding:
    """What Schemathesis says of an operation, and the status that came."""

    operation: str
    code: str
    title: str
    status: str = ""

    def __str__(self) -> str:
        return f"{self.operation}: {self.code} {self.title} ({self.status or 'no status'})"


@attrs.frozen
class Explanation:
    """Findings that are known, and why they stay; `where` is an operation, `*` any part of it."""

    code: str
    where: str
    status: str
    reason: str

    def explains(self, finding: Finding) -> bool:
        """Whether the finding is one of these."""
        return (
            self.code == finding.code
            and self.status in {"", finding.status}
            and fnmatchcase(finding.operation, self.where)
        )


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code."""
    options = list(sys.argv[1:] if argv is None else argv)
    with running(Settings()) as mock:
        output = run(mock.base_url, options)
    print(output[output.rfind("= SUMMARY =") :] if "= SUMMARY =" in output else output)
    if "= SUMMARY =" not in output:
        return 2
    left = unexplained(list(read(output)), read_explanations())
    for finding in left:
        print(f"not explained: {finding}")
    print(f"{len(left)} findings are not explained in {KNOWN.name}")
    return 1 if left else 0


def run(base_url: str, options: Sequence[str]) -> str:
    """The report of Schemathesis, as it is printed."""
    document = str(OPENAPI / "mistral.yaml")
    key = f"Authorization: Bearer {DEFAULT.key}"
    command = [sys.executable, "-m", "schemathesis.cli", "run", document, "--url", base_url]
    done = subprocess.run(
        [*command, "-H", key, *ALWAYS, *options], capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


def read(output: str) -> Iterator[Finding]:
    """The findings of a report, each with the status that follows it."""
    operation, open_findings = "", list[Finding]()
    for line in output.splitlines():
        if found := _OPERATION.fullmatch(line):
            yield from open_findings
            operation, open_findings = found[1], []
        elif found := _FINDING.fullmatch(line):
            open_findings.append(Finding(operation, found[1], found[2]))
        elif found := _STATUS.match(line):
            yield from (attrs.evolve(each, status=found[1]) for each in open_findings)
            open_findings = []
    yield from open_findings


def read_explanations() -> list[Explanation]:
    """The rows of the file of known findings."""
    rows = tomllib.loads(KNOWN.read_text(encoding="utf-8"))["left"]
    return [Explanation(**{"where": "*", "status": "", **row}) for row in rows]


def unexplained(findings: Sequence[Finding], known: Sequence[Explanation]) -> list[Finding]:
    """The findings that no row explains, once each."""
    return [
        finding
        for finding in dict.fromkeys(findings)
        if not any(each.explains(finding) for each in known)
    ]


if __name__ == "__main__":
    sys.exit(main())
