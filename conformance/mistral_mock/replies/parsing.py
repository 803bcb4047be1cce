"""Replies from plain values. What the API could not answer is refused, unless it says `raw`.

A reply is an object with `when` (conditions), `answer` or `answers`, and `times`, `scope`, `pace`
and `name`. Each error tells the place inside of the value and the reason.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mistral_mock.operations import check_pattern
from mistral_mock.pace import Pace
from mistral_mock.replies import checks
from mistral_mock.replies.conditions import CHECKS
from mistral_mock.replies.problem import ReplyError, check_names, demand
from mistral_mock.replies.reply import ANSWERS, Reply

if TYPE_CHECKING:
    from collections.abc import Mapping

    Place = tuple[str | int, ...]

FIELDS = ("when", "answer", "answers", "times", "scope", "pace", "name")
ELSEWHERE = {"under when": CHECKS, "under answer": ANSWERS, "beside when": FIELDS}
"""Where each name stands, for messages about those that stand in another place."""
SCOPES = ("all", "key", "conversation")
TEXTS = frozenset({"user", "any", "document", "system", "tool_result"})
MATCHES = ("contains", "equals", "pattern")
FORMATS = ("text", "json_object", "json_schema")
PACES = ("first_s", "per_second", "jitter", "seed")


def parse_reply(raw: object, place: Place = (), name: str = "") -> Reply:
    """Return the reply that a value describes.

    Raises:
        ReplyError: It describes none, or one that lies.

    """
    demand(isinstance(raw, dict), place, "a reply is a mapping with when and answer")
    assert isinstance(raw, dict)  # noqa: S101 - said to the type checker; demanded above
    check_names(raw, FIELDS, place, ELSEWHERE)
    said = {} if raw.get("when") is None else raw["when"]
    when = parse_conditions(said, (*place, "when"))
    answers = parse_answers(raw, when, place)
    times = raw.get("times", len(answers) if len(answers) > 1 else None)
    whole = times is None or (type(times) is int and times >= 1)
    demand(whole, (*place, "times"), "it is a whole number from 1, or null for no end")
    scope = raw.get("scope", "all")
    demand(scope in SCOPES, (*place, "scope"), f"it is one of {', '.join(SCOPES)}")
    return Reply(
        when=when,
        answers=answers,
        times=times,
        scope=scope,
        pace=parse_pace(raw["pace"], (*place, "pace")) if raw.get("pace") is not None else None,
        name=str(raw.get("name") or name),
    )


def parse_answers(raw: Mapping[str, Any], when: Mapping[str, Any], place: Place) -> tuple[Any, ...]:
    """Return the answers of a reply, one after the other.

    Raises:
        ReplyError: There is none, or one lies.

    """
    several = "answers" in raw
    demand(("answer" in raw) != several, place, "a reply has either answer or answers")
    given = raw["answers"] if several else [raw["answer"]]
    name: Place = (*place, "answers" if several else "answer")
    demand(isinstance(given, list | tuple) and bool(given), name, "answers is a list, not empty")
    return tuple(
        checks.parse_answer(one, when.get("operation", "*"), (*name, number) if several else name)
        for number, one in enumerate(given)
    )


def parse_conditions(raw: object, place: Place) -> dict[str, Any]:
    """Return the conditions of a reply.

    Raises:
        ReplyError: One is unknown, or can never be met.

    """
    demand(isinstance(raw, dict), place, "conditions are a mapping")
    assert isinstance(raw, dict)  # noqa: S101 - said to the type checker; demanded above
    check_names(raw, CHECKS, place, ELSEWHERE)
    for name, wanted in raw.items():
        check_condition(name, wanted, (*place, name))
    return dict(raw)


def check_condition(name: str, wanted: Any, place: Place) -> None:  # noqa: ANN401 - JSON or a function
    """Pass when the condition can be met.

    Raises:
        ReplyError: It cannot.

    """
    if name in TEXTS:
        check_text(wanted, place)
    elif name == "operation":
        demand(isinstance(wanted, str), place, "it is a pattern of operation ids")
        try:
            check_pattern(wanted)
        except ValueError as error:
            raise ReplyError(place, str(error)) from error
    elif name == "turn":
        demand(type(wanted) is int and wanted >= 1, place, "it is a whole number from 1")
    elif name == "response_format":
        demand(wanted in FORMATS, place, f"it is one of {', '.join(FORMATS)}")
    elif name == "header":
        demand(isinstance(wanted, dict) and bool(wanted), place, "it is a mapping of names")
        for header, value in wanted.items():
            check_text(value, (*place, header))
    elif name == "function":
        demand(callable(wanted), place, "it is a Python function, which only Python can give")
    else:
        demand(isinstance(wanted, str) and bool(wanted), place, "it is a text, not empty")


def check_text(wanted: Any, place: Place) -> None:  # noqa: ANN401 - JSON or a function
    """Pass for a text, a pattern, a function, or a mapping with one of MATCHES.

    Raises:
        ReplyError: It is something else, or a pattern that cannot be read.

    """
    if isinstance(wanted, str | re.Pattern) or callable(wanted):
        return
    told = f"it is a text, or a mapping with one of {', '.join(MATCHES)}"
    demand(isinstance(wanted, dict) and len(wanted) == 1, place, told)
    ((name, value),) = wanted.items()
    demand(name in MATCHES and isinstance(value, str), place, told)
    if name == "pattern":
        try:
            re.compile(value)
        except re.error as error:
            raise ReplyError((*place, name), f"it is not a pattern: {error}") from error


def parse_pace(raw: object, place: Place) -> Pace:
    """Return how fast the pieces of an answer come.

    Raises:
        ReplyError: It makes no sense.

    """
    demand(isinstance(raw, dict), place, f"it is a mapping with {', '.join(PACES)}")
    assert isinstance(raw, dict)  # noqa: S101 - said to the type checker; demanded above
    check_names(raw, PACES, place)
    for name, value in raw.items():
        number = isinstance(value, int | float) and not isinstance(value, bool)
        most = {"jitter": 1, "first_s": 3600}.get(name, 1_000_000)
        right = number and (name == "seed" or 0 <= value <= most)
        demand(right and (name != "per_second" or value > 0), (*place, name), "it makes no sense")
    return Pace(**raw)
