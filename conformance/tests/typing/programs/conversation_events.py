"""The events of a conversation, of several kinds."""

from mistral_client import AsyncMistral, Mistral
from mistral_client.models import MessageOutputEvent


def said(client: Mistral) -> list[str]:
    pieces: list[str] = []
    with client.beta.conversations.start_stream(model="m", inputs="Hello") as events:
        for event in events:
            data = event.data
            if isinstance(data, MessageOutputEvent) and isinstance(data.content, str):
                pieces.append(data.content)
    return pieces


def whole(client: Mistral) -> tuple[str, int]:
    with client.beta.conversations.start_stream(model="m", inputs="Hello") as events:
        reply = events.final()
    return reply.conversation_id, len(reply.outputs)


async def whole_async(client: AsyncMistral) -> str:
    async with client.beta.conversations.start_stream(model="m", inputs="Hello") as events:
        return (await events.final()).text
