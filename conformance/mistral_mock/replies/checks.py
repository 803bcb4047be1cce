"""Whether the API could give an answer that a reply has."""

from __future__ import annotations

import math
import re
import struct
from typing import TYPE_CHECKING, Any

import mistral_openapi
from mistral_mock import registry
from mistral_mock.answers import JSON
from mistral_mock.completion.messages import CALL_ID
from mistral_mock.operations import load_operations
from mistral_mock.replies import templates
from mistral_mock.replies.entries import check_arguments, check_entries
from mistral_mock.replies.problem import ReplyError, check_json, check_names, demand
from mistral_mock.replies.raw import check_bareness, check_header_names, check_raw, check_status
from mistral_mock.replies.reply import ANSWERS, KINDS, WHOLE, find_operations, is_answer_for
from mistral_mock.schemas import Schema

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Place = tuple[str | int, ...]

REASONS = ("stop", "length", "model_length", "error", "tool_calls")
MOST_TOKENS = 2**31 - 1
LANGUAGE = re.compile(r"\w{2}")
CHOICE = frozenset({"text", "json", "thinking", "tool_calls", "finish_reason"})
TOGETHER = CHOICE | {"usage"}


def parse_answer(raw: Any, pattern: str, place: Place) -> Any:  # noqa: ANN401 - JSON or a function
    """Return the answer that a value describes; a text alone is what a model says.

    Raises:
        ReplyError: It describes none, or the operations of the pattern cannot give it.

    """
    if callable(raw):
        return raw
    answer = {"text": raw} if isinstance(raw, str) else raw
    demand(isinstance(answer, dict) and bool(answer), place, "an answer is a text or a mapping")
    check_names(answer, ANSWERS, place)
    wrong = templates.find_wrong(answer)
    roots = ", ".join(templates.ROOTS)
    demand(wrong is None, place, f"${{{wrong}}} leads nowhere; there are {roots}")
    check_kinds(answer, pattern, place)
    for name, value in answer.items():
        if name in CHECKS:
            CHECKS[name](value, (*place, name))
    check_labels(answer, pattern, place)
    check_choice(answer, place)
    if "raw" in answer:
        check_bareness(answer, place)
    if "body" in answer and not has_places(answer):
        check_body(answer, pattern, place)
    return answer


def check_kinds(answer: Mapping[str, Any], pattern: str, place: Place) -> None:
    """Pass when the answer is of one kind, and the pattern means operations of that kind."""
    kinds = [name for name in answer if name in KINDS or name in WHOLE]
    demand(bool(kinds), place, f"an answer has one of {', '.join([*KINDS, *sorted(WHOLE)])}")
    one = set(kinds) <= TOGETHER or len(kinds) == 1
    demand(one, place, f"{' and '.join(kinds)} do not go together")
    demand(not {"text", "json"} <= set(kinds), place, "text and json do not go together")
    if set(kinds) & set(KINDS):
        misplaced = sorted(answer.keys() & {"status", "headers"})
        demand(not misplaced, place, f"only body, error and raw go with {' and '.join(misplaced)}")
    if not set(kinds) <= TOGETHER:
        alone = sorted(answer.keys() & {"usage", "finish_reason"})
        fits = not alone or kinds == ["choices"]
        demand(
            fits, place, f"only text, json, tool_calls and choices go with {' and '.join(alone)}"
        )
    for kind in kinds:
        known = registry.answering(kind)
        fits = kind in WHOLE or bool(find_operations(pattern, known))
        told = ", ".join(sorted(known))
        demand(fits, (*place, kind), f"{pattern} cannot answer so; {kind} is for {told}")


def check_labels(answer: Mapping[str, Any], pattern: str, place: Place) -> None:
    """Pass when an operation of the pattern scores all labels; learned ones may be any."""
    able = find_operations(pattern, registry.answering("scores")) if "scores" in answer else []
    if not able or any(is_answer_for(answer, one) for one in able):
        return
    known = frozenset[str]().union(*(registry.labels(one) or () for one in able))
    check_names(answer["scores"], known, (*place, "scores"))


