"""Upstream documents: files or URLs, read and checked before anything is taken from them."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

import attrs

from document.fetching import name_of, read_source
from document.problems import DocumentProblem
from document.shape import misshapen
from document.tree import Tree, follow, operations, references
from document.yaml_text import is_too_deep, read_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

_OUTSIDE = re.compile(r"\w+://|[^#]+\.(?:ya?ml|json)(?:#|$)")
"""A reference to another document."""
_JSON = re.compile(r'\s*\{\s*["}]')


@attrs.frozen
class Document:
    """An OpenAPI document as it was read."""

    name: str
    """File name or URL, without folder, password and query."""
    sha256: str
    """Of its bytes, unpacked."""
    document: Tree


@attrs.frozen
class Upstream:
    """One upstream document with its day."""

    name: str
    """File name or URL, without folder, password and query."""
    date: dt.date
    sha256: str
    document: Tree
    address: str = ""
    """Where it was read from: a URL, or nothing for a file."""

    @property
    def title(self) -> str:
        """The title that the document gives itself."""
        return str(self.document.get("info", {}).get("title", ""))

    @property
    def operation_count(self) -> int:
        """How many operations the document has."""
        return sum(1 for _ in operations(self.document))


def read_upstream(
    source: str, dates: Mapping[str, dt.date], otherwise: dt.date | None = None
) -> Upstream:
    """Return the document behind a file path or URL, with its day; `otherwise` if nothing tells it.

    Raises:
        DocumentProblem: It cannot be read, is not an OpenAPI 3 document, or has no date.

    """
    read = read_document(source)
    date = _date(read, dates) or otherwise
    if date is None:
        raise DocumentProblem(
            f"{read.name} has no date in its name; rename it, or add it to [dates] "
            "in openapi/source.toml"
        )
    address = read.name if "://" in read.name else ""
    return Upstream(read.name, date, read.sha256, read.document, address)


def read_document(source: str) -> Document:
    """Return the OpenAPI 3 document behind a file path or URL, in YAML or JSON, gzipped or not.

    Raises:
        DocumentProblem: It cannot be read, or is not an OpenAPI 3 document.

    """
    content = read_source(source)
    name = name_of(source)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DocumentProblem(f"{name} is not UTF-8 text; is it the right file?") from error
    document = _checked(_parsed(text, name), name)
    return Document(name, hashlib.sha256(content).hexdigest(), document)


def _parsed(text: str, name: str) -> Any:  # noqa: ANN401 - JSON of any kind
    """Return the value of YAML or JSON text, all its keys as text."""
    if not _JSON.match(text):  # a mapping of YAML may begin with a brace too
        return _with_text_keys(read_yaml(text, name), name, "its top")
    if is_too_deep(text):
        raise DocumentProblem(f"{name} is nested too deep; is it damaged?")
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise DocumentProblem(
            f"{name} is not valid JSON ({error}); repair the file or fetch it again"
        ) from error
    except (ValueError, RecursionError) as error:
        raise DocumentProblem(f"{name} is not valid JSON ({error}); fetch it again") from error


def _unique(pairs: list[tuple[str, Any]]) -> Tree:
    """Return the object; a key that is there twice is an error instead of a silent loss."""
    built = dict(pairs)
    if len(built) < len(pairs):
        names = [key for key, _ in pairs]
        twice = next(key for key in names if names.count(key) > 1)
        raise ValueError(f"the key {twice!r} is there twice")
    return built


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no number of JSON")


def _with_text_keys(node: Any, name: str, where: str) -> Any:  # noqa: ANN401 - JSON of any kind
    """Return the value with numbers as text where they are keys: `200:` means "200".

    Raises:
        DocumentProblem: A key is neither text nor a number, or one is there in both ways.

    """
    if isinstance(node, list):
        for at, item in enumerate(node):
            if isinstance(item, dict | list):
                node[at] = _with_text_keys(item, name, f"{where} > {at}")
        return node
    if not isinstance(node, dict):
        return node
    built: Tree = {}
    for key, value in node.items():
        if not isinstance(key, str | int | float) or isinstance(key, bool):
            raise DocumentProblem(f"{name}, at {where}: the key {key!r} is no text; quote it")
        if str(key) in built:
            raise DocumentProblem(f"{name}, at {where}: the key {key!r} is there twice")
        inner = isinstance(value, dict | list)
        built[str(key)] = _with_text_keys(value, name, f"{where} > {key}") if inner else value
    return built


def _checked(document: object, name: str) -> Tree:
    """Return the document, when it is an OpenAPI 3 document with operations."""
    if not isinstance(document, dict) or not str(document.get("openapi", "")).startswith("3."):
        raise DocumentProblem(
            f"{name} is not an OpenAPI 3 document (no `openapi: 3.x` at its top); give another"
        )
    if isinstance(paths := document.get("paths"), dict):
        document["paths"] = {key: item for key, item in paths.items() if key[:2] != "x-"}
    if problem := misshapen(document):
        raise DocumentProblem(f"{name} is not usable, {problem}; is the file complete?")
    _expect_targets(document, name)
    return document


def _expect_targets(document: Tree, name: str) -> None:
    """Let no reference lead nowhere: a document that was cut off may still be whole YAML.

    Raises:
        DocumentProblem: One does, or leads to another file.

    """
    # References below `$defs` count from the schema that holds them, and are looked at later.
    local = ("#/$defs/",)
    everything = set(references(document))
    if outside := sorted(one for one in everything if _OUTSIDE.match(one)):
        raise DocumentProblem(
            f"{name} refers to another file ({outside[0]}); bundle all of it into one first"
        )
    named = {one for one in everything if one.startswith("#/")}
    lost = sorted(
        one for one in named if not one.startswith(local) and follow(document, one) is None
    )
    if lost:
        more = f" and {len(lost) - 1} more are" if len(lost) > 1 else " is"
        raise DocumentProblem(
            f"{name} refers to what it does not have: {lost[0]}{more} missing;"
            " is the file complete?"
        )


def _date(read: Document, dates: Mapping[str, dt.date]) -> dt.date | None:
    """Return the day of the document: source.toml says it, or else its name does."""
    if known := dates.get(read.name) or dates.get(read.sha256):
        return known
    for written in reversed(re.findall(r"\d{4}-\d{2}-\d{2}", read.name)):
        try:
            return dt.date.fromisoformat(written)
        except ValueError:
            continue
    return None
