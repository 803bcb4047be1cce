"""Changed copies, plain dicts, comparison."""

from typing import Any

import attrs

from mistral_client.models import AssistantMessage, Document, TextChunk


def rename(document: Document, name: str) -> dict[str, Any]:
    changed = attrs.evolve(document, name=name)
    assert changed != document
    return changed.to_dict()


def plain(message: AssistantMessage) -> str:
    if message.content is None:
        return ""
    if isinstance(message.content, str):
        return message.content
    return "".join(chunk.text for chunk in message.content if isinstance(chunk, TextChunk))


print(TextChunk(text="a").missing_fields, TextChunk.from_dict({"text": "a"}).additional_properties)
