"""The examples of a scraped page: text without fences, indentation or blank lines.

Such pages glue things together: each example comes twice, a status stands right behind the last
quote of a curl command, the JSON answer follows twice, and the next heading stands right behind
its last brace. An example starts at a line that can only be code (an import, `curl `) and ends
before the first line that cannot be.
"""

from __future__ import annotations

import ast
import json
import re
from typing import TYPE_CHECKING

import attrs

from examples.example import Example, Language
from examples.indentation import LayoutLostError, restore_python
from examples.lexing import PYTHON, SHELL, TYPESCRIPT, Syntax, continues, standing

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TYPESCRIPT_START = re.compile(r"import\s+(?:[\w*{][^;]*\sfrom\s+)?[\"'][^\"']+[\"'];?\s*$")
PYTHON_START = re.compile(r"from\s+[\w.]+\s+import\s+[\w(*]|import\s+[\w.]+(?:\s+as\s+\w+)?\s*$")
CURL_START = re.compile(r"curl\s+\S")
GLUED_CURL = re.compile(r"(?<=\S)(?=curl\s+(?:-|https?:|['\"]))")
STATUS = re.compile(r"(.*?['\"}\w])?([1-5]\d\d)$")
OPERATION = re.compile(r"(?:GET|POST|PUT|PATCH|DELETE)\s+/\S+$")
SDK_IMPORT = re.compile(r"import\b.*\bMistral\b|from\s+mistral")
TYPESCRIPT_LINE = re.compile(
    r"(?:import|export|const|let|var|async|function|class)\s+[\w{*(\[]|(?:for|while|if|switch)\s*\(|"
    r"(?:try|else|do|finally)\s*\{|catch\b|//|/\*|[})\]]|.*[;{]\s*(?://.*)?$"
)
CLAUSE = re.compile(r"(elif|else|except|finally)\b.*:\s*$")
# Alone on a line these are words of the page, not statements.
WORDS = (ast.Name, ast.Constant, ast.Dict, ast.List, ast.Set, ast.Tuple, ast.BinOp, ast.Attribute,
         ast.Compare, ast.UnaryOp, ast.BoolOp)  # fmt: skip


@attrs.frozen
class Piece:
    """A line of the page, or a part of one where the page glued two together."""

    number: int
    text: str


@attrs.define
class Reader:
    """The pieces of a page and the place that has been read up to."""

    pieces: list[Piece]
    place: int = 0

    def text(self, ahead: int = 0) -> str | None:
        """Return the piece `ahead` of the place, without surrounding space; None at the end."""
        at = self.place + ahead
        return self.pieces[at].text.strip() if at < len(self.pieces) else None


def scraped_examples(path: Path, text: str) -> list[Example]:
    """Return the examples of the page, each once, titled with the `METHOD /path` line above it."""
    reader = Reader(pieces_of(text))
    found: list[Example] = []
    title = ""
    while (line := reader.text()) is not None:
        start = reader.place
        taken = take_block(reader, line)
        if taken is None:
            title = line if OPERATION.match(line) else title
            reader.place += 1
            continue
        language, code = taken
        example = Example(path, reader.pieces[start].number, language, code, title)
        if language == Language.SHELL:
            example = with_answer(reader, example)
        add_once(found, example)
    return found


def add_once(found: list[Example], example: Example) -> None:
    """Add an example that its section does not show yet; a copy only brings its answer."""
    for place, other in enumerate(found):
        if same_code(other, example):
            if not other.answers:
                found[place] = attrs.evolve(other, answers=example.answers, status=example.status)
            return
    found.append(example)


def same_code(one: Example, other: Example) -> bool:
    """Say whether two examples of a page are copies of each other in one section."""
    return (one.title, one.language, one.code) == (other.title, other.language, other.code)


def pieces_of(text: str) -> list[Piece]:
    """Return the lines of the page, split before a `curl` that is glued to what precedes it."""
    return [
        Piece(number, part)
        for number, line in enumerate(text.splitlines(), start=1)
        for part in (GLUED_CURL.split(line) if "curl" in line else (line,))
    ]


