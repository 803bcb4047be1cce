"""What a red case shows: where, by which cases are put together, and in words.

Cases show one mistake when they share a key, whichever operation answered. The first of these that
fits gives the key:
- an error that is told with a status of success;
- the same field in the same wrong form, apart in answers and in errors;
- no answer from one operation, server errors to requests that are wrong, or of one operation;
- one of the kinds of mistakes that many rules word differently, see `mistakes`;
- the same words, or one rule or law at one operation.

What may come of a mistake that other cases show plainly names its key in `perhaps`.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from mistral_conformance.report.mistakes import (
    ABSENT,
    CAPITALS,
    DELETES,
    MEDIA,
    NO_IDS,
    NO_UUID,
    NOT_THERE,
    TAKEN,
    begins_as_stream,
    find_mistake,
    is_about_absence,
    is_about_refusal,
    is_spelling,
)
from mistral_conformance.report.suspicions import suspect_keys
from mistral_conformance.verdict.settling import UNREPEATED

if TYPE_CHECKING:
    from mistral_conformance.probing.judging import Judge
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.verdict.outcome import Result

WORD = re.compile(r"\w+")
FIELD = re.compile(r"`([^`]+)`(?: of the answer)? (is missing|is .+? is due)")
"""What rules say of a field that is absent or of a wrong form."""
ASKED = re.compile(r"\([^()]*\)$")
"""What a rule says at its end of the request that it sent."""
WHOLE = re.compile(r"the answer is ((?!\S+/\S|without a media)[^,]+, an? .+? is due)")
"""What rules say of an answer that is of a wrong form as a whole."""
MISSING = "is missing"
STAMP, TIMES = "_at", "times"
"""How names of fields that hold a time end, and what stands for all of them."""
ERROR_AS_SUCCESS = "errors are told as success"
TO_INVALID = " to an invalid request"
"""What rules say of a request that had to be refused, behind what the server did."""
TELLING = 3
"""From so many words on, two rules that say the same mean the same."""
VARYING = re.compile(r"'[^']*'|\"[^\"]*\"|\[[^\]]*\]|\b[\w-]*\d[\w-]*\b|\b\w+(?:\.\w+)+\b")


WRONG = " for wrong requests"
"""How the key of server errors to wrong requests ends; it begins with the status.

