"""Texts on their way to become embeddings: in which batches they go, and what comes back of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from mistral_client.errors import DecodeError
from mistral_generated.models import EmbeddingResponseData

if TYPE_CHECKING:
    from mistral_generated.models import EmbeddingResponse

# How many characters the texts of one request have at most. The API bounds the tokens; a token is
# four characters or so.
BATCH_CHARACTERS: Final = 32_000


class Batches:
    """Gathers texts into batches: `add` returns one that the text does not fit into any more."""

    def __init__(self, batch_size: int) -> None:
        self._size = batch_size
        self._texts: list[str] = []
        self._characters = 0

    def add(self, text: object) -> list[str] | None:
        """Take a text; return what is full without it.

        Raises:
            TypeError: It is no text.

        """
        if not isinstance(text, str):
            raise TypeError(f"texts must hold text, not {type(text).__name__}")
        is_full = self._texts and (
            len(self._texts) >= self._size or self._characters + len(text) > BATCH_CHARACTERS
        )
        full = self.rest() if is_full else None
        self._texts.append(text)
        self._characters += len(text)
        return full

    def rest(self) -> list[str] | None:
        """Return what was gathered since, or None."""
        texts, self._texts, self._characters = self._texts, [], 0
        return texts or None


def check_texts(texts: object, batch_size: object) -> None:
    """Accept several texts, and how many go at once.

    Raises:
        TypeError: There is a single text, or the size of a batch is no whole number.
        ValueError: The size of a batch is below 1.

    """
    if type(batch_size) is not int:
        raise TypeError(f"batch_size must be a whole number, not {batch_size!r}")
    if batch_size < 1:
        raise ValueError(f"batch_size must be 1 or more, not {batch_size!r}")
    if isinstance(texts, str):
        raise TypeError("texts must be several texts; embeddings.create(...) takes a single one")


def vectors_of(response: EmbeddingResponse, count: int) -> list[list[float]]:
    """Return the embeddings of a batch in the order of its texts.

    Raises:
        DecodeError: There is not one for each.

    """
    data: object = response.data
    listed = cast("list[object]", data) if isinstance(data, list) else []
    items = [item for item in listed if isinstance(item, EmbeddingResponseData)]
    if all(isinstance(cast("object", item.index), int) for item in items):
        items.sort(key=lambda item: item.index or 0)
    vectors = [item.embedding for item in items if isinstance(cast("Any", item.embedding), list)]
    if len(vectors) != count or len(listed) != count:
        raise DecodeError(
            f"the answer has {len(vectors)} embeddings for {count} texts",
            operation="embeddings.create",
        )
    return vectors
