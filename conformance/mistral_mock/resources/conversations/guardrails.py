"""Checks of prompts and answers by the mock's own moderation models.

What the API answers when a check fails is told only for checks that cannot run (403 with
`block_on_error`); a text that is blocked answers 403 as well (our choice).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from attrs import frozen

from mistral_mock import dispatch
from mistral_mock.answers import Answer
from mistral_mock.errors import forbidden
from mistral_mock.resources.agents.records import find_agent

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mistral_mock.context import Context
    from mistral_mock.resources.conversations.records import Conversation

KINDS = {
    "moderation_llm_v1": "mistral-moderation-2411",
    "moderation_llm_v2": "mistral-moderation-2603",
}
"""The checks that a guardrail may have, and the model of each unless it names another."""
STAND_INS = {"mistral-moderation-2411": "mistral-moderation-latest"}
"""Who judges in the place of models that the mock does not have (our choice)."""
SPLIT = {"dangerous_and_criminal_content": ("dangerous", "criminal")}
"""What the second set of categories makes of one of the first, which the mock's models judge."""


@frozen
class Check:
    """One check of a text."""

    kind: str
    settings: Mapping[str, Any]
    block_on_error: bool

    @property
    def model(self) -> str:
        """The moderation model."""
        return str(self.settings.get("model_name") or KINDS[self.kind])

    @property
    def blocks(self) -> bool:
        """A text above a threshold is refused."""
        return self.settings.get("action") == "block"

    def exceeds(self, category: Mapping[str, Any]) -> bool:
        """Say whether the model's judgement of a category counts, and is above its threshold."""
        thresholds = self.settings.get("custom_category_thresholds") or {}
        names = (category["name"], *SPLIT.get(category["name"], ()))
        own = [thresholds[name] for name in names if thresholds.get(name) is not None]
        if own:
            return bool(category["score"] >= min(own))
        return bool(category["flagged"]) and not self.settings.get("ignore_other_categories")


def find_checks(ctx: Context, conversation: Conversation) -> list[Check]:
    """Return the checks of a conversation, else those of its agent."""
    found = conversation.guardrails
    if found is None and conversation.agent_id is not None:
        found = find_agent(ctx, conversation.agent_id, conversation.agent_version).guardrails
    return [check for each in found or () for check in read_checks(each)]


def read_checks(guardrail: Mapping[str, Any]) -> Iterator[Check]:
    """Yield the checks of one guardrail."""
    for kind in KINDS:
        if guardrail.get(kind) is not None:
            yield Check(kind, guardrail[kind], bool(guardrail.get("block_on_error")))


def judge(ctx: Context, checks: Sequence[Check], target: str, text: str) -> list[dict[str, Any]]:
    """Return what the checks find in a text; `target` is `input` or `output`.

    Raises:
        APIError: 403, the text is blocked, or a check cannot run that must.

    """
    return [apply(ctx, check, target, text) for check in checks]


def apply(ctx: Context, check: Check, target: str, text: str) -> dict[str, Any]:
    """Return what one check finds."""
    told: dict[str, Any] = {"type": check.kind, "model": check.model, "target": target}
    categories = moderate(ctx, check.model, text)
    if categories is None:
        if check.block_on_error:
            raise forbidden(f"The guardrail {check.kind} cannot check the {target}")
        return {**told, "error": "The check could not run", "categories": None, "blocked": False}
    found = [category["name"] for category in categories if check.exceeds(category)]
    if found and check.blocks:
        raise forbidden(f"The guardrail {check.kind} blocks the {target}: {', '.join(found)}")
    return {**told, "error": None, "categories": found, "blocked": False}


def moderate(ctx: Context, model: str, text: str) -> list[dict[str, Any]] | None:
    """Return the judgement of a moderation model by category; None when it does not judge."""
    asked = {"model": STAND_INS.get(model, model), "input": text}
    answer = dispatch.send(ctx, "POST", "/v1/moderations", asked)
    if not isinstance(answer, Answer) or answer.status != 200:
        return None
    result = json.loads(answer.body)["results"][0]
    scores = result["category_scores"]
    return [
        {"name": name, "flagged": flagged, "score": scores[name]}
        for name, flagged in result["categories"].items()
    ]
