"""Which plainer mistake of a server may be behind what a case shows.

A mistake breaks more than the rules about it. What a case would show anyway where another mistake
is made names the key of that one; it counts only where other cases show the mistake plainly.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from mistral_conformance.report.mistakes import (
    ACCEPTED,
    ANSWERS,
    CAPITALS,
    CONTENT,
    GONE_KEY,
    KEPT,
    MEDIA,
    NO_UUID,
    NOT_THERE,
    NULLS,
    OF_OTHERS,
    ORDERS_KEY,
    PAGE_SIZES,
    PAGES,
    SHOWN_FIELD,
    SIFTING,
    TOO_FEW,
    USAGE_KEY,
    USED,
    VALUE,
    group_of,
)
from mistral_conformance.verdict.outcome import Status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.verdict.outcome import Result

LATE = re.compile(r"not shared any more|after its time")
SHARING = frozenset({"access", "roles", "sharing"})
"""Families whose rules ask who may see and do what."""
STATES = frozenset({"ends", "processing"})
"""Families whose rules wait for states by their names."""
STATE = re.compile(r"\bsaw \[|\bled to \w|\bstatus\b")
OTHER_IDS = f"answer/{NO_UUID}"
"""The key of answers whose ids have another form than the document's."""
OWN_IDS = re.compile(r"answers 422 (?:for .+ wrong-kind|where the id is in capitals)")
"""What is said of ids that the server itself gave out."""
NO_TOKENS = "gives 0 tokens"
"""What is said of an option where what it is about is counted."""
WISHED_ORDER = re.compile("sort|order")
"""What parameters for the order of a list have in their names."""
UNMOVED_BY = re.compile(r"^times\.change-")
"""Laws whose subject is the field that they change."""
OUT_OF_ORDER = re.compile(r"^`([^`]+)` is .+ order$")
PLAIN = "input.plain-succeeds"
"""The rule that asks for what is surely there."""
TOLD_STATUS = re.compile(r"(?:answer(?:s|ed)|with|status) (4\d\d|5\d\d)\b")
ID_IN_PATH = re.compile(r"/[^/?]*\d[^/?]*(?:/[a-z_-]+)*(?:\?.*)?$")
"""A path in which a part with digits, as ids have, is the last one but for words."""


def suspect_keys(operation: str, result: Result, keys: tuple[str, ...]) -> tuple[str, ...]:
    """Return keys of mistakes that may be behind what a case shows.

    Where a server answers what is not there with a status of its own, whatever is told of that
    status at a path with ids may be about something that was gone by then. Where it sifts no list
    by a parameter, whatever is told of a list that was asked for with it may come of that, and so
    may what a list lacks whose pages are wrong without it. Where it uses no option of a request, it
    takes any value of it; where it drops null, any null. A list cannot be in the order of what it
    changes, no change of that is shown or moves a time, and ids of another form are refused where
    it checks. No share and no level holds where anybody gets in; a content in another wrapping has
    other bytes, and states in other capitals are never reached.
    """
    found = (
        *_suspect_status(result),
        *_suspect_lists(operation, result),
        *_suspect_values(result),
        *_suspect_fields(operation, result),
        *_suspect_doings(result),
    )
    return tuple(each for each in found if each not in keys)


def _suspect_status(result: Result) -> Iterator[str]:
    shown = result.shown
    match = TOLD_STATUS.search(result.reason)
    surely_there = result.rule.id == PLAIN and result.status is not Status.FLAKY
    if shown is None or surely_there or not ID_IN_PATH.search(shown.url):
        return
    if match or shown.status >= 500:
        yield f"{match[1] if match else shown.status} for {NOT_THERE}"


def _suspect_lists(operation: str, result: Result) -> Iterator[str]:
    """Yield what ends late: it may be gone and still shown, and a list holds it unsifted."""
    if LATE.search(result.reason):
        yield GONE_KEY
    if TOO_FEW.search(result.reason):
        yield from (PAGES, PAGE_SIZES)
    asked = parse_qs(urlsplit(result.shown.url).query) if result.shown else {}
    yield from (f"{SIFTING} {each}" for each in asked)
    if any(WISHED_ORDER.search(each) for each in asked):
        yield f"{ORDERS_KEY} {operation}"


def _suspect_values(result: Result) -> Iterator[str]:
    """Yield what is taken though it is wrong: it may be dropped, for its name or for being null."""
    match = VALUE.search(result.reason)
    if match and ACCEPTED.search(result.reason):
        yield f"{USED} {match[1]}"
        if match[2]:
            yield NULLS


def _suspect_fields(operation: str, result: Result) -> Iterator[str]:
    """Yield what is wrong with ids or values: they may be the mistake, not what is done."""
    match = OUT_OF_ORDER.search(result.reason)
    if match:
        yield from (f"{KEPT} {each} {match[1]}" for each in group_of(operation, result))
    if NO_TOKENS in result.reason:
        yield USAGE_KEY
    if OWN_IDS.search(result.reason):
        yield OTHER_IDS
    shown = SHOWN_FIELD.search(result.reason)
    if shown or UNMOVED_BY.search(result.rule.id):
        field = shown[1] if shown else result.subject.rpartition(".")[2].partition(" ")[0]
        yield from (f"{KEPT} {each} {field}" for each in group_of(operation, result))


def _suspect_doings(result: Result) -> Iterator[str]:
    """Yield, by what a rule is about, which plainer mistake of the server would break it too."""
    reached = result.shown is None or result.shown.ok or OF_OTHERS in result.rule.id
    if result.rule.family in SHARING and reached:
        yield OF_OTHERS
    if CONTENT.search(result.reason):
        yield f"{MEDIA.name} {ANSWERS}"
    if result.rule.family in STATES and STATE.search(result.reason):
        yield CAPITALS.name
