"""All that still has to be done to the document, at once: by operation, with file and draft."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from document.bundle import bundle, read_parts
from document.grouping import Ownership
from document.lint import copied_sentences, invalid, lint
from document.lint.declared import find_undeclared
from document.samples import (
    DRAFTS,
    drafted,
    find_misfits,
    heading,
    read_groups,
    unknown_operations,
)
from document.sources import read_sources
from document.tree import operations, reachable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from document.lint import Finding
    from document.problems import DocumentProblem
    from document.samples import Misfit
    from document.tree import Tree

SHARED = "several operations"
_WORDS = ("no description", "its summary has to be", "has a sentence of the upstream")
_FILES = re.compile(r"(?:see|in|of) (?:curation/)?([a-z_]+\.yaml)")
_HOMES = {
    "no operationId": "curation/names.yaml",
    "x-mistral-deprecated has no": "curation/deprecated.yaml",
    "x-mistral-stream": "curation/streams.yaml",
    "is the vendor's": "curation/vendor_extensions.yaml",
    "requires": "curation/required.yaml",
    "pages by the": "curation/paging.yaml",
}
_SCHEMAS = "#/components/schemas/"


@attrs.frozen
class Task:
    """One thing that a person has to see to."""

    operation: str
    """The operation, as `GET /v1/models`, or `SHARED`."""
    group: str
    file: str
    """The file to edit, from the folder `openapi`."""
    where: str
    text: str
    """What is wrong and what to do."""
    misfit: Misfit | None = attrs.field(default=None, eq=False)
    """The sample of the suite that it is about."""

    def __str__(self) -> str:
        """Return the task as a line for people."""
        return f"{self.where}: {self.text}"


@attrs.frozen
class Survey:
    """The document as far as it can be put together, and what is left to do."""

    document: Tree
    tasks: tuple[Task, ...]


def survey(folder: Path) -> Survey:
    """Return everything that keeps the document below the folder (`openapi`) from being whole.

    Raises:
        DocumentProblem: A part is so wrong that nothing can be put together.

    """
    parts = read_parts(folder)
    problems: list[DocumentProblem] = []
    document = bundle(parts, problems)
    sources = read_sources(folder / "source.toml")
    findings = [*lint(document), *copied_sentences(document, parts.fingerprints)]
    if _can_be_read(document, findings):
        paging = {one.where for one in findings if "x-mistral-paging" in one.problem}
        undeclared = find_undeclared(document, sources)[0]
        findings += [one for one in undeclared if not _may_page(one, paging)]
    places = _Places(document, Ownership(document, sources), folder)
    tasks = [_of_problem(problem, places) for problem in problems]
    tasks += [places.task(finding) for finding in findings]
    tasks += [Task(SHARED, "shared", file, "drafts", DRAFTS) for file in drafted(folder)]
    tasks += survey_samples(document, folder, findings)
    tasks.sort(key=lambda task: (task.operation == SHARED, task.operation))
    return Survey(document, tuple(tasks))


def survey_samples(document: Tree, folder: Path, findings: list[Finding]) -> Iterator[Task]:
    """Yield what there is to do about the suite's samples; nothing where no schema is reliable.

    Raises:
        DocumentProblem: A file of them cannot be read.

    """
    if findings and invalid(document):
        return
    groups = read_groups(folder)
    for file, name in unknown_operations(document, groups):
        text = "the document has no operation of that id; name the one that took its place, or drop"
        yield Task(SHARED, "suite", file, name, f"{text} what names it")
    for one in find_misfits(document, groups):
        text = f"what the conformance suite sends is refused now: {'; '.join(one.problems)}"
        where = f"{heading(one.table)} {'.'.join((*one.table[2:], one.key))}"
        yield Task(one.where, "suite", one.file, where, text, one)


def _can_be_read(document: Tree, findings: list[Finding]) -> bool:
    """Say whether the declarations can be judged: all operations have ids, and it is valid."""
    if not all(operation.get("operationId") for _, _, operation in operations(document)):
        return False
    return not findings or not invalid(document)


def _may_page(finding: Finding, paging: set[str]) -> bool:
    """Say whether it is about a parameter of an operation that is yet to be told how it pages."""
    return finding.where in paging and "is no paging, filter or sort" in finding.problem


def _of_problem(problem: DocumentProblem, places: _Places) -> Task:
    """Return the task that a broken or stale action makes."""
    where, _, text = str(problem).partition(": ")
    file, _, position = where.partition(", ")
    target = places.operation_of_target(position)
    return Task(target, places.group_of(target), file, position, text)


class _Places:
    """Which operation and which file a finding belongs to."""

    def __init__(self, document: Tree, ownership: Ownership, folder: Path) -> None:
        self._ownership = ownership
        self._folder = folder
        self._users: dict[str, str] = {}
        named: dict[str, str] = {}
        for path, method, operation in operations(document):
            name = f"{method.upper()} {path}"
            known = bool(operation.get("operationId"))
            for reference in reachable(document, operation):
                schema = reference.removeprefix(_SCHEMAS)
                # A new operation is what most likely brought the schema along.
                if schema not in named or not known:
                    named[schema] = name
        self._users = named

    def task(self, finding: Finding) -> Task:
        """Return the task that a finding of the lint makes."""
        group = self._ownership.of_finding(finding) or "shared"
        operation = self._operation(finding.where)
        file = _file(finding, group)
        if ": declare x-mistral-" in finding.problem:
            file = self._declarations_of(group)
        return Task(operation, group, file, finding.where, finding.problem)

    def _declarations_of(self, group: str) -> str:
        """Return the file with the declarations of a group, which several groups may share."""
        stems = [group.rsplit("_", count)[0] for count in range(group.count("_") + 1)]
        files = [f"curation/model_{stem}.yaml" for stem in stems]
        return next((file for file in files if (self._folder / file).exists()), files[0])

    def _operation(self, where: str) -> str:
        if found := re.match(r"[A-Z]+ /[^:]*", where):
            return found[0]
        return self._users.get(re.split(r"[.:\[ ]", where)[0], SHARED)

    def operation_of_target(self, target: str) -> str:
        """Return the operation that a JSONPath is about."""
        found = re.search(r"\$\.paths\['([^']+)'\](?:\.([a-z]+))?", target)
        if found and found[2]:
            return f"{found[2].upper()} {found[1]}"
        schema = re.search(r"\$\.components\.schemas\.(\w+)", target)
        return self._users.get(schema[1], SHARED) if schema else SHARED

    def group_of(self, operation: str) -> str:
        """Return the group of an operation."""
        return "shared" if operation == SHARED else self._ownership.of_operation(operation)


def _file(finding: Finding, group: str) -> str:
    """Return the file to edit."""
    if finding.problem.startswith(_WORDS):
        return f"prose/{group}.yaml"
    if found := _FILES.search(finding.problem):
        return f"curation/{found[1]}"
    for beginning, file in _HOMES.items():
        if beginning in finding.problem:
            return file
    in_words = "prose" in finding.problem or "example" in finding.problem
    return f"prose/{group}.yaml" if in_words else "curation/shapes.yaml"
