"""What a red case shows: where, by which cases are put together, and in words.

Cases show one mistake when they share a key, whichever operation answered. The first of these that
fits gives the key:
- the same field in the same wrong form, apart in answers and in errors;
- no answer from one operation, server errors to requests that are wrong, or of one operation;
- one of the kinds of mistakes that many rules word differently, see `mistakes`;
- the same words, or rules of one family at one operation.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from attrs import frozen

from mistral_conformance.report.mistakes import (
    ABSENT,
    NO_IDS,
    TAKEN,
    find_mistake,
    is_about_refusal,
)

if TYPE_CHECKING:
    from mistral_conformance.probing.judging import Judge
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.verdict.outcome import Result

WORD = re.compile(r"\w+")
FIELD = re.compile(r"`([^`]+)`(?: of the answer)? (is missing|is .+? is due)")
"""What rules say of a field that is absent or of a wrong form."""
ASKED = re.compile(r"\([^()]*\)$")
"""What a rule says at its end of the request that it sent."""
TELLING = 3
"""From so many words on, two rules that say the same mean the same."""
VARYING = re.compile(r"'[^']*'|\"[^\"]*\"|\[[^\]]*\]|\b[\w-]*\d[\w-]*\b|\b\w+(?:\.\w+)+\b")


WRONG = " for wrong requests"
"""How the key of server errors to wrong requests ends; it begins with the status."""


@frozen
class Symptom:
    """What is seen of a mistake: whose answer shows it, the keys of the cases like it, in words."""

    operation: str
    keys: tuple[str, ...]
    words: str


def symptom_of(result: Result, judge: Judge) -> Symptom:
    """The symptom of a red case."""
    operation, shown = operation_of(result), result.shown
    if shown is not None:
        found = _answer_symptom(operation, result, shown, judge)
        if found:
            return found
    mistake = find_mistake(operation, result)
    if mistake:
        return Symptom(operation, (mistake.key,), mistake.words)
    same = " ".join(VARYING.sub("", ASKED.sub("", result.reason)).split())
    said = same if len(same.split()) >= TELLING else f"{result.rule.id}: {same}"
    keys = (f"{operation}/{result.rule.family}", said)
    return Symptom(operation, keys, result.reason)


def operation_of(result: Result) -> str:
    """The operation whose answer shows a failure; else the first that the rule is about."""
    if result.answered:
        return result.answered
    return result.operations[0] if result.operations else "the server"


def _answer_symptom(
    operation: str, result: Result, shown: Exchange, judge: Judge
) -> Symptom | None:
    """What the answer itself shows, whatever the rule was after."""
    if shown.ok and NO_IDS in result.reason:
        return Symptom(operation, (ABSENT.name,), f"{ABSENT.title}: {result.reason}")
    words = _fault(result, shown, judge)
    if words and (shown.status < 500 or result.rule.family == "schema"):
        return _fault_symptom(operation, shown, words)
    if shown.failure:
        return Symptom(operation, (f"{operation}/silent",), f"no usable answer: {shown.failure}")
    if shown.status >= 500:
        return _server_error(operation, result, shown.status)
    return None


def _fault_symptom(operation: str, shown: Exchange, words: str) -> Symptom:
    if shown.status >= 400:
        return Symptom(operation, (f"error/{_misfit(words)}",), f"in errors, {words}")
    if _repeats(shown, FIELD.search(words)):
        return Symptom(operation, (TAKEN.name,), f"{TAKEN.title}: {words}, as it was sent")
    return Symptom(operation, (f"answer/{_misfit(words)}",), words)


def _repeats(shown: Exchange, fault: re.Match[str] | None) -> bool:
    """Whether the field is wrong because the request was, which should have been refused."""
    try:
        sent, answer = json.loads(shown.request_content), json.loads(shown.content)
    except (ValueError, RecursionError):
        return False
    if fault is None or not isinstance(sent, dict) or not isinstance(answer, dict):
        return False
    name = fault[1]
    return name in sent and name in answer and sent[name] == answer[name]


def _fault(result: Result, shown: Exchange, judge: Judge) -> str:
    """What of an answer breaks the document, where that is what the rule minds; else nothing."""
    told = set(WORD.findall(result.reason))
    faults = judge.faults(shown) if shown.operation else ()
    found = next((each.words for each in faults if each.field in told), "")
    match = FIELD.search(result.reason)
    return found or (f"`{match[1]}` {match[2]}" if match else "")


def _misfit(words: str) -> str:
    """The field's own name and what is wrong with it, wherever in an answer it stands."""
    field, _, misfit = words.rpartition("`")
    return f"{field.rpartition('.')[2].strip('`')}{misfit}"


def _server_error(operation: str, result: Result, status: int) -> Symptom:
    """A server error, which explains whatever a rule says of it."""
    if is_about_refusal(result):
        words = f"answers {status} to a wrong request"
        return Symptom(operation, (f"{status}{WRONG}",), words)
    return _broken(operation, status)


def explained(symptom: Symptom) -> Symptom:
    """The symptom as it is where the operation answers right requests in the same way."""
    statuses = [each.removesuffix(WRONG) for each in symptom.keys if each.endswith(WRONG)]
    return _broken(symptom.operation, statuses[0]) if statuses else symptom


def _broken(operation: str, status: int | str) -> Symptom:
    return Symptom(operation, (f"{operation}/{status}",), f"answers {status}")
