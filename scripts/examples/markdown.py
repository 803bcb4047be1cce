"""The examples of a Markdown or MDX page: fenced code, also inside JSX tabs and lists."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import attrs

from examples.example import Example, Language

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FENCE = re.compile(r"(?P<indent>[ \t>]*)(?P<mark>`{3,}|~{3,})\s*(?P<info>[^`]*)$")
HEADING = re.compile(r"#{1,6}\s+(.*?)\s*#*$")
TAB = re.compile(r"<TabItem\b[^>]*\bvalue=[\"']([\w+-]+)")
TAB_END = "</TabItem>"

LANGUAGES = {
    **dict.fromkeys(("python", "py", "python3", "pycon"), Language.PYTHON),
    **dict.fromkeys(("bash", "sh", "shell", "zsh", "console", "curl"), Language.SHELL),
    **dict.fromkeys(("typescript", "ts", "javascript", "js", "mjs"), Language.TYPESCRIPT),
}
# Fences that hold data or output, never code to run.
DATA = {
    "", "csv", "diff", "html", "ini", "json", "jsonc", "log", "markdown", "md", "mermaid",
    "output", "text", "toml", "tree", "txt", "xml", "yaml", "yml",
}  # fmt: skip


@attrs.frozen
class Fence:
    """One fenced block: where its code starts, its language word, its section and its text."""

    line: int
    language: str
    section: int
    title: str
    code: str


def has_fences(text: str) -> bool:
    """Say whether the page is Markdown for the runner: at least one fence."""
    return any(FENCE.match(line) for line in text.splitlines())


def markdown_examples(path: Path, text: str) -> list[Example]:
    """Return the runnable fences, each with the JSON answers that its section shows.

    A language that is neither known nor data stays as the page wrote it: the runner reports it.
    """
    blocks = list(fences(text))
    return [
        Example(
            path=path,
            line=block.line,
            language=LANGUAGES.get(block.language, block.language),
            code=block.code,
            title=block.title,
            answers=tuple(section_answers(blocks, block)),
        )
        for block in blocks
        if block.language not in DATA
    ]


def section_answers(blocks: list[Fence], example: Fence) -> Iterator[object]:
    """Yield the JSON shown after a shell example in its section.

    Text that is no JSON shows nothing.
    """
    if LANGUAGES.get(example.language) != Language.SHELL:
        return
    for block in blocks:
        if block.section == example.section and block.line > example.line:
            if block.language != "json":
                continue
            try:
                yield json.loads(block.code)
            except ValueError:
                continue


def fences(text: str) -> Iterator[Fence]:
    """Yield every fenced block of the page, in order; an unclosed one ends with the page."""
    section, title, tab = 0, "", ""
    lines = enumerate(text.splitlines(), start=1)
    for number, line in lines:
        opening = FENCE.match(line)
        if opening:
            language = language_word(opening["info"]) or (tab if tab in LANGUAGES else "")
            code = "\n".join(fence_body(lines, opening))
            yield Fence(number + 1, language, section, title, code)
        elif heading := HEADING.match(line):
            section, title = section + 1, heading[1]
        elif opened := TAB.search(line):
            tab = opened[1].lower()
        elif TAB_END in line:
            tab = ""


def fence_body(lines: Iterator[tuple[int, str]], opening: re.Match[str]) -> Iterator[str]:
    """Yield the lines up to the closing fence, without the indentation of the opening one."""
    closing = re.compile(rf"[ \t>]*{opening['mark'][0]}{{{len(opening['mark'])},}}\s*$")
    for _, line in lines:
        if closing.match(line):
            return
        yield line.removeprefix(opening["indent"])


def language_word(info: str) -> str:
    """Return the language of a fence's info text: its first word, in small letters."""
    word = re.match(r"[\w+#.-]+", info.strip())
    return word[0].lower() if word else ""
