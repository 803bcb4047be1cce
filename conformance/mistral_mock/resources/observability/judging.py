"""What a judge says about messages: a verdict that follows from the texts alone.

No model runs. A judge compares the words of the conversation with those that its own output
definition uses for each class or for each end of its scale, the last answer counting most; where
no word says anything, the text itself decides, always in the same way (our choice).
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from mistral_mock.resources.observability import texts
from mistral_mock.resources.observability.errors import observability_error

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Mapping, Sequence

    from mistral_mock.context import Context

    Message = Mapping[str, Any]
    Judge = Mapping[str, Any]

ROLES = frozenset({"system", "developer", "user", "assistant", "tool"})
ANSWERING = "assistant"
"""The role whose messages may have tool calls in place of content."""
CLASSES = "CLASSIFICATION"
LOWEST, HIGHEST = 0.0, 1.0
"""The ends of a scale that does not name its own, as the document says."""
PLACES = 4
"""Decimal places of a number that a judge gives."""
LAST_ANSWER = 3
"""How many times the words of the last answer count."""


def judge_messages(
    ctx: Context,
    judge: Judge,
    messages: Sequence[Message],
    properties: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the `JudgeOutput` of a judge on a conversation.

    The judge is what `CreateJudgeRequest` or `Judge` hold; the properties are what else it may
    know. Any model name will do, since no model runs.

    Raises:
        APIError: 400 `JUDGE_CONVERSATION_FORMAT_ERROR`, these are not messages to judge.

    """
    check_messages(messages)
    words = collect_words(messages, properties)
    chance = draw(ctx.settings.seed, judge, messages, properties)
    output = judge["output"]
    if output.get("type") == CLASSES:
        return classify(output["options"], words, chance)
    return rate(output, words, chance)


def check_messages(messages: Sequence[Message]) -> None:
    """Lets a conversation through that has messages, each with a role and content.

    Raises:
        APIError: 400 `JUDGE_CONVERSATION_FORMAT_ERROR`.

    """
    if not messages:
        raise _malformed("There is no message to judge")
    for place, message in enumerate(messages):
        role, content = message.get("role"), message.get("content")
        if not isinstance(role, str) or role not in ROLES:
            raise _malformed(f"Message {place} has no role out of {', '.join(sorted(ROLES))}")
        if not isinstance(content, str | list) and (content is not None or role != ANSWERING):
            raise _malformed(f"Message {place} has no content")


def _malformed(reason: str) -> Exception:
    return observability_error(400, reason, "JUDGE_CONVERSATION_FORMAT_ERROR")


def collect_words(
    messages: Sequence[Message], properties: Mapping[str, Any] | None
) -> Counter[str]:
    """Return the words of all that a judge sees; those of the last answer several times."""
    words = texts.count_words(texts.read_messages(messages))
    words += texts.count_words(" ".join(map(str, (properties or {}).values())))
    last = texts.count_words(texts.read_last(messages, ANSWERING) or "")
    for _ in range(LAST_ANSWER - 1):
        words += last
    return words


def draw(
    seed: int, judge: Judge, messages: Sequence[Message], properties: Mapping[str, Any] | None
) -> float:
    """Return a number from 0 to 1 made from the mock's seed, the instructions and the texts."""
    known = str(sorted((properties or {}).items(), key=str))
    parts = [str(seed), str(judge.get("instructions")), known]
    parts += [f"{each.get('role')} {texts.read_content(each.get('content'))}" for each in messages]
    digest = blake2b("\0".join(parts).encode(), digest_size=6).digest()
    return int.from_bytes(digest, "big") / (256**6 - 1)


def classify(
    options: Sequence[Mapping[str, Any]], words: Counter[str], chance: float
) -> dict[str, Any]:
    """Return the class whose name and description share most with the words.

    Empty without classes.
    """
    if not options:
        return {"analysis": "There is no class to choose from.", "answer": ""}
    likeness = [_compare(f"{each['value']} {each['description']}", words) for each in options]
    best = max(likeness)
    if best > 0:
        chosen = options[likeness.index(best)]
    else:
        chosen = options[min(int(chance * len(options)), len(options) - 1)]
    analysis = f"Of {len(options)} classes, {chosen['value']!r} fits best: {_explain(best)}."
    return {"analysis": analysis, "answer": chosen["value"]}


def rate(output: Mapping[str, Any], words: Counter[str], chance: float) -> dict[str, Any]:
    """Return a number between the ends, nearer to the end whose description shares more.

    A scale may be turned round: each description stays with its own end.
    """
    ends = [
        (output.get("min", LOWEST), output["min_description"]),
        (output.get("max", HIGHEST), output["max_description"]),
    ]
    (low, lowest), (high, highest) = sorted(ends, key=lambda end: end[0])
    down, up = _compare(lowest, words), _compare(highest, words)
    share = up / (up + down) if up + down else chance
    share = (9 * share + chance) / 10  # two texts hardly ever get quite the same number
    answer = min(max(round(low + share * (high - low), PLACES), low), high)
    end = "highest" if share > 1 / 2 else "lowest"
    analysis = f"{answer} is nearer to the {end} value: {_explain(max(up, down))}."
    return {"analysis": analysis, "answer": answer}


def _compare(description: str, words: Counter[str]) -> float:
    return texts.measure_likeness(texts.count_words(description), words)


def _explain(likeness: float) -> str:
    if likeness == 0:
        return "no word of the definition occurs in the conversation"
    return f"the words of its description and of the conversation agree to {likeness:.0%}"