def check_choice(choice: Mapping[str, Any], place: Place) -> None:
    """Pass when calls and the reason to finish go together."""
    calls, reason = choice.get("tool_calls"), choice.get("finish_reason")
    if reason is not None:
        demand(reason in REASONS, (*place, "finish_reason"), f"it is one of {', '.join(REASONS)}")
        if reason == "tool_calls":
            demand(bool(calls), (*place, "finish_reason"), "there are no tool_calls")
        if reason == "stop":
            demand(
                not calls, (*place, "finish_reason"), "an answer that calls tools says tool_calls"
            )


def check_spoken(value: object, place: Place) -> None:
    """Pass for text that JSON can hold."""
    demand(isinstance(value, str), place, "it is a text")
    check_json(value, place)


def check_calls(value: Any, place: Place) -> None:  # noqa: ANN401 - JSON
    """Pass for calls with names and arguments as the API gives them."""
    demand(isinstance(value, list) and bool(value), place, "it is a list of calls, not empty")
    known: set[str] = set()
    for number, call in enumerate(value):
        at = (*place, number)
        demand(isinstance(call, dict), at, "a call has name, arguments and perhaps id")
        check_names(call, ("name", "arguments", "id"), at)
        name = call.get("name")
        demand(isinstance(name, str) and bool(name), (*at, "name"), "a call names its function")
        check_arguments(call.get("arguments", {}), (*at, "arguments"))
        if "id" in call:
            right = isinstance(call["id"], str) and CALL_ID.fullmatch(call["id"])
            demand(bool(right), (*at, "id"), "an id has 9 letters and digits")
            demand(call["id"] not in known, (*at, "id"), "two calls have it")
            known.add(call["id"])


def check_choices(value: Any, place: Place) -> None:  # noqa: ANN401 - JSON
    """Pass for several answers of a model."""
    demand(isinstance(value, list) and bool(value), place, "it is a list of answers, not empty")
    for number, choice in enumerate(value):
        at = (*place, number)
        if isinstance(choice, str):
            continue
        demand(isinstance(choice, dict) and bool(choice), at, "it is a text or a mapping")
        check_names(choice, CHOICE, at)
        for name, one in choice.items():
            if name in CHECKS:
                CHECKS[name](one, (*at, name))
        check_choice(choice, at)


def check_usage(value: Any, place: Place) -> None:  # noqa: ANN401 - JSON
    """Pass for counts of tokens that add up."""
    demand(isinstance(value, dict), place, "it is a mapping")
    names = ("prompt_tokens", "completion_tokens", "total_tokens")
    check_names(value, names, place)
    for name, one in value.items():
        right = type(one) is int and 0 <= one <= MOST_TOKENS
        demand(right, (*place, name), f"it is a whole number from 0 to {MOST_TOKENS}")
    if "total_tokens" in value:
        whole, parts = (*place, "total_tokens"), [value[one] for one in names[:2] if one in value]
        demand(bool(parts), whole, f"it goes with {' or '.join(names[:2])}")
        fits = sum(parts) == value["total_tokens"] or len(parts) == 1
        demand(fits and sum(parts) <= value["total_tokens"], whole, f"the parts make {sum(parts)}")


def check_vectors(value: Any, place: Place) -> None:  # noqa: ANN401 - JSON
    """Pass for a vector, or several of one length."""
    demand(isinstance(value, list) and bool(value), place, "it is a vector or a list of them")
    several = value if isinstance(value[0], list) else [value]
    for number, vector in enumerate(several):
        at = (*place, number) if several is value else place
        numbers = isinstance(vector, list) and bool(vector) and all(map(is_number, vector))
        demand(numbers, at, "a vector is a list of numbers, not empty")
        demand(len(vector) == len(several[0]), at, "all vectors have the same length")


