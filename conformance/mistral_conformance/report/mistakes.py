"""Kinds of mistakes that servers make, each told by many rules in words of their own.

A kind has a title, which names it in reports, and is seen in what a rule says. Some are made by a
whole server at once, others by each resource for itself.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from attrs import field, frozen

from mistral_conformance.record.events import EVENT_STREAM

if TYPE_CHECKING:
    from collections.abc import Callable

    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.verdict.outcome import Result

NO_IDS = "(ids of nothing)"
"""What rules say of a request whose ids nobody has."""
STATUS = re.compile(
    r"answer(?:s|ed) (\d{3})\b[^;]*?(\d(?:\d\d|xx)(?:\)?(?:, | or )\d{3})*)\)? is due"
)
UNDOCUMENTED = re.compile(r"status (\d{3}) is not documented: (2\d\d)?")
SENT_WRONG = re.compile(r"\((generated invalid request|ids of nothing|a wrong key)\)")
MEDIA_TYPE = re.compile(
    r"the answer is (\S+/\S+|without a media type), |the media type is '([^']*)'"
    r"|a stream was asked for, \S+ came"
)
NOT_JSON = "the answer is not JSON"
GONE = re.compile(
    r"still shows (a deleted|the \w+$|what was deleted)|a deleted \w+ answers|after its \w+ went"
    r"|of a deleted \w+: answered 2|is still (there|listed|shown)"
)
QUOTED = re.compile(r"'(\w+)'|\"(\w+)\"")
CLEARED = re.compile(r"still shows `|sent was null$")
CHANGED = re.compile(r"did not move with|shows? `[^`]+` as .*, sent was|still shows `")
CHANGING = re.compile(r"change|update|clears|patch|put\b")
UNSTABLE = r"(`id`|\bid) is [\"'].*( in | without|, not )|differ in id\b|changed `id`"
ACCEPTED = re.compile(r"(an invalid request|the request breaks the document, and) was answered 2")
FOREIGN = re.compile(r"\bforeign\b|\bof another\b|\bstranger|\bneighbour|\bother-")
BROKEN_WALK = (
    r"does not end within \d+ pages|has one \w+ \d+ times|an item (comes )?twice"
    r"|without it leaves out|the list lacks \d+ items?\b"
)
"""What is said where the pages of a list do not make the list, whatever was looked for in it."""
OF_OTHERS, ANSWERS, PAGES, PAGE_SIZES = "foreign", "answers", "pages", "page size"
TOO_FEW = re.compile(
    r"leaves out an item|leaves? \d+ items?\b|the list holds \d+ items?, without it"
)
"""What is said of filters and orders where they may be right, and the pages wrong."""
CONTENT = re.compile(r"bytes were sent, \d+ come back|tells no word of")
STAMPS = r"`\w+_at` did not move with"
PAGE_SIZE = r"\ba page (of size \d+ )?holds \d+"
END_REASON = r"\b(an? \w+ answer|calls) ends? with|finish reason is|\bthe end of choice \d+ is"
USAGE = r"\b(prompt|completion|total)_tokens\b|\bcounts? \d+ tokens|\bcost \["
NO_UUID = "a UUID is due"
REFUSED = re.compile(
    r"a documented value was answered 4\d\d|answers 4(?:00|15|22) where .+ null, 2\d\d without"
)
SIFTING, GONE_KEY, NULLS, USED, KEPT = "filters", "gone", "nulls", "options", "value"
UNMOVED, CHANGE, ORDERS_KEY, USAGE_KEY = "stamps", "change", "orders", "usage"
OPTION_RULE = "answers.option-is-used"
WISH = re.compile(r"^(\w+)=(?!.*, \w+=)")
"""A reason that begins with the one parameter that the list was asked with."""
VALUE = re.compile(r"\((\w+) = (null\b)?")
SHOWN_FIELD = re.compile(r"shows? `([^`]+)` as ")
ORDERS = frozenset(
    {"sets.sorted", "sets.sorted-as-taken", "sets.sorted-and-filtered", "sets.default-order"}
)
REFUSING = frozenset({"access", "auth", "errors", "extra", "input", "keys"})
"""Families whose rules send what has to be refused."""
WRONG_STATUSES = frozenset({"400", "413", "415", "422"})
GONE_STATUSES = frozenset({"404", "410"})
UNKNOWN_CALLER = "401"
PLAINEST = "(the plainest request)"
"""What rules say of a request that is surely right, but for what it names that has gone since."""
NEEDED = re.compile(r"[\w.]+ answered \d{3}")
"""What rules say of a request that had to succeed before they could judge."""
NOT_THERE = "what is not there"


class Mistake(NamedTuple):
    """One mistake: what the cases that show it share, any of it, and what to call it."""

    keys: tuple[str, ...]
    words: str


@frozen
class Kind:
    """A kind of mistake. `details` part mistakes of one kind; none: the server makes it once.

    Cases with one detail in common show one mistake.
    """

    name: str
    title: str
    seen: Callable[[Result, str, frozenset[str]], bool]
    details: Callable[[str, Result], tuple[str, ...]] = field(
        default=lambda _operation, _result: ("",)
    )


def find_mistake(operation: str, result: Result) -> Mistake | None:
    """Return the mistake of a known kind that a red case shows, None when it shows none."""
    answered, due = _statuses(result.reason)
    for kind in KINDS:
        if kind.seen(result, answered, due):
            keys = tuple(f"{kind.name} {each}".strip() for each in kind.details(operation, result))
            title = f"{kind.title}: " if kind.title else ""
            return Mistake(keys, f"{title}{result.reason}")
    return Mistake((f"{answered} for {_due_to(due)}",), result.reason) if due else None


def _due_to(due: frozenset[str]) -> str:
    """Return what a request was about that calls for such an answer."""
    if due & WRONG_STATUSES:
        return "wrong requests"
    return NOT_THERE if due & GONE_STATUSES else " or ".join(sorted(due))


def is_spelling(reason: str) -> bool:
    """Say whether a reason tells a word, then, as what is due, the same in other capitals."""
    told, *due = [one or other for one, other in QUOTED.findall(reason)] or [""]
    return bool(told) and any(each != told and each.casefold() == told.casefold() for each in due)


def is_about_absence(result: Result) -> bool:
    """Say whether what was asked for had to be answered as something that is not there."""
    _, due = _statuses(result.reason)
    return _due_to(due) == NOT_THERE or NO_IDS in result.reason


def is_about_refusal(result: Result) -> bool:
    """Say whether what was sent had to be refused."""
    _, due = _statuses(result.reason)
    if due:
        return min(due) >= "4"
    if PLAINEST in result.reason or NEEDED.fullmatch(result.reason):
        return False
    return result.rule.family in REFUSING or bool(SENT_WRONG.search(result.reason))


def _statuses(reason: str) -> tuple[str, frozenset[str]]:
    """Return the status that was answered and those that are due, as far as a reason tells."""
    match = STATUS.search(reason)
    if match:
        return match[1], frozenset(re.findall(r"\d(?:\d\d|xx)", match[2]))
    match = UNDOCUMENTED.search(reason)
    if match and NO_IDS in reason and match[1] >= "4":
        return match[1], frozenset({"404"})
    if match:
        return match[1], frozenset({match[2] or "another"})
    return "", frozenset()


def group_of(operation: str, _result: Result) -> tuple[str, ...]:
    """Return the resource that an operation is of."""
    return (operation.rpartition(".")[0],)


def _operation(operation: str, _result: Result) -> tuple[str, ...]:
    return (operation,)


def _sifted(operation: str, result: Result) -> tuple[str, ...]:
    """Return the parameter that a list was asked with, where it was one; else the list."""
    match = WISH.search(result.reason)
    return (match[1],) if match else (operation,)


def _asked(operation: str, result: Result) -> tuple[str, ...]:
    """Return the operation, and the field of the request that a reason names."""
    match = VALUE.search(result.reason)
    return (operation, match[1]) if match else (operation,)


def _option(_operation: str, result: Result) -> tuple[str, ...]:
    """Return the option that a case is about, which its subject names behind the operation."""
    return (result.subject.rpartition(":")[2].partition(",")[0],)


def _kept(operation: str, result: Result) -> tuple[str, ...]:
    """Return the resource, and its field that a reason names."""
    (group,) = group_of(operation, result)
    match = SHOWN_FIELD.search(result.reason)
    return (group, f"{group} {match[1]}") if match else (group,)


def _answer(_operation: str, result: Result) -> tuple[str, ...]:
    return (_statuses(result.reason)[0],)


def _streamed(_operation: str, result: Result) -> tuple[str, ...]:
    told = f"{result.rule.id} {result.reason}".replace("octet-stream", "")
    streamed = _is_unsaid_stream(result) or "stream" in told
    return ("streams" if streamed else ANSWERS,)


def _is_gone(result: Result, answered: str, due: frozenset[str]) -> bool:
    about = result.rule.family == "gone" or "delet" in f"{result.rule.id} {result.reason}"
    refused = bool(due & GONE_STATUSES) or "4xx" in due
    return bool(GONE.search(result.reason)) or (about and refused and answered < "3")


def _is_absent(_result: Result, answered: str, due: frozenset[str]) -> bool:
    return "404" in due and answered < "3"


def _is_foreign(result: Result, answered: str, due: frozenset[str]) -> bool:
    told = f"{result.rule.id} {result.reason}"
    return bool(due & {"403", "404"}) and answered < "3" and bool(FOREIGN.search(told))


def _is_accepted(result: Result, answered: str, due: frozenset[str]) -> bool:
    wrong = bool(due) and due <= WRONG_STATUSES and answered < "3"
    return wrong or bool(ACCEPTED.search(result.reason))


def _is_error_form(result: Result, _answered: str, _due: frozenset[str]) -> bool:
    about = MEDIA_TYPE.search(result.reason) or NOT_JSON in result.reason
    return bool(about) and bool(result.shown and result.shown.status >= 400)


def _is_media_type(result: Result, _answered: str, _due: frozenset[str]) -> bool:
    return bool(MEDIA_TYPE.search(result.reason)) or _is_unsaid_stream(result)


def _is_unsaid_stream(result: Result) -> bool:
    """Say whether what is no JSON is an event stream under the media type of JSON."""
    return NOT_JSON in result.reason and begins_as_stream(result.shown)


def begins_as_stream(shown: Exchange | None) -> bool:
    """Say whether an answer is an event stream by what it holds, and not by its media type."""
    return shown is not None and shown.streams and shown.media_type != EVENT_STREAM


def _is_other_success(_result: Result, answered: str, due: frozenset[str]) -> bool:
    return answered.startswith("2") and bool(due) and max(due) < "3"


def _is_deletion(result: Result, answered: str, due: frozenset[str]) -> bool:
    """Say whether a deletion that is right has another status or no status of the document."""
    deleting = bool(result.shown and result.shown.method == "DELETE")
    return deleting and _is_other_success(result, answered, due)


def _is_refused(result: Result, answered: str, due: frozenset[str]) -> bool:
    """Say whether something that is right is refused as wrong."""
    refused = answered in WRONG_STATUSES and bool(due) and max(due) < "3"
    return refused or bool(REFUSED.search(result.reason))


def _is_let_in(_result: Result, answered: str, due: frozenset[str]) -> bool:
    return due == {UNKNOWN_CALLER} and answered < "3"


def _is_refused_otherwise(_result: Result, answered: str, due: frozenset[str]) -> bool:
    return due == {UNKNOWN_CALLER} and answered == "403"


def _is_change_lost(result: Result, _answered: str, _due: frozenset[str]) -> bool:
    return bool(CHANGED.search(result.reason)) and bool(CHANGING.search(result.rule.id))


def _is_null_lost(result: Result, _answered: str, _due: frozenset[str]) -> bool:
    return bool(CLEARED.search(result.reason)) and result.rule.family in {"values", "views"}


def _is_order(result: Result, _answered: str, _due: frozenset[str]) -> bool:
    return result.rule.id in ORDERS


def _is_value_lost(result: Result, _answered: str, _due: frozenset[str]) -> bool:
    return bool(CHANGED.search(result.reason))


def _says(pattern: str) -> Callable[[Result, str, frozenset[str]], bool]:
    compiled = re.compile(pattern)
    return lambda result, _answered, _due: bool(compiled.search(result.reason))


def _is_of(*families: str) -> Callable[[Result, str, frozenset[str]], bool]:
    return lambda result, _answered, _due: result.rule.family in families


LET_IN = Kind("let in", "keys are not checked", _is_let_in)
ABSENT = Kind("absent", "what does not exist is answered", _is_absent)
TAKEN = Kind("accepted", "wrong requests are accepted", _is_accepted)
DELETES = Kind("deletions", "deletions answer otherwise", _is_deletion)
CAPITALS = Kind(
    "capitals",
    "values are spelled with other capitals",
    lambda result, _answered, _due: is_spelling(result.reason),
)
MEDIA = Kind("media type", "", _is_media_type, _streamed)
KINDS = (
    Kind(PAGE_SIZES, "pages are of a wrong size", _says(PAGE_SIZE)),
    Kind("page numbers", "pages are counted wrongly", _says(r"it is told that \{")),
    Kind(PAGES, "pages are wrong", _says(BROKEN_WALK)),
    CAPITALS,
    LET_IN,
    Kind("403 for 401", "", _is_refused_otherwise),
    Kind(OF_OTHERS, "what belongs to others is answered", _is_foreign),
    Kind(GONE_KEY, "what was deleted is still there", _is_gone),
    ABSENT,
    Kind("error form", "errors are of a wrong form", _is_error_form),
    MEDIA,
    TAKEN,
    DELETES,
    Kind("refused", "right requests are refused", _is_refused, _asked),
    Kind("success", "success has another status", _is_other_success, _answer),
    Kind(
        "end of streams", "streams do not end as due", _says(r"\[DONE\]|does not say that it ends")
    ),
    Kind("total", "totals are wrong", _says(r"\btells a total of \d+"), _operation),
    Kind("ids", "ids do not stay the same", _says(UNSTABLE), group_of),
    Kind("ends", "it is told wrongly why an answer ends", _says(END_REASON)),
    Kind(USAGE_KEY, "tokens are counted wrongly", _says(USAGE)),
    Kind(USED, "", lambda result, _answered, _due: result.rule.id == OPTION_RULE, _option),
    Kind(UNMOVED, "changes move no time", _says(STAMPS)),
    Kind("content", "contents do not come back as sent", _says(CONTENT.pattern), _operation),
    Kind(NULLS, "null clears nothing", _is_null_lost),
    Kind(CHANGE, "changes are lost", _is_change_lost, group_of),
    Kind(KEPT, "values do not come back as sent", _is_value_lost, _kept),
    Kind(PAGES, "pages are wrong", _is_of("pages", "paging")),
    Kind(ORDERS_KEY, "lists are in a wrong order", _is_order, _operation),
    Kind(SIFTING, "filters are wrong", _is_of("sets", "filters"), _sifted),
)
"""The first that fits counts."""
