"""The client's models as fields of pydantic's."""

from pydantic import BaseModel

from mistral_client import Mistral
from mistral_client.models import AssistantMessage, UsageInfo


class Turn(BaseModel):
    question: str
    answer: AssistantMessage
    usage: UsageInfo | None = None


def ask(client: Mistral, question: str) -> Turn:
    messages = [{"role": "user", "content": question}]
    found = client.chat.complete(model="mistral-small-latest", messages=messages)
    return Turn(question=question, answer=found.choices[0].message, usage=found.usage)
