"""Text from outside, before anything keeps it: what UTF-8 cannot encode could never be answered.

Python decodes broken bytes to lone surrogates when it is asked to; here they mark what is broken.
"""

from __future__ import annotations

import re
import string
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, unquote

from mistral_mock.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

LONE = re.compile("[\ud800-\udfff]")
BROKEN = "surrogateescape"
MESSAGE = "Input should be a valid string, unable to parse raw data as a unicode string"


def spell(raw: bytes) -> str:
    """Return a request target as ASCII, its other bytes percent-encoded as they had to be."""
    if raw.isascii():
        text = raw.decode("ascii")
        if text.isprintable():
            return text
    return quote(raw, safe=string.printable)


def decode(raw: bytes) -> str:
    """Return the text of bytes in UTF-8; what is broken in them stays to be found."""
    return raw.decode("utf-8", BROKEN)


def decode_segment(text: str) -> str:
    """Return a percent-encoded segment of a path, decoded.

    What is broken in it stays to be found.
    """
    return unquote(text, errors=BROKEN)


def decode_fields(text: str) -> dict[str, list[str]]:
    """Return the urlencoded fields by name; what is broken in them stays to be found."""
    return parse_qs(text, keep_blank_values=True, errors=BROKEN)


def is_broken(text: str) -> bool:
    """Say whether the text came from bytes that are not UTF-8."""
    return LONE.search(text) is not None


def mend(text: str) -> str:
    """Return the text with a replacement character for all that is broken."""
    return LONE.sub("\ufffd", text)


def check(loc: tuple[str | int, ...], found: Iterable[str]) -> list[Problem]:
    """Return a problem for each of the texts that is broken."""
    return [
        Problem(
            tuple(mend(part) if isinstance(part, str) else part for part in loc),
            MESSAGE,
            "string_unicode",
            mend(text),
        )
        for text in found
        if is_broken(text)
    ]


def check_fields(
    place: str, fields: dict[str, list[str]]
) -> tuple[dict[str, list[str]], list[Problem]]:
    """Return the fields, mended, and what is broken in their names and values."""
    problems = [
        problem
        for name, found in fields.items()
        for problem in check((place, name), [name, *found])
    ]
    if not problems:
        return fields, []
    return {mend(name): [mend(text) for text in found] for name, found in fields.items()}, problems
