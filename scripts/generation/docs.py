"""Docstrings: the document's prose, wrapped and safe inside triple quotes."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from generation.operations import Argument, OperationView

WIDTH: Final = 100


def safe(text: str) -> str:
    """Return prose that may stand in a docstring."""
    return text.replace("\\", "\\\\").replace('"""', "'''").strip()


def wrapped(text: str, indent: int, hanging: int = 0) -> str:
    """Return prose wrapped to the line width, its paragraphs and list items kept apart."""
    paragraphs = re.split(r"\n\s*\n|\n(?=\s*[-*] )", safe(text))
    lines = [
        textwrap.fill(
            " ".join(paragraph.split()),
            width=WIDTH - indent,
            subsequent_indent=" " * hanging,
            break_long_words=False,
            break_on_hyphens=False,
        )
        for paragraph in paragraphs
    ]
    return "\n\n".join(line for line in lines if line)


def sections(*blocks: str) -> str:
    """Return blocks of a docstring, apart by empty lines."""
    return "\n\n".join(block for block in blocks if block)


def entries(title: str, pairs: Iterable[tuple[str, str]], indent: int) -> str:
    """Return a section of names with their descriptions, or nothing when there are none."""
    lines = [
        textwrap.indent(
            wrapped(f"{name}: {text}" if text else name, indent + 4, hanging=4).replace(
                "\n\n", "\n"
            ),
            "    ",
        )
        for name, text in pairs
    ]
    return "\n".join([f"{title}:", *lines]) if lines else ""


def first_sentence(operation: OperationView) -> str:
    """Return the first line of an operation's docstring."""
    return (operation.summary.strip().rstrip(".") or operation.id) + "."


def method_doc(
    operation: OperationView,
    arguments: Sequence[Argument],
    returns: str,
    *,
    note: str = "",
    extra: Sequence[tuple[str, str]] = (),
    indent: int = 8,
) -> str:
    """Return the docstring's text of a facade's method."""
    pairs = [(argument.name, argument.description) for argument in arguments]
    options = ("**options", "`timeout` in seconds, `retries`, `headers`, for this call alone.")
    if operation.stream and operation.stream.resume and note:
        options = (
            options[0],
            f"{options[1]} `resumes`: how often in a row it goes on after a cut.",
        )
    documented = ", ".join(operation.errors)
    due = " or ".join(map(str, operation.success))
    raises = f"The answer is another one than {due}, or none comes; documented: {documented}."
    deprecated = f"Deprecated: {operation.deprecated}" if operation.deprecated else ""
    gone = f"Only older servers may have it: it is not documented since {operation.gone}."
    return sections(
        wrapped(first_sentence(operation), indent),
        wrapped(note, indent),
        wrapped(gone if operation.gone else "", indent),
        wrapped(deprecated, indent),
        wrapped(operation.description, indent),
        entries("Args", [*pairs, *extra, options], indent),
        entries("Returns", [("", returns)], indent).replace(":     : ", ""),
        entries("Raises", [("MistralError", raises)], indent),
        f"Source: {operation.id} {operation.method.upper()} {operation.path}",
    ).replace("    : ", "    ")


def class_doc(description: str, name: str, attributes: Iterable[tuple[str, str]]) -> str:
    """Return the docstring's text of a model, a union or an enum."""
    body = wrapped(description or f"The schema {name}.", 4)
    return sections(body, entries("Attributes", attributes, 4))
