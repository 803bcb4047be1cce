"""Words: everything that a reader meets is explained."""

from __future__ import annotations

from typing import TYPE_CHECKING

from document.fingerprints import fingerprints, texts
from document.lint.finding import Finding, Rule
from document.tree import Tree, operations
from document.walk import Place, answers, headers, parameters, schemas

if TYPE_CHECKING:
    from collections.abc import Iterator

SUMMARY_MAX = 60
"""Longest summary, in characters: it is a line of a menu."""


def document_is_explained(document: Tree) -> Iterator[Finding]:
    """Yield what lacks a description: the document, a tag, a security scheme."""
    if not _is_sentence(document.get("info", {}).get("description")):
        yield Finding("info", "no description; write it in prose/shared.yaml")
    for tag in document.get("tags", ()):
        if not _is_sentence(tag.get("description")):
            yield Finding(f"tag {tag.get('name')}", "no description; write it in prose")
    for name, scheme in document.get("components", {}).get("securitySchemes", {}).items():
        if not _is_sentence(scheme.get("description")):
            yield Finding(f"security scheme {name}", "no description; write it in prose")


def operations_are_explained(document: Tree) -> Iterator[Finding]:
    """Yield every operation has a short summary and a description; deprecated ones say so."""
    for path, method, operation in operations(document):
        where = f"{method.upper()} {path}"
        summary = operation.get("summary", "")
        if not summary or len(summary) > SUMMARY_MAX or summary.endswith("."):
            yield Finding(
                where, f"its summary has to be 1 to {SUMMARY_MAX} characters without a full stop"
            )
        if not _is_sentence(operation.get("description")):
            yield Finding(where, "no description; write sentences in prose")


def parts_are_explained(document: Tree) -> Iterator[Finding]:
    """Yield every parameter, body, header and answer has a sentence."""
    for place in (
        *parameters(document),
        *_bodies(document),
        *headers(document),
        *answers(document),
    ):
        if "$ref" not in place.node and not _is_sentence(place.node.get("description")):
            yield Finding(place.where, "no description; write a sentence in prose")


def _bodies(document: Tree) -> Iterator[Place]:
    for path, method, operation in operations(document):
        if "requestBody" in operation:
            yield Place(f"{method.upper()} {path}: body", operation["requestBody"])


def schemas_are_explained(document: Tree) -> Iterator[Finding]:
    """Yield every component schema and every property has a sentence."""
    components = {id(one) for one in document.get("components", {}).get("schemas", {}).values()}
    for place in schemas(document):
        named = place.is_property or id(place.node) in components
        if named and not _is_sentence(place.node.get("description")):
            yield Finding(place.where, "no description; write a sentence in prose")


def texts_are_clean(document: Tree) -> Iterator[Finding]:
    """Yield texts with stray spaces or an unfinished mark."""
    for where, text in _texts(document, ""):
        if text != text.strip() or "  " in text.replace("\n  ", "\n") or "\t" in text:
            yield Finding(where, "stray spaces in the text")
        if any(mark in text for mark in ("TODO", "FIXME", "XXX", "DRAFT", "Lorem", "lorem")):
            yield Finding(where, "an unfinished text")


def copied_sentences(document: Tree, prints: set[str]) -> Iterator[Finding]:
    """Yield texts with a sentence whose fingerprint is that of an upstream one."""
    for text in texts(document):
        if fingerprints(text) & prints:
            yield Finding(
                repr(text[:60]), "has a sentence of the upstream document; write your own"
            )


def _texts(node: object, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key in {"description", "summary"} and isinstance(value, str):
                yield f"{where}.{key}".removeprefix("."), value
            elif key not in {"example", "examples"}:
                yield from _texts(value, f"{where}.{key}")
    elif isinstance(node, list):
        for at, item in enumerate(node):
            yield from _texts(item, f"{where}[{at}]")


def _is_sentence(text: object) -> bool:
    """Say whether the text ends as a sentence does."""
    return isinstance(text, str) and text.rstrip().endswith((".", "`", ")"))


WORDS: tuple[Rule, ...] = (
    document_is_explained,
    operations_are_explained,
    parts_are_explained,
    schemas_are_explained,
    texts_are_clean,
)
