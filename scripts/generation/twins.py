"""The synchronous twin of each asynchronous module of the client: `async_NAME.py` gives `NAME.py`.

A twin differs by `await` and by names alone. What else differs between the two worlds (threads and
tasks, what httpx calls things) lies in functions that have both forms: `f` and `f_async`.
"""

from __future__ import annotations

import io
import re
import tokenize
from typing import TYPE_CHECKING, Final

from document.problems import DocumentProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PREFIX: Final = "async_"

_NAMES: Final = {
    "AsyncByteStream": "SyncByteStream",
    "__aenter__": "__enter__",
    "__aexit__": "__exit__",
    "__aiter__": "__iter__",
    "__anext__": "__next__",
    "aclose": "close",
    "aiter": "iter",
    "aiter_bytes": "iter_bytes",
    "anext": "next",
}
"""What is called otherwise, beside names that begin with `Async` or end with `_async`."""

_WORD: Final = re.compile(r"\w+")
_PASSING: Final = re.compile(r"\b(?:async|await) ")
_TEXTS: Final = (tokenize.STRING, tokenize.COMMENT)


def sources(folder: Path) -> list[Path]:
    """Return the modules that have a twin."""
    return sorted(folder.glob(f"{PREFIX}*.py"))


def twin_of(source: Path) -> Path:
    """Return where the twin of a module stands."""
    return source.with_name(source.name.removeprefix(PREFIX))


def write(source: Path, tidy: Callable[[str, Path], str]) -> str:
    """Return the text of a module's twin; `tidy` sorts its imports and formats it.

    Raises:
        DocumentProblem: The module is no Python.

    """
    text = source.read_text(encoding="utf-8")
    header = f"# generated from {source.name} by scripts/generate.py; do not edit\n"
    try:
        made = "".join(_pieces(text))
    except (tokenize.TokenError, SyntaxError) as error:
        raise DocumentProblem(f"{source.name} is no Python: {error}") from error
    return tidy(header + made, twin_of(source))


def _pieces(text: str) -> Iterator[str]:
    """Yield the text of the twin in pieces."""
    lines = text.splitlines(keepends=True)
    row, column = 1, 0
    depths: list[int] = []  # of the brackets around, where `Awaitable[` opened some
    depth = 0
    is_awaitable = False
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        yield from _between(lines, (row, column), token.start)
        row, column = token.end
        opens_awaitable, is_awaitable = is_awaitable and token.string == "[", False
        if token.type == tokenize.OP and token.string in "([{":
            depth += 1
        if opens_awaitable:
            depths.append(depth)
        elif token.string == "]" and depths and depths[-1] == depth:
            depths.pop()
            depth -= 1
        elif token.type == tokenize.OP and token.string in ")]}":
            depth -= 1
            yield token.string
        elif token.string in {"async", "await"}:
            column += 1  # and the space behind it
        elif token.string == "Awaitable" and token.line[token.end[1] : token.end[1] + 1] == "[":
            is_awaitable = True
        elif token.type in _TEXTS:
            yield _WORD.sub(_renamed, _PASSING.sub("", token.string))
        elif token.type not in {tokenize.INDENT, tokenize.DEDENT}:
            yield _WORD.sub(_renamed, token.string)
        else:
            yield token.string


def _between(lines: list[str], start: tuple[int, int], end: tuple[int, int]) -> Iterator[str]:
    """Yield what stands between two places of the text."""
    (row, column), (last_row, last_column) = start, end
    while row < last_row:
        yield lines[row - 1][column:]
        row, column = row + 1, 0
    if row <= len(lines):
        yield lines[row - 1][column:last_column]


def _renamed(match: re.Match[str]) -> str:
    """Return what a word is called in the twin."""
    word = match[0]
    if word in _NAMES:
        return _NAMES[word]
    bare = word.lstrip("_")
    if bare.startswith("Async") and len(bare) > len("Async"):
        return word[: len(word) - len(bare)] + bare.removeprefix("Async")
    return word.removeprefix(PREFIX).removesuffix("_async")