An operation that breaks on right requests too makes no mistake of its own about wrong ones.
"""


@frozen
class Symptom:
    """What is seen of a mistake: whose answer shows it, the keys of the cases like it, in words.

    `perhaps` are keys of mistakes that explain it where other cases show them.
    """

    operation: str
    keys: tuple[str, ...]
    words: str
    perhaps: tuple[str, ...] = ()


def symptom_of(result: Result, judge: Judge) -> Symptom:
    """Return the symptom of a red case; that it did not repeat is no part of it."""
    result = evolve(result, reason=result.reason.removeprefix(UNREPEATED))
    operation, shown = operation_of(result), result.shown
    if shown is not None:
        found = _answer_symptom(operation, result, shown, judge)
        if found:
            return found
    mistake = find_mistake(operation, result)
    if mistake:
        perhaps = suspect_keys(operation, result, mistake.keys)
        return Symptom(operation, mistake.keys, mistake.words, perhaps)
    same = " ".join(VARYING.sub("", ASKED.sub("", result.reason)).split())
    said = same if len(same.split()) >= TELLING else f"{result.rule.id}: {same}"
    keys = (f"{operation}/{result.rule.id}", said)
    return Symptom(operation, keys, result.reason, suspect_keys(operation, result, keys))


def operation_of(result: Result) -> str:
    """Return the operation whose answer shows a failure; else the first that the rule is about."""
    if result.answered:
        return result.answered
    return result.operations[0] if result.operations else "the server"


def _answer_symptom(
    operation: str, result: Result, shown: Exchange, judge: Judge
) -> Symptom | None:
    """Return what the answer itself shows, whatever the rule was after."""
    if shown.ok and NO_IDS in result.reason:
        return Symptom(operation, (ABSENT.name,), f"{ABSENT.title}: {result.reason}")
    if judge.tells_error(shown):
        words = f"{ERROR_AS_SUCCESS}: what the document gives as an error has status {shown.status}"
        return Symptom(operation, (ERROR_AS_SUCCESS,), words)
    words = _fault(result, shown, judge)
    if words and (shown.status < 500 or result.rule.family == "schema"):
        return _fault_symptom(operation, shown, words)
    if shown.failure:
        return _silence(operation, result, shown)
    if shown.status >= 500:
        return _server_error(operation, result, shown.status)
    return None


def _fault_symptom(operation: str, shown: Exchange, words: str) -> Symptom:
    if begins_as_stream(shown):
        said = f"a stream comes as {shown.media_type or 'nothing'}"
        return Symptom(operation, (f"{MEDIA.name} streams",), said)
    if is_spelling(words):
        return Symptom(operation, (CAPITALS.name,), f"{CAPITALS.title}: {words}")
    if shown.status >= 400:
        return Symptom(operation, (f"error/{_misfit(words)}",), f"in errors, {words}")
    if shown.method == "DELETE" and words.endswith(MISSING):
        perhaps = (f"answer/{_misfit(words)}",)
        return Symptom(operation, (DELETES.name,), f"{DELETES.title}: {words}", perhaps)
    if _repeats(shown, FIELD.search(words)):
        return Symptom(operation, (TAKEN.name,), f"{TAKEN.title}: {words}, as it was sent")
    return Symptom(operation, (f"answer/{_misfit(words)}",), words)


def _repeats(shown: Exchange, fault: re.Match[str] | None) -> bool:
    """Say whether the field is wrong because the request was, which should have been refused."""
    try:
        sent, answer = json.loads(shown.request_content), json.loads(shown.content)
    except (ValueError, RecursionError):
        return False
    if fault is None or not isinstance(sent, dict) or not isinstance(answer, dict):
        return False
    name = fault[1]
    return name in sent and name in answer and sent[name] == answer[name]


def _fault(result: Result, shown: Exchange, judge: Judge) -> str:
    """Return what of an answer breaks the document, where that is what the rule minds.

    Else nothing.
    """
    told = set(WORD.findall(result.reason))
    faults = judge.faults(shown) if shown.operation else ()
    found = next((each.words for each in faults if each.field in told), "")
    match = FIELD.search(result.reason)
    whole = WHOLE.search(result.reason)
    return found or (f"`{match[1]}` {match[2]}" if match else whole[0] if whole else "")


def _misfit(words: str) -> str:
    """Return the field's own name and what is wrong with it, wherever in an answer it stands.

    A server spells all its times in one way, and its ids: their names do not matter.
    """
    field, _, told = words.rpartition("`")
    misfit = VARYING.sub("", told)
    if misfit.endswith(NO_UUID):
        return NO_UUID
    name = field.rpartition(".")[2].strip("`")
    return f"{TIMES if name.endswith(STAMP) and MISSING not in misfit else name}{misfit}"


def _silence(operation: str, result: Result, shown: Exchange) -> Symptom:
    """Return that no answer came, and to what, as far as the rule says so."""
    key, said = f"{operation}/silent", f"the server {shown.outcome}"
    words = result.reason.removeprefix("the server ") if said in result.reason else shown.outcome
    if TO_INVALID in result.reason:
        return Symptom(operation, (f"silent{WRONG}",), words, (key,))
    return Symptom(operation, (key,), words)


def _server_error(operation: str, result: Result, status: int) -> Symptom:
    """Return a server error, which explains whatever a rule says of it."""
    absent = f"{status} for {NOT_THERE}"
    if is_about_absence(result):
        return Symptom(operation, (absent,), f"answers {status} for {NOT_THERE}")
    if is_about_refusal(result):
        words, keys = f"answers {status} to a wrong request", (f"{status}{WRONG}",)
        perhaps = (f"{operation}/{status}", *suspect_keys(operation, result, keys))
        return Symptom(operation, keys, words, perhaps)
    keys = (f"{operation}/{status}",)
    return Symptom(operation, keys, f"answers {status}", suspect_keys(operation, result, keys))
