"""The curated document, put together: facts, then corrections, then prose."""

from __future__ import annotations

import json
from pathlib import Path

import attrs

from document.ordering import arrange
from document.overlay import Overlay, apply_overlay, read_overlay
from document.problems import DocumentProblem
from document.sources import read_sources
from document.tree import Tree
from document.yaml_text import read_yaml, write_yaml

HEADER = """\
# The curated document of the Mistral AI HTTP API.
# Written by scripts/curate.py from openapi/facts, openapi/curation and openapi/prose. Do not edit.
"""


@attrs.frozen
class Parts:
    """Everything that the document is made of."""

    version: str
    """The day of the newest upstream document."""
    facts: tuple[Tree, ...]
    curation: tuple[Overlay, ...]
    prose: tuple[Overlay, ...]


def read_parts(folder: Path) -> Parts:
    """The parts below the folder (`openapi`), each kind in the order of its file names.

    Raises:
        DocumentProblem: There are no facts, or a file is malformed.

    """
    facts = [_read_facts(path) for path in sorted((folder / "facts").glob("*.yaml"))]
    if not facts:
        raise DocumentProblem(f"{folder / 'facts'} is empty; run scripts/import_facts.py first")
    curation = sorted((folder / "curation").glob("*.yaml"))
    prose = sorted((folder / "prose").glob("*.yaml"))
    origins = read_sources(folder / "source.toml").origins
    if not origins:
        raise DocumentProblem("openapi/source.toml names no document; run scripts/import_facts.py")
    return Parts(
        max(origin.date for origin in origins).isoformat(),
        tuple(facts),
        tuple(read_overlay(path, reasons=True) for path in curation),
        tuple(read_overlay(path, reasons=False) for path in prose),
    )


def _read_facts(path: Path) -> Tree:
    data = read_yaml(path.read_text(encoding="utf-8"), str(path))
    if not isinstance(data, dict):
        raise DocumentProblem(f"{path} holds no facts; run scripts/import_facts.py again")
    return data


def bundle(parts: Parts) -> Tree:
    """The document that the parts make together, in its final order.

    Raises:
        DocumentProblem: An overlay does not fit the facts.

    """
    document: Tree = {"info": {"version": parts.version}, "paths": {}, "components": {}}
    for facts in parts.facts:
        _join(document, facts)
    for overlay in (*parts.curation, *parts.prose):
        document = apply_overlay(overlay, document)
    return arrange(document)


def _join(document: Tree, facts: Tree) -> None:
    """Add one facts file; the files never say the same thing twice."""
    for key, value in facts.items():
        present = document.get(key)
        if isinstance(present, dict) and isinstance(value, dict):
            _join(present, value)
        else:
            document[key] = value


def yaml_bytes(document: Tree) -> bytes:
    """The document for readers."""
    return (HEADER + write_yaml(document)).encode()


def json_bytes(document: Tree) -> bytes:
    """The document for programs: compact, and quick to load."""
    return (json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n").encode()
