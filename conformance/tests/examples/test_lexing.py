"""Quotes, comments and brackets are told apart in each language."""

from __future__ import annotations

import pytest
from examples.lexing import PYTHON, SHELL, TYPESCRIPT, Standing, Syntax, continues, standing


@pytest.mark.parametrize(
    ("text", "syntax", "depth", "quoted"),
    [
        ("call(a, [b", PYTHON, 2, False),
        ("call('(')  # (", PYTHON, 0, False),
        ('text = """one\n"two"', PYTHON, 0, True),
        ("it's over\n(", PYTHON, 1, False),
        (r"x = '\'('", PYTHON, 0, False),
        ("run(`${a}(\n`", TYPESCRIPT, 1, False),
        ("f( // )\n/* ) */", TYPESCRIPT, 1, False),
        ("curl -d '{\n", SHELL, 0, True),
        (r"curl -d '{\' (", SHELL, 0, False),
        ("})", TYPESCRIPT, -2, False),
    ],
)
def test_what_stands_open(text: str, syntax: Syntax, depth: int, quoted: bool) -> None:
    assert standing(text, syntax) == Standing(depth, quoted)


@pytest.mark.parametrize(("line", "joins"), [("a \\", True), ("a \\\\", False), ("a", False)])
def test_a_single_backslash_joins_the_next_line(line: str, joins: bool) -> None:
    assert continues(line) is joins
