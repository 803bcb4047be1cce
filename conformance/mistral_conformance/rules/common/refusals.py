"""How answers refuse: statuses of one class, and the words in each documented shape of error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_conformance.rules.common.readings import some
from mistral_conformance.verdict.outcome import Failed, Skipped

if TYPE_CHECKING:
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context

BAD_REQUEST, UNPROCESSABLE = 400, 422


def expect_invalid(ctx: Context, answer: Exchange) -> Exchange:
    """Hold the server to refuse a request as wrong: 422, or 400, which says the same."""
    return ctx.expect_status(answer, UNPROCESSABLE, BAD_REQUEST)


def words_of(answer: Exchange) -> str:
    """What an error says in words, in whichever documented shape; empty where it says nothing."""
    body = answer.json()
    if not isinstance(body, dict):
        return ""
    said = body.get("detail") or body.get("message")
    return said if isinstance(said, str) else ""


def detail_of(answer: Exchange) -> object:
    """What stands in `detail`, at the top of a refusal or within its `message`."""
    body = answer.json()
    message = body.get("message") if isinstance(body, dict) else None
    holder = message if isinstance(message, dict) else body
    return holder.get("detail") if isinstance(holder, dict) else None


def problems_of(answer: Exchange) -> list[dict[str, Any]]:
    """The mistakes that a refusal lists in `detail`, at its top or within `message`.

    Raises:
        Failed: it lists none.
        Skipped: it says in words what is wrong, which is a documented shape too: in `detail`, and
            for a 400 in `message`.

    """
    detail = detail_of(answer)
    in_words = isinstance(detail, str) or answer.status == BAD_REQUEST
    if in_words and words_of(answer):
        raise Skipped("the refusal is in words, without a list of problems", answer)
    if not isinstance(detail, list) or not all(isinstance(each, dict) for each in detail):
        raise Failed("`detail` is no list of problems", answer)
    return some(detail, "problem", answer)
