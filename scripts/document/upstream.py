"""Upstream documents: files or URLs, read and checked before anything is taken from them."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import urllib.error
import urllib.request
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import attrs

from document.problems import DocumentProblem
from document.shape import misshapen
from document.tree import Tree, operations
from document.yaml_text import read_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

FETCH_TIMEOUT_S = 60
"""How long a URL may take to answer, in seconds."""


@attrs.frozen
class Upstream:
    """One upstream document."""

    name: str
    """File name or URL, without the folder."""
    date: dt.date
    sha256: str
    document: Tree

    @property
    def title(self) -> str:
        """The title that the document gives itself."""
        return str(self.document.get("info", {}).get("title", ""))

    @property
    def operation_count(self) -> int:
        """How many operations the document has."""
        return sum(1 for _ in operations(self.document))


def read_upstream(source: str, dates: Mapping[str, dt.date]) -> Upstream:
    """The document behind a file path or URL.

    Raises:
        DocumentProblem: It cannot be read, is not an OpenAPI 3 document, or has no date.

    """
    content = _fetch(source) if _is_url(source) else _read(source)
    sha256 = hashlib.sha256(content).hexdigest()
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DocumentProblem(f"{source} is not UTF-8 text; is it the right file?") from error
    document = _checked(read_yaml(text, source), source)
    name = source if _is_url(source) else PurePosixPath(Path(source).as_posix()).name
    return Upstream(name, _date(name, sha256, dates), sha256, document)


def _is_url(source: str) -> bool:
    return urlsplit(source).scheme in {"http", "https"}


def _read(source: str) -> bytes:
    try:
        return Path(source).read_bytes()
    except OSError as error:
        raise DocumentProblem(
            f"{source} cannot be read ({error.strerror}); give an existing OpenAPI file or a URL"
        ) from error


def _fetch(url: str) -> bytes:
    try:
        with urllib.request.urlopen(url, timeout=FETCH_TIMEOUT_S) as answer:  # noqa: S310 - the scheme is http or https
            body: bytes = answer.read()
    except (urllib.error.URLError, TimeoutError, OSError, ValueError) as error:
        raise DocumentProblem(
            f"{url} cannot be fetched ({error}); check the address, "
            "or download it and give the file"
        ) from error
    return body


def _checked(document: object, source: str) -> Tree:
    """The document, when it is an OpenAPI 3 document with operations."""
    if not isinstance(document, dict) or not str(document.get("openapi", "")).startswith("3."):
        raise DocumentProblem(
            f"{source} is not an OpenAPI 3 document (no `openapi: 3.x` at its top); give another"
        )
    if problem := misshapen(document):
        raise DocumentProblem(f"{source} is not usable, {problem}; is the file complete?")
    return document


def _date(name: str, sha256: str, dates: Mapping[str, dt.date]) -> dt.date:
    """The day of the document: source.toml says it, or else its name does."""
    if known := dates.get(name) or dates.get(sha256):
        return known
    written = re.findall(r"\d{4}-\d{2}-\d{2}", name)
    try:
        return dt.date.fromisoformat(written[-1])
    except (IndexError, ValueError) as error:
        raise DocumentProblem(
            f"{name} has no date in its name; rename it, or add it to [dates] "
            "in openapi/source.toml"
        ) from error
