"""Defects of moderation and classification."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.mutants.registry import mutant
from mistral_conformance.mutants.tools import edited
from mistral_conformance.rules.classifiers import CLASSIFY, CLASSIFY_CHAT, MODERATE, MODERATE_CHAT

if TYPE_CHECKING:
    from mistral_conformance.mutants.registry import Part

ANSWER = "resources.classifiers:answer"
RATE = "judgement:rate"


@mutant(
    "classifiers.only-the-first-text", MODERATE, CLASSIFY, place="resources.classifiers:as_list"
)
def only_the_first_text(as_list: Part) -> Part:
    """Only the first of several texts is judged."""
    return lambda given: as_list(given)[:1]


@mutant(
    "classifiers.only-the-first-talk", MODERATE_CHAT, place="resources.classifiers:moderate_chat"
)
def only_the_first_talk(moderate_chat: Part) -> Part:
    """Only the first of several conversations is judged."""
    return edited(moderate_chat, lambda found: {**found, "results": found["results"][:1]})


@mutant("classifiers.one-category-alone", MODERATE, place="judgement:flag")
def one_category_alone(flag: Part) -> Part:
    """Of all categories only the likeliest is flagged."""

    def defect(scores: Part) -> Part:
        likeliest = max(scores, key=scores.get)
        return {each: told and each == likeliest for each, told in flag(scores).items()}

    return defect


@mutant(
    "classifiers.talks-are-judged-by-their-beginning",
    MODERATE_CHAT,
    place="completion.messages:join",
)
def talks_are_judged_by_their_beginning(join: Part) -> Part:
    """Only the first message of a conversation is read."""
    return lambda messages: join(messages[:1])


@mutant(
    "classifiers.talks-are-judged-by-their-end", MODERATE_CHAT, place="completion.messages:join"
)
def talks_are_judged_by_their_end(join: Part) -> Part:
    """Only the last message of a conversation is read."""
    return lambda messages: join(messages[-1:])


@mutant("classifiers.scores-are-constant", MODERATE, CLASSIFY, place=RATE)
def scores_are_constant(rate: Part) -> Part:
    """Every text has the same scores."""
    return lambda _text: rate("nothing")


@mutant("classifiers.scores-are-turned-around", MODERATE, place=RATE)
def scores_are_turned_around(rate: Part) -> Part:
    """Harmless texts have the high scores."""
    return lambda text: {category: 1 - score for category, score in rate(text).items()}


@mutant("classifiers.nothing-is-flagged", MODERATE, place="judgement:flag")
def nothing_is_flagged(flag: Part) -> Part:
    """No category is ever flagged."""
    return lambda scores: dict.fromkeys(flag(scores), False)


@mutant("classifiers.scores-are-percent", MODERATE, CLASSIFY, place=RATE)
def scores_are_percent(rate: Part) -> Part:
    """Scores go up to 100."""
    return lambda text: {category: 100 * score for category, score in rate(text).items()}


@mutant("classifiers.talks-are-one", CLASSIFY_CHAT, place="resources.classifiers:classify_chat")
def talks_are_one(classify_chat: Part) -> Part:
    """Several conversations get one result."""
    return edited(classify_chat, lambda found: {**found, "results": found["results"][:1]})


@mutant("classifiers.ids-are-one", MODERATE, CLASSIFY, place=ANSWER)
def ids_are_one(answer: Part) -> Part:
    """All answers have the same id."""
    return lambda ctx, results: edited(
        lambda given: answer(given, results), lambda found: {**found, "id": "0" * 32}
    )(ctx)


@mutant(
    "classifiers.any-model-judges",
    MODERATE,
    MODERATE_CHAT,
    CLASSIFY,
    CLASSIFY_CHAT,
    place="resources.classifiers:check",
)
def any_model_judges(check: Part) -> Part:
    """Every name of a model judges."""

    def defect(ctx: Part, capability: str, texts: Part) -> Part:
        body = {**ctx.body, "model": "mistral-moderation-latest"}
        return check(evolve(ctx, body=body), capability, texts)

    return defect


@mutant(
    "classifiers.long-talks-lose-their-beginning", MODERATE_CHAT, place="completion.messages:join"
)
def long_talks_lose_their_beginning(join: Part) -> Part:
    """Only the last forty messages of a conversation are read."""
    return lambda messages: join(messages[-40:])