def is_number(value: object) -> bool:
    """Say whether a number that 32 bits can hold, as vectors in base64 do; no infinity."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value) and bool(struct.pack("<f", value))
    except OverflowError:
        return False


def check_pages(value: Any, place: Place) -> None:  # noqa: ANN401 - JSON
    """Pass for the texts of pages."""
    demand(isinstance(value, list) and bool(value), place, "it is a list of texts, not empty")
    for number, page in enumerate(value):
        check_spoken(page, (*place, number))


def check_transcript(value: Any, place: Place) -> None:  # noqa: ANN401 - JSON
    """Pass for a text, or a mapping of text and language."""
    if not isinstance(value, dict):
        check_spoken(value, place)
        return
    check_names(value, ("text", "language"), place)
    demand("text" in value, place, "it has a text")
    for name, one in value.items():
        check_spoken(one, (*place, name))
    language = value.get("language", "en")
    fits = LANGUAGE.fullmatch(language) or templates.PLACE.search(language)
    demand(bool(fits), (*place, "language"), "a language has two letters")


def check_scores(value: Any, place: Place) -> None:  # noqa: ANN401 - JSON
    """Pass for scores from 0 to 1."""
    demand(isinstance(value, dict) and bool(value), place, "it is a mapping from label to score")
    for name, one in value.items():
        right = is_number(one) and 0 <= one <= 1
        demand(right, (*place, str(name)), "a score is a number from 0 to 1")


def check_error(value: Any, place: Place) -> None:  # noqa: ANN401 - JSON
    """Pass for an error in the API's own words."""
    demand(isinstance(value, dict), place, "it is a mapping with status and message")
    check_names(value, ("status", "message", "type", "code"), place)
    status = value.get("status")
    demand(
        type(status) is int and 400 <= status <= 599, (*place, "status"), "it is from 400 to 599"
    )
    for name in ("message", "type", "code"):
        if name in value:
            check_spoken(value[name], (*place, name))


def check_body(answer: Mapping[str, Any], pattern: str, place: Place) -> None:
    """Pass when all operations of the pattern can give the body with its status."""
    status, body = answer.get("status", 200), answer["body"]
    check_json(body, (*place, "body"))
    found = [one for one in load_operations() if find_operations(pattern, frozenset({one.id}))]
    at = (*place, "body")
    demand(len(found) == 1, at, "a body takes one operation under when; say raw for any answer")
    responses = found[0].object["responses"]
    given = str(status) if "status" in answer else next(iter(responses))
    documented = responses.get(given)
    told = f"{found[0].id} answers {', '.join(responses)}, not {given}; say error or raw"
    demand(documented is not None, (*place, "status"), told)
    content = mistral_openapi.resolve(documented).get("content", {})
    demand(JSON in content, at, f"{found[0].id} has no JSON with {given}; say raw")
    schema = Schema(content[JSON]["schema"])
    problems = schema.problems(body, ())
    if problems:
        first = problems[0]
        raise ReplyError((*at, *first.loc), f"{first.msg}; say raw if it has to be so")
    check_fields(body, schema, at)


def check_fields(value: object, schema: Schema, place: Place) -> None:
    """Pass when the document knows all fields of an object, and of those that it lists."""
    if isinstance(value, list) and "array" in schema.types:
        for number, one in enumerate(value):
            check_fields(one, schema.item, (*place, number))
    elif isinstance(value, dict) and schema.properties:
        check_names(value, schema.properties, place)
        for name, one in value.items():
            check_fields(one, schema.properties[name], (*place, name))


def has_places(value: Any) -> bool:  # noqa: ANN401 - JSON
    """Say whether parts of it come from the request."""
    if isinstance(value, str):
        return templates.PLACE.search(value) is not None
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(has_places(part) for part in parts)


CHECKS: dict[str, Callable[[Any, Place], None]] = {
    "text": check_spoken,
    "thinking": check_spoken,
    "json": check_json,
    "tool_calls": check_calls,
    "choices": check_choices,
    "usage": check_usage,
    "vectors": check_vectors,
    "pages": check_pages,
    "transcript": check_transcript,
    "scores": check_scores,
    "entries": check_entries,
    "status": check_status,
    "headers": check_header_names,
    "error": check_error,
    "raw": check_raw,
}
