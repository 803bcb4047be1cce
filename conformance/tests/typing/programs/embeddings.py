"""Numbers for texts."""

from mistral_client import Mistral


def similarity(client: Mistral, first: str, second: str) -> float:
    found = client.embeddings.create(model="mistral-embed", inputs=[first, second])
    left, right = (item.embedding for item in found.data)
    return sum(a * b for a, b in zip(left, right, strict=True))
