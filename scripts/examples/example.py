"""What the runner passes around: one example of a page, and what became of it."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from pathlib import Path

# A call on the official client's object tree: `client.beta.libraries.list(`.
CALL = re.compile(r"\b(?:client|mistral)\.((?:\w+\.)*\w+)\(")
URL_PATH = re.compile(r"https?://[^/\s'\"]+(/[^\s?'\"]*)")
METHOD = re.compile(r"(?:-X|--request)[ =]?['\"]?([A-Z]+)")
COMMENT = re.compile(r"^\s*(?:#|//).*$", re.MULTILINE)
CAPITAL = re.compile(r"(?<=[a-z0-9])([A-Z])")


class Language(StrEnum):
    """A language that the runner can run."""

    PYTHON = "python"
    SHELL = "shell"
    TYPESCRIPT = "typescript"


class Verdict(StrEnum):
    """What became of an example."""

    PASS = "pass"  # noqa: S105 - a word of the result table
    FAIL = "FAIL"
    SKIP = "skip"


@attrs.frozen
class Example:
    """One piece of code of a page, with the answers that the page shows for it."""

    path: Path
    line: int
    language: str
    code: str
    title: str
    answers: tuple[object, ...] = ()
    status: int | None = None

    @property
    def place(self) -> str:
        """Where it stands, as `file:line`."""
        return f"{self.path}:{self.line}"

    @property
    def operations(self) -> tuple[str, ...]:
        """The operations it calls: client paths in snake case, `METHOD /path` for curl."""
        if self.language == Language.SHELL:
            return tuple(shell_operations(self.code))
        code = COMMENT.sub("", self.code)
        names = (CAPITAL.sub(r"_\1", name).lower() for name in CALL.findall(code))
        return tuple(dict.fromkeys(names))


@attrs.frozen
class Result:
    """What became of one example, and why."""

    example: Example
    verdict: Verdict
    reason: str = ""
    output: str = ""


def shell_operations(code: str) -> list[str]:
    """Return `METHOD /path` of each curl command in the code."""
    found: list[str] = []
    for command in re.split(r"(?m)^(?=\s*curl\s)", code):
        url = URL_PATH.search(command)
        if command.lstrip().startswith("curl") and url:
            method = METHOD.search(command)
            has_body = re.search(r"(?:^|\s)(?:-d|--data\S*|-F|--form)\s", command)
            default = "POST" if has_body else "GET"
            found.append(f"{method[1] if method else default} {url[1]}")
    return found
