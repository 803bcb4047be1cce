"""An answer while it is being made."""

from mistral_client import Mistral


def show(client: Mistral) -> str:
    said = ""
    messages = [{"role": "user", "content": "Tell me of shelves."}]
    with client.chat.stream(model="mistral-small-latest", messages=messages) as events:
        for event in events:
            piece = event.data.choices[0].delta.content
            if isinstance(piece, str):
                said += piece
    return said
