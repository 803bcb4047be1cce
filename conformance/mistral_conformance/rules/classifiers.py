"""Moderation and classification: one result for each text, scores that answer to what it says."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from mistral_conformance.rules.common.able import able_model
from mistral_conformance.rules.common.readings import exactly
from mistral_conformance.rules.common.steps import expect_equal, expect_refused
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MUST, SHOULD

if TYPE_CHECKING:
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context

MODERATE = "classifiers.moderate"
MODERATE_CHAT = "classifiers.moderate_chat"
CLASSIFY = "classifiers.classify"
CLASSIFY_CHAT = "classifiers.classify_chat"

NEAR = 0.001
"""What scores of one text differ by where sums are made in another order."""
KIND = "Thank you for the lovely flowers."
TELLING = {
    "violence_and_threats": "I will kill you tonight, and then I will murder your brother.",
    "pii": "Her email is anna.martin@example.com and her phone number is +33 1 99 00 12 34.",
    "financial": "Should I invest my pension in stock or in bitcoin?",
    "law": "Can my lawyer end the contract before the lawsuit goes to court?",
}


@rule(
    id="classifiers.each-text-is-moderated",
    level=MUST,
    source="document: ModerationResponse; document: ModerationObject",
    operations=(MODERATE,),
)
def each_text_is_moderated(ctx: Context) -> None:
    """Each text gets a result: a yes or no and a score from 0 to 1 for the same categories."""
    answer = _moderate(ctx, [KIND, TELLING["pii"]])
    expect_equal(ctx, len(answer["results"]), 2, "the number of results", answer)
    for result in answer["results"]:
        flags, scores = result["categories"], result["category_scores"]
        ctx.expect(flags, "a result has no categories", answer)
        expect_equal(ctx, set(scores), set(flags), "the categories with scores", answer)
        ctx.expect(all(0 <= score <= 1 for score in scores.values()), "a score is off", answer)
    single = _moderate(ctx, KIND)
    expect_equal(ctx, len(single["results"]), 1, "the number of results", single)


@rule(
    id="classifiers.scores-follow-the-text",
    level=SHOULD,
    source=(
        "document: ModerationObject.category_scores; choices.classifiers-scores-follow-the-text"
    ),
    operations=(MODERATE,),
)
def scores_follow_the_text(ctx: Context) -> None:
    """A text that is plainly of a category has a higher score there than a kind one."""
    answer = _moderate(ctx, [KIND, *TELLING.values()])
    due = len(TELLING) + 1
    results = exactly(due, answer["results"], "results", answer)
    quiet, *loud = [result["category_scores"] for result in results]
    known = [category for category in TELLING if category in quiet]
    if not known:
        ctx.skip("the model has none of the documented categories")
    for category, scores in zip(TELLING, loud, strict=True):
        if category in known:
            pair = (scores.get(category, 0), quiet[category])
            ctx.expect(pair[0] > pair[1], f"{category} has the scores {pair}", answer)


@rule(
    id="classifiers.flags-follow-the-scores",
    level=SHOULD,
    source="document: ModerationObject; choices.classifiers-flags-follow-the-scores",
    operations=(MODERATE,),
)
def flags_follow_the_scores(ctx: Context) -> None:
    """A plain threat is flagged, a kind word is not, and the flag goes with a higher score."""
    answer = _moderate(ctx, [KIND, TELLING["violence_and_threats"]])
    kind, threat = exactly(2, answer["results"], "results", answer)
    ctx.expect(not any(kind["categories"].values()), "a kind word is flagged", answer)
    ctx.expect(any(threat["categories"].values()), "a threat is not flagged", answer)
    name = next(each for each, flagged in threat["categories"].items() if flagged)
    pair = (threat["category_scores"][name], kind["category_scores"][name])
    ctx.expect(pair[0] > pair[1], f"{name} is flagged with the scores {pair}", answer)


@rule(
    id="classifiers.each-conversation-is-moderated",
    level=MUST,
    source="document: ChatModerationRequest.input",
    operations=(MODERATE_CHAT,),
)
def each_conversation_is_moderated(ctx: Context) -> None:
    """A list of messages is one conversation with one result; two such lists get two."""
    one = _moderate_chat(ctx, _talk(KIND, KIND))
    expect_equal(ctx, len(one["results"]), 1, "the number of results", one)
    two = _moderate_chat(ctx, [_talk(KIND), _talk(TELLING["pii"])])
    expect_equal(ctx, len(two["results"]), 2, "the number of results", two)


@rule(
    id="classifiers.conversations-are-rated-by-their-words",
    level=SHOULD,
    source=(
        "document: classifiers.moderate_chat; "
        "choices.classifiers-conversations-are-rated-by-their-words"
    ),
    operations=(MODERATE_CHAT,),
)
def conversations_are_rated_by_their_words(ctx: Context) -> None:
    """A conversation with a threat at its end is rated higher than one without."""
    category = "violence_and_threats"
    answer = _moderate_chat(ctx, [_talk(KIND, KIND), _talk(KIND, TELLING[category])])
    results = exactly(2, answer["results"], "results", answer)
    scores = [result["category_scores"].get(category, None) for result in results]
    if None in scores:
        ctx.skip(f"the model has no category {category}")
    ctx.expect(scores[1] > scores[0], f"{category} has the scores {scores}", answer)


@rule(
    id="classifiers.each-text-is-classified",
    level=MUST,
    source="document: ClassificationResponse",
    operations=(CLASSIFY,),
)
def each_text_is_classified(ctx: Context) -> None:
    """Each text gets scores from 0 to 1 for the labels of the same targets."""
    answer = _classify(ctx, [KIND, TELLING["law"]])
    shapes = [_shape(result) for result in answer["results"]]
    expect_equal(ctx, len(shapes), 2, "the number of results", answer)
    ctx.expect(shapes[0] and all(shapes[0].values()), "a target has no scores", answer)
    expect_equal(ctx, shapes[1], shapes[0], "the labels of the second text", answer)
    scores = [
        score
        for result in answer["results"]
        for target in result.values()
        for score in target["scores"].values()
    ]
    ctx.expect(all(0 <= score <= 1 for score in scores), "a score is off", answer)


@rule(
    id="classifiers.classes-follow-the-text",
    level=SHOULD,
    source=("document: ClassificationTargetResult; choices.classifiers-classes-follow-the-text"),
    operations=(CLASSIFY,),
)
def classes_follow_the_text(ctx: Context) -> None:
    """The same text has the same scores twice, and another text has others."""
    answer = _classify(ctx, [KIND, KIND, TELLING["law"]])
    first, again, other = exactly(3, answer["results"], "results", answer)
    ctx.expect(_are_near(first, again), "the same text has other scores", answer)
    ctx.expect(not _are_near(first, other), "another text has the same scores", answer)


@rule(
    id="classifiers.each-conversation-is-classified",
    level=MUST,
    source="document: ChatClassificationRequest.input",
    operations=(CLASSIFY_CHAT, CLASSIFY),
)
def each_conversation_is_classified(ctx: Context) -> None:
    """One conversation gets one result, two get two, with the labels that texts get."""
    model = able_model(ctx, "classification")
    talks = [{"messages": _talk(KIND)}, {"messages": _talk(TELLING["law"], KIND)}]
    texts = _classify(ctx, KIND)
    wanted = _shape(texts["results"][0])
    for given, count in ((talks[0], 1), (talks, 2)):
        sent = {"model": model, "input": given}
        answer = ctx.expect_status(ctx.api.call(CLASSIFY_CHAT, json=sent), 200)
        expect_equal(ctx, len(answer["results"]), count, "the number of results", answer)
        for result in answer["results"]:
            expect_equal(ctx, _shape(result), wanted, "the labels", texts, answer)


@rule(
    id="classifiers.answers-name-the-model",
    level=SHOULD,
    source="choices.classifiers-answers-have-their-own-ids",
    operations=(MODERATE, CLASSIFY),
)
def answers_name_the_model(ctx: Context) -> None:
    """Answers name the model that was asked."""
    first = _moderate(ctx, KIND)
    expect_equal(ctx, first["model"], able_model(ctx, "moderation"), "model", first)
    classified = _classify(ctx, KIND)
    expect_equal(ctx, classified["model"], able_model(ctx, "classification"), "model", classified)


@rule(
    id="classifiers.unknown-model-is-refused",
    level=MUST,
    source="errors.invalid-model; choices.classifiers-unknown-model-is-refused",
    operations=(MODERATE, MODERATE_CHAT, CLASSIFY, CLASSIFY_CHAT),
)
def unknown_model_is_refused(ctx: Context) -> None:
    """A model that does not exist judges nothing."""
    model = ctx.marker.name("no-such-model")
    inputs = {
        MODERATE: KIND,
        MODERATE_CHAT: _talk(KIND),
        CLASSIFY: KIND,
        CLASSIFY_CHAT: {"messages": _talk(KIND)},
    }
    for operation, given in inputs.items():
        answer = ctx.api.call(operation, json={"model": model, "input": given})
        expect_refused(ctx, answer, f"{operation} with an unknown model")


def _moderate(ctx: Context, given: str | list[str]) -> Exchange:
    """The moderation of texts."""
    sent = {"model": able_model(ctx, "moderation"), "input": given}
    return ctx.expect_status(ctx.api.call(MODERATE, json=sent), 200)


def _moderate_chat(ctx: Context, given: list[Any]) -> Exchange:
    """The moderation of one conversation or several."""
    sent = {"model": able_model(ctx, "moderation"), "input": given}
    return ctx.expect_status(ctx.api.call(MODERATE_CHAT, json=sent), 200)


def _classify(ctx: Context, given: str | list[str]) -> Exchange:
    """The classification of texts."""
    sent = {"model": able_model(ctx, "classification"), "input": given}
    return ctx.expect_status(ctx.api.call(CLASSIFY, json=sent), 200)


def _talk(*words: str) -> list[dict[str, str]]:
    """A conversation in which the user and the assistant take turns."""
    roles = ("user", "assistant")
    return [{"role": roles[place % 2], "content": each} for place, each in enumerate(words)]


def _shape(result: dict[str, Any]) -> dict[str, set[str]]:
    """The labels of each target of a result."""
    return {name: set(target["scores"]) for name, target in result.items()}


def _are_near(left: dict[str, Any], right: dict[str, Any]) -> bool:
    """Both results have the same labels, with scores as near as sums in another order are."""
    if _shape(left) != _shape(right):
        return False
    return all(
        math.isclose(score, right[target]["scores"][label], abs_tol=NEAR)
        for target, each in left.items()
        for label, score in each["scores"].items()
    )
