"""A model that calls a function of the program."""

import json
from typing import Any

from mistral_client import Mistral

TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "count_books",
            "description": "How many books a shelf holds.",
            "parameters": {"type": "object", "properties": {"shelf": {"type": "string"}}},
        },
    }
]


def answer(client: Mistral, question: str) -> str | None:
    messages: list[Any] = [{"role": "user", "content": question}]
    first = client.chat.complete(
        model="mistral-small-latest", messages=messages, tools=TOOLS, tool_choice="any"
    )
    message = first.choices[0].message
    messages.append(message)
    for call in message.tool_calls or []:
        given = call.function.arguments
        arguments: dict[str, Any] = json.loads(given) if isinstance(given, str) else given
        result = {"role": "tool", "name": call.function.name, "content": str(len(arguments))}
        messages.append({**result, "tool_call_id": call.id})
    last = client.chat.complete(model="mistral-small-latest", messages=messages)
    content = last.choices[0].message.content
    return content if isinstance(content, str) else None
