"""The curated document, put together: facts, then corrections and their names, then prose."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from document.events import put_data_into_text, write_examples_as_text
from document.fingerprints import read_fingerprints, texts
from document.forms import take_null_out_of_forms
from document.naming import name_schemas, tag_operations
from document.ordering import arrange
from document.overlay import Overlay, apply_overlays, read_overlay
from document.problems import DocumentProblem, read_part
from document.sources import read_sources
from document.tree import duplicate, references
from document.unions import open_unions
from document.yaml_text import read_yaml

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

    from document.tree import Tree


SCHEMAS = "#/components/schemas/"


@attrs.frozen
class Parts:
    """Everything that the document is made of."""

    version: str
    """The day of the newest upstream document."""
    facts: tuple[Tree, ...]
    fingerprints: set[str]
    """Hashes of the upstream sentences, none of which may be here."""
    curation: tuple[Overlay, ...]
    prose: tuple[Overlay, ...]


def read_parts(folder: Path, prose: Collection[str] | None = None) -> Parts:
    """Return the parts below the folder (`openapi`), each kind in the order of its file names.

    `prose` limits the words to those of some groups, so that others may be unfinished.

    Raises:
        DocumentProblem: There are no facts, or a file is malformed.

    """
    origins = read_sources(folder / "source.toml").origins
    facts = [_read_facts(path) for path in sorted((folder / "facts").glob("*.yaml"))]
    prints = folder / "facts" / "fingerprints.txt"
    if not origins or not facts or not prints.exists():
        raise DocumentProblem(f"{folder} has no facts; run scripts/import_facts.py UPSTREAM first")
    return Parts(
        max(origin.date for origin in origins).isoformat(),
        tuple(facts),
        read_fingerprints(read_part(prints), str(prints)),
        _read_overlays(sorted((folder / "curation").glob("*.yaml")), reasons=True),
        _read_overlays(
            (
                path
                for path in sorted((folder / "prose").glob("*.yaml"))
                if prose is None or path.stem in prose
            ),
            reasons=False,
        ),
    )


def _read_facts(path: Path) -> Tree:
    """Return one facts file.

    Raises:
        DocumentProblem: It is not what the importer writes.

    """
    data = read_yaml(read_part(path), str(path))
    if not isinstance(data, dict):
        raise DocumentProblem(f"{path} holds no facts; run scripts/import_facts.py again")
    words = next(texts(data), None)
    if words is not None:
        raise DocumentProblem(
            f"{path} holds words ({words[:40]!r}); facts have none: move them to prose/, "
            "or run scripts/import_facts.py again"
        )
    return data


def _read_overlays(paths: Iterable[Path], *, reasons: bool) -> tuple[Overlay, ...]:
    return tuple(read_overlay(path, reasons=reasons) for path in paths)


def bundle(parts: Parts, problems: list[DocumentProblem] | None = None) -> Tree:
    """Return the document that the parts make together, in its final order.

    With `problems`, actions that do not fit are left out and added there.

    Raises:
        DocumentProblem: An overlay does not fit the facts.

    """
    document: Tree = {"info": {"version": parts.version}, "paths": {}, "components": {}}
    for facts in parts.facts:
        _join(document, facts)
    facts = document
    document = apply_overlays(parts.curation, facts, problems)
    if problems is not None:
        problems += _put_back(document, facts, parts.curation)
    name_schemas(document, problems)
    open_unions(document)
    put_data_into_text(document)
    take_null_out_of_forms(document)
    tag_operations(document)
    document = apply_overlays(parts.prose, document, problems)
    write_examples_as_text(document)
    return arrange(document)


def _put_back(document: Tree, facts: Tree, curation: Iterable[Overlay]) -> list[DocumentProblem]:
    """Give back the schemas that corrections took away although something refers to them.

    Without them nothing else could be told of the document.
    """
    schemas: Tree = document["components"].setdefault("schemas", {})
    known: Tree = facts["components"].get("schemas", {})
    lost: list[str] = []
    while fresh := {
        name
        for reference in references(document)
        if (name := reference.removeprefix(SCHEMAS)) in known and name not in schemas
    }:
        schemas |= {name: duplicate(known[name]) for name in fresh}
        lost += sorted(fresh)
    return [
        DocumentProblem(
            f"{action.where}: removes {name}, which is used; take it out of the action, "
            "or drop the action"
        )
        for name in lost
        for overlay in curation
        for action in overlay.actions
        if action.remove and re.search(rf"\b{name}\b", action.target)
    ]


def _join(document: Tree, facts: Tree) -> None:
    """Add one facts file; the files never say the same thing twice."""
    for key, value in facts.items():
        present = document.get(key)
        if isinstance(present, dict) and isinstance(value, dict):
            _join(present, value)
        else:
            document[key] = value