def take_block(reader: Reader, line: str) -> tuple[Language, str] | None:
    """Return the code that starts at this line and its language, read past.

    None when none starts.
    """
    if CURL_START.match(line):
        return Language.SHELL, take_shell(reader)
    if TYPESCRIPT_START.match(line):
        return Language.TYPESCRIPT, take_lines(reader, TYPESCRIPT, is_typescript)
    if PYTHON_START.match(line):
        return Language.PYTHON, take_lines(reader, PYTHON, is_python)
    return None


def take_shell(reader: Reader) -> str:
    """Return one curl command: up to the first line end outside quotes and without a backslash."""
    command = ""
    while (line := reader.text()) is not None:
        command += line
        reader.place += 1
        if not continues(line) and not standing(command, SHELL).quoted:
            break
        command += "\n"
    return command


def take_lines(reader: Reader, syntax: Syntax, is_code: Callable[[str], bool]) -> str:
    """Return the statements from here on, up to words of the page or to the next example."""
    first = reader.text() or ""
    taken: list[str] = []
    while (statement := next_statement(reader, syntax)) is not None:
        lines = len(statement.splitlines()) or 1
        if taken and starts_anew(statement, first, taken):
            break
        if statement and not is_code(statement):
            break
        taken.append(statement)
        reader.place += lines
    return "\n".join(taken).rstrip()


def next_statement(reader: Reader, syntax: Syntax) -> str | None:
    """Return the line at the place with the lines that its brackets or quotes reach over."""
    statement, ahead = "", 0
    while (line := reader.text(ahead)) is not None:
        statement += line
        ahead += 1
        if syntax is TYPESCRIPT or not (standing(statement, syntax).open or continues(statement)):
            return statement
        statement += "\n"
    return statement or None


def starts_anew(line: str, first: str, taken: list[str]) -> bool:
    """Say whether `line` opens another example: curl, the first line or the SDK's import again."""
    if CURL_START.match(line) or line == first:
        return True
    only_imports = all(starts_with_import(text) for text in taken if text)
    if only_imports:
        return False
    other_language = bool(TYPESCRIPT_START.match(line)) != bool(TYPESCRIPT_START.match(first))
    return starts_with_import(line) and (other_language or bool(SDK_IMPORT.match(line)))


def starts_with_import(line: str) -> bool:
    """Say whether the line is an import of either language."""
    return bool(TYPESCRIPT_START.match(line) or PYTHON_START.match(line))


def is_typescript(line: str) -> bool:
    """Say whether a line can be TypeScript; inside brackets anything that ends like code is."""
    return bool(TYPESCRIPT_LINE.match(line)) or line.endswith((",", "{", "(", "[", ")"))


def is_python(statement: str) -> bool:
    """Say whether a logical line is a Python statement and not a word or sentence of the page."""
    if statement.startswith(("#", "@")) or CLAUSE.match(statement):
        return True
    try:
        tree = ast.parse(
            restore_python(f"{statement}\npass" if statement.endswith(":") else statement)
        )
    except (SyntaxError, LayoutLostError):
        return False
    return not any(
        isinstance(node, ast.Expr) and isinstance(node.value, WORDS) for node in tree.body
    )


def with_answer(reader: Reader, example: Example) -> Example:
    """Return the curl example with the status glued to it and the JSON answer that follows."""
    status = STATUS.fullmatch(example.code.splitlines()[-1])
    glued = status is not None and status[1] is not None and status[1].endswith(("'", '"'))
    code = example.code[:-3] if glued else example.code
    number = int(status[2]) if status is not None and glued else None
    return attrs.evolve(example, code=code, status=number, answers=take_json(reader))


def take_json(reader: Reader) -> tuple[object, ...]:
    """Return the JSON value at the place, read past, if one stands there.

    The rest of its line is kept.
    """
    line = reader.text()
    if line is None or not line.startswith(("{", "[")):
        return ()
    rest = "\n".join(piece.text for piece in reader.pieces[reader.place :])
    try:
        value, length = json.JSONDecoder().raw_decode(rest.lstrip())
    except ValueError:
        return ()
    end = length + len(rest) - len(rest.lstrip())
    reader.place += rest[:end].count("\n")
    number = reader.pieces[reader.place].number
    reader.pieces[reader.place] = Piece(number, rest[end:].split("\n", 1)[0])
    return (value,)
