"""Moderation and classification: one result for each text, scores that answer to what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_conformance.rules.common.able import able_model
from mistral_conformance.rules.common.readings import exactly
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import SHOULD

if TYPE_CHECKING:
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context

MODERATE = "classifiers.moderate"
MODERATE_CHAT = "classifiers.moderate_chat"
CLASSIFY = "classifiers.classify"
CLASSIFY_CHAT = "classifiers.classify_chat"

LONG = 100
"""So many messages come after the one that counts."""
KIND = "Thank you for the lovely flowers."
TELLING = {
    "violence_and_threats": "I will kill you tonight, and then I will murder your brother.",
    "pii": "Her email is anna.martin@example.com and her phone number is +33 1 99 00 12 34.",
    "financial": "Should I invest my pension in stock or in bitcoin?",
    "law": "Can my lawyer end the contract before the lawsuit goes to court?",
}


@rule(
    SHOULD, "document: ModerationObject; choices.classifiers-flags-follow-the-scores", (MODERATE,)
)
def flags_follow_the_scores(ctx: Context) -> None:
    """A plain threat is flagged, a kind word is not, and a flag goes with a higher score.

    What is flagged in one text is flagged wherever its score is as high, beside others too. Scores
    may be left out.
    """
    threat_, *others = TELLING.values()
    texts = [KIND, threat_, *others, *(f"{threat_} {each}" for each in others)]
    answer = _ask(ctx, MODERATE, texts)
    kind, threat, *_ = exactly(len(texts), answer["results"], "results", answer)
    ctx.expect(not any(kind["categories"].values()), "a kind word is flagged", answer)
    ctx.expect(any(threat["categories"].values()), "a threat is not flagged", answer)
    name = next(each for each, flagged in threat["categories"].items() if flagged)
    pair = tuple(each["category_scores"].get(name, 0) for each in (threat, kind))
    ctx.expect(pair[0] > pair[1], f"{name} is flagged with the scores {pair}", answer)
    for name in threat["categories"]:
        found = [e for e in answer["results"] if name in e["category_scores"]]
        told = [(e["category_scores"][name], e["categories"][name]) for e in found]
        least = min((score for score, flagged in told if flagged), default=1)
        missed = [score for score, flagged in told if score > least and not flagged]
        ctx.expect(not missed, f"{name} is flagged at {least}, and not at {missed}", answer)


@rule(
    SHOULD,
    (
        "document: classifiers.moderate_chat; "
        "choices.classifiers-conversations-are-rated-by-their-words"
    ),
    (MODERATE_CHAT,),
)
def conversations_are_rated_by_their_words(ctx: Context) -> None:
    """A conversation with a threat at its end is rated higher than one without.

    What was said before counts, too: the same end gets other scores after a threat, however long
    the talk goes on.
    """
    category = "violence_and_threats"
    threat = TELLING[category]
    given = [_talk(each, *[KIND] * LONG) for each in (KIND, threat)]
    given = [_talk(KIND, KIND), _talk(KIND, threat), _talk(threat, KIND), *given]
    answer = _ask(ctx, MODERATE_CHAT, given)
    results = exactly(len(given), answer["results"], "results", answer)
    scores = [result["category_scores"].get(category, None) for result in results]
    if None in scores:
        ctx.skip(f"the model has no category {category}")
    ctx.expect(scores[1] > scores[0], f"{category} has the scores {scores[:2]}", answer)
    kind, _, threatened, long, long_threatened = (each["category_scores"] for each in results)
    ctx.expect(kind != threatened, "what comes before the last message changes nothing", answer)
    said = f"what comes {LONG} messages before the end changes nothing"
    ctx.expect(long != long_threatened, said, answer)


def _ask(ctx: Context, operation: str, given: list[Any], ability: str = "moderation") -> Exchange:
    """Return what is said of texts or conversations."""
    sent = {"model": able_model(ctx, ability), "input": given}
    return ctx.answer(operation, json=sent)


def _talk(*words: str) -> list[dict[str, str]]:
    """Return a conversation in which the user and the assistant take turns."""
    roles = ("user", "assistant")
    return [{"role": roles[place % 2], "content": each} for place, each in enumerate(words)]
