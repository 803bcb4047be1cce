"""What refusals say is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mistral_conformance.record.exchange import Exchange


def problems_of(answer: Exchange) -> list[dict[str, Any]]:
    """The mistakes that a refusal lists in `detail`, at its top or within `message`.

    None are listed where it says in words what is wrong, which is a documented shape too.
    """
    body = answer.json()
    message = body.get("message") if isinstance(body, dict) else None
    holder = message if isinstance(message, dict) else body
    detail = holder.get("detail") if isinstance(holder, dict) else None
    return [each for each in detail if isinstance(each, dict)] if isinstance(detail, list) else []
