"""The choices that a prompt names for the value of a key.

mood: one of happy, sad                 after words that say so
mood (happy|sad|neutral)                with bars or slashes between them
mood must be 'happy' or 'sad'           with `or`, after a verb or a colon
"""

from __future__ import annotations

import re

LEAD = (
    r"(?:[`\"'”]|\*\*)?\s*[:(=,\u2013-]?\s*[<\[{(]*\s*"
    r"(?:(?:which|that|the|its?|value|field|must|should|can|may|will|has|to|as|string|str|an?|enum)"
    r"\s*[:,]?\s+){0,6}(?P<verb>(?:is|are|be|being)\s+)?[`\"'“<\[{(]{0,2}"
)
"""What may stand between a key and its choices."""
WORDS = r"[^\W\d_][\w-]{0,39}(?![\w-]|[`\"']?\s*:)"
ITEM = rf"(?:[\"'`“](?:[^\W_][\w -]{{0,38}}\w|\w)[\"'`”](?!\s*:)|{WORDS}|\d{{1,3}}(?![\w.]))"
COMMA = r"(?:\s*,\s*(?:or\s+|and\s+)?|\s+or\s+|\s+and\s+|\s*\|\s*|\s*/\s*)"
OF = re.compile(
    rf"(?:(?:only|exactly)\s+)?(?:one of|either|any of|among)\s*(?:the following|these|the)?\s*"
    rf"(?:values?|words?)?\s*:?\s*[\[({{]?\s*({ITEM}(?:{COMMA}{ITEM})+)",
    re.IGNORECASE,
)
BARS = re.compile(rf"({ITEM}[`\"']?(?:\s*[|/]\s*[`\"']?{ITEM}[`\"']?)+)")
OR = re.compile(rf"({ITEM}(?:\s*,\s*{ITEM})*\s*,?\s+or\s+{ITEM})", re.IGNORECASE)
SPLIT = re.compile(r"\s*[,|/]\s*(?:(?:or|and)\s+)?|\s+(?:or|and)\s+", re.IGNORECASE)
TYPES = frozenset(
    {
        *("string", "str", "text", "number", "integer", "int", "float", "boolean", "bool", "true"),
        *("false", "null", "none", "object", "array", "list", "two", "more", "less", "not", "so"),
    }
)
"""Words that are no choices: types, and ends of phrases such as `one or two`."""
WITHIN = 300
MOST_MENTIONS = 8
MOST_CHOICES = 50


def find_choices(text: str, key: str) -> list[str | int]:
    """Return the values that the text names for the key; empty when it names none."""
    mentions = re.finditer(rf"(?<![\w-]){re.escape(key)}(?!\w)", text)
    for _, mention in zip(range(MOST_MENTIONS), mentions, strict=False):
        found = read_choices(text[mention.end() : mention.end() + WITHIN])
        if found:
            return found
    return []


def read_choices(hint: str) -> list[str | int]:
    """Return the choices with which a hint begins."""
    hint = re.sub(r"\s+", " ", hint)  # long blanks would fit the patterns in too many ways
    lead = re.match(LEAD, hint, re.IGNORECASE)
    rest = hint[lead.end() :] if lead else hint
    opened = hint[lead.start() : lead.end()].strip() if lead else ""
    match = OF.match(rest) or BARS.match(rest)
    if match is None and opened:
        match = OR.match(rest)
    if match is None:
        return []
    items = [one.strip("\"'`“” ") for one in SPLIT.split(match[1])]
    if len(items) > MOST_CHOICES or any(one.lower() in TYPES or not one for one in items):
        return []
    values = [int(one) if one.isdecimal() else one for one in items]
    return values if len({type(one) for one in values}) == 1 else list(items)
