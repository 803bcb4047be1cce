"""The files of the curated document: composed, judged, written, compared."""

from __future__ import annotations

import difflib
import json
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from eras.calendar import eras_bytes

from document.bundle import bundle, read_parts
from document.evidence import evidence_bytes
from document.grouping import SHARED, Ownership, part_of
from document.keeping import check_kept
from document.lint import Finding, copied_sentences, lint
from document.problems import DocumentProblem
from document.samples import DRAFTS, drafted
from document.sources import read_sources
from document.yaml_text import write_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

    from document.tree import Tree

READABLE = Path("mistral.yaml")
"""The document for readers, below the folder `openapi`."""
LOADABLE = Path("mistral_openapi") / "document.json"
"""The same document for programs, below the folder `openapi`."""
REGISTER = Path("mistral_openapi") / "evidence.json"
"""The register of evidence for programs, below the folder `openapi`."""
CALENDAR = Path("mistral_openapi") / "eras.json"
"""Since and until when each part is there, for programs, below the folder `openapi`."""
HEADER = """\
# The curated document of the Mistral AI HTTP API.
# Written by scripts/curate.py from openapi/facts, openapi/curation and openapi/prose. Do not edit.
"""
DIFF_LINES = 60
"""How much of a difference is shown."""


def compose(folder: Path) -> dict[Path, bytes]:
    """Return what the files have to hold, by path below the folder (`openapi`).

    Raises:
        DocumentProblem: A part is malformed, or the whole breaks a rule.

    """
    parts = read_parts(folder)
    check_kept(folder, read_sources(folder / "source.toml").origins)
    problems: list[DocumentProblem] = []
    document = bundle(parts, problems)
    findings = [*lint(document), *copied_sentences(document, parts.fingerprints)]
    told = [Finding(*str(problem).split(": ", 1)) for problem in problems] + findings
    told += [Finding(file, f"has drafts; {DRAFTS}") for file in drafted(folder)]
    if told:
        raise DocumentProblem(f"the document breaks {len(told)} rules:\n{listed(told)}")
    return composed(document, folder)


def composed(document: Tree, folder: Path) -> dict[Path, bytes]:
    """Return the files with the document, the evidence register and the calendar of its parts."""
    register = evidence_bytes(folder / "evidence")
    return {
        READABLE: yaml_bytes(document),
        LOADABLE: json_bytes(document),
        REGISTER: register,
        CALENDAR: eras_bytes(folder, document, register),
    }


def compose_part(folder: Path, group: str) -> tuple[Tree, list[Finding]]:
    """Return one group's part of the document, and what that group still has to do.

    Only the words of the group and the shared ones are read, so that others may be unfinished.

    Raises:
        DocumentProblem: A part is malformed, or there is no such group.

    """
    sources = read_sources(folder / "source.toml")
    parts = read_parts(folder, {group, SHARED})
    document = bundle(parts)
    part = part_of(document, group, sources)
    ownership = Ownership(document, sources)
    findings = [one for one in lint(part) if ownership.of_finding(one) in {group, None}]
    return part, [*findings, *copied_sentences(part, parts.fingerprints)]


def listed(findings: list[Finding], limit: int = 50) -> str:
    """Return the findings, one to a line, the first ones only when there are many."""
    lines = [f"  {finding}" for finding in findings[:limit]]
    if len(findings) > limit:
        lines.append(f"  ... and {len(findings) - limit} more")
    return "\n".join(lines)


def yaml_bytes(document: Tree) -> bytes:
    """Return the document for readers."""
    return (HEADER + write_yaml(document)).encode()


def json_bytes(document: Tree) -> bytes:
    """Return the document for programs: compact, and quick to load."""
    return (json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def stale(folder: Path, files: Mapping[Path, bytes]) -> list[str]:
    """Return what tells the files in the folder from what they should be, as lines of a diff."""
    lines: list[str] = []
    for path, wanted in files.items():
        present = (folder / path).read_bytes() if (folder / path).exists() else b""
        if present != wanted:
            lines.extend(_difference(path, present, wanted))
    return lines


def _difference(path: Path, present: bytes, wanted: bytes) -> list[str]:
    """Return a diff in which a person finds the edit, after a line that names the file."""
    diff = difflib.unified_diff(
        _lines(path, present),
        _lines(path, wanted),
        f"{path} (as it is)",
        f"{path} (as it should be)",
        lineterm="",
        n=2,
    )
    lines = list(diff)
    hidden = len(lines) - DIFF_LINES
    more = [f"... {hidden} more lines"] if hidden > 0 else []
    return [f"{path} differs", *lines[:DIFF_LINES], *more]


def _lines(path: Path, content: bytes) -> list[str]:
    """Return the lines of a file; those that the one-line JSON would have if it were laid out."""
    text = content.decode(errors="replace")
    if path.suffix == ".json":
        with suppress(ValueError):
            text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    return text.splitlines()
