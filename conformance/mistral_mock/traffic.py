"""The chat traffic of the mock: completed chats are told to whoever listens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from mistral_mock import registry

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mistral_mock.context import Context


@frozen(kw_only=True)
class Chat:
    """One completed chat: what was asked, and the whole answer even when it was streamed."""

    operation_id: str
    request: Mapping[str, Any]
    """The request's body."""
    response: Mapping[str, Any]
    """A `ChatCompletionResponse`."""
    moment: datetime


def tell(ctx: Context, response: Mapping[str, Any]) -> None:
    """Tells the listeners that the context's request was answered."""
    chat = Chat(
        operation_id=ctx.operation_id, request=ctx.body, response=response, moment=ctx.now()
    )
    for listen in registry.listeners():
        listen(ctx, chat)
