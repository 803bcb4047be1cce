"""Answers that are used wrongly; each line says what a type checker has to find."""

from mistral_client import AsyncMistral, Mistral
from mistral_client.models import Library, TextChunk, UserMessage


def use(client: Mistral, library: Library) -> None:
    answer = client.chat.complete(model="m", messages=[])
    answer.choises  # error: attr-defined
    answer.choices[0].message.content.upper()  # error: union-attr
    total: str = answer.usage.total_tokens  # error: assignment
    library.created_at.upper()  # error: attr-defined
    library.description.upper()  # error: union-attr
    library.name = "other"  # error: misc
    UserMessage()  # error: call-arg
    TextChunk(text=3)  # error: arg-type
    print(total)


async def forget(client: AsyncMistral) -> None:
    answer = client.chat.complete(model="m", messages=[])
    answer.choices  # error: attr-defined


def hear(client: Mistral) -> None:
    with client.beta.conversations.start_stream(model="m", inputs="Hello") as replies:
        replies.final().choices  # error: attr-defined
    with client.audio.speech.stream(input="Hello.") as sounds:
        sounds.final()  # error: misc
