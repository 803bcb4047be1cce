"""A conversation that keeps what was said."""

from mistral_client import Mistral
from mistral_client.models import AssistantMessage, UserMessage


def talk(client: Mistral, questions: list[str]) -> list[UserMessage | AssistantMessage]:
    messages: list[UserMessage | AssistantMessage] = []
    for question in questions:
        messages.append(UserMessage(content=question))
        answer = client.chat.complete(model="mistral-small-latest", messages=messages)
        messages.append(answer.choices[0].message)
    return messages
