"""Moderation and classification of texts and of conversations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_mock import judgement, rates
from mistral_mock.answers import json_answer
from mistral_mock.completion import messages, refusal, tokens
from mistral_mock.registry import operation
from mistral_mock.resources import scripted, tuned_models
from mistral_mock.resources.lessons import Lesson

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mistral_mock.answers import Answer
    from mistral_mock.context import Context

OWN_TARGET = "moderation"
"""Under this name a moderation model gives its categories when it is asked to classify."""


@operation("classifiers.moderate", answers=["scores"], labels=judgement.CATEGORIES)
def moderate(ctx: Context) -> Answer:
    """For each text, how much it is of each category of harm."""
    return answer_moderation(ctx, as_list(ctx.body["input"]))


@operation("classifiers.moderate_chat", answers=["scores"], labels=judgement.CATEGORIES)
def moderate_chat(ctx: Context) -> Answer:
    """Return the same for each conversation as a whole; a list of messages is one conversation."""
    given = ctx.body["input"]
    several = bool(given) and isinstance(given[0], list)
    return answer_moderation(ctx, [messages.join(each) for each in (given if several else [given])])


@operation("classifiers.classify", answers=["scores"])
def classify(ctx: Context) -> Answer:
    """For each text, how well each label fits it."""
    return answer_classification(ctx, as_list(ctx.body["input"]))


@operation("classifiers.classify_chat", answers=["scores"])
def classify_chat(ctx: Context) -> Answer:
    """Return the same for each conversation as a whole."""
    given = as_list(ctx.body["input"])
    return answer_classification(ctx, [messages.join(each["messages"]) for each in given])


def answer_moderation(ctx: Context, texts: Sequence[str]) -> Answer:
    """Return the categories and scores of the texts."""
    spent = check(ctx, "moderation", texts)
    return answer(ctx, [describe(ctx, text) for text in texts], spent)


def describe(ctx: Context, text: str) -> dict[str, Any]:
    """Return one text's scores, and which categories it is of; what a reply says counts."""
    scores = {**judgement.rate(text), **(scripted.read(ctx, "scores") or {})}
    return {"categories": judgement.flag(scores), "category_scores": scores}


def answer_classification(ctx: Context, texts: Sequence[str]) -> Answer:
    """Return the labels' scores of the texts."""
    spent = check(ctx, "classification", texts)
    return answer(ctx, [weigh(ctx, text) for text in texts], spent)


def weigh(ctx: Context, text: str) -> dict[str, Any]:
    """Return one text's scores by target.

    Those of a moderation model are its categories (our choice).
    """
    told = scripted.read(ctx, "scores") or {}
    tuned = tuned_models.look_up(ctx, ctx.body["model"])
    if tuned is None:
        return {OWN_TARGET: {"scores": {**judgement.rate(text), **told}}}
    learned = ctx.table(Lesson).get(tuned.job_id)
    found = judgement.classify(text, tuned.targets, learned.words if learned else {})
    return {target: {"scores": {**each["scores"], **told}} for target, each in found.items()}


def answer(ctx: Context, results: list[dict[str, Any]], spent: int) -> Answer:
    """Return the results under an id of their own, for so many tokens."""
    id_ = f"mod-{ctx.ids.hex32()}"
    found = {"id": id_, "model": ctx.body["model"], "results": results}
    return json_answer(found, headers=ctx.spend(rates.TOKENS, spent))


def check(ctx: Context, capability: str, texts: Sequence[str]) -> int:
    """Return the tokens of the texts, for which a model that can do this has room.

    Raises:
        APIError: 400, it does not exist, does something else, or a text is too long.

    """
    model = tuned_models.find_able_model(ctx, ctx.body["model"], capability)
    counts = [tokens.count_tokens(text) for text in texts]
    longest = max(counts, default=0)
    if longest > model.context:
        told = f"a text has {longest} tokens, the model's limit is {model.context}"
        raise refusal.bad_request(f"Input is too long: {told}")
    return sum(counts)


def as_list(given: Any) -> list[Any]:  # noqa: ANN401 - JSON
    """Return the value itself when it is a list, else a list with it."""
    return given if isinstance(given, list) else [given]
