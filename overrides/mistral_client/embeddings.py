"""Embeddings, with what the API has no operation for: any number of texts."""

from __future__ import annotations

from collections.abc import AsyncIterable
from typing import TYPE_CHECKING, Any, Final, Unpack, cast

from mistral_client.errors import DecodeError
from mistral_client.many import check_progress, check_workers, in_order, in_order_async
from mistral_client.requests import encode_json
from mistral_generated.api.embeddings import AsyncEmbeddings as _AsyncEmbeddings
from mistral_generated.api.embeddings import Embeddings as _Embeddings
from mistral_generated.api.embeddings.create import prepare
from mistral_generated.types import UNSET

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator

    from mistral_generated.models import EmbeddingResponse
    from mistral_generated.types import CallOptions, Unset

# What one request holds at most: texts, and characters of all of them. The API bounds the tokens;
# a token is four characters or so.
BATCH_TEXTS: Final = 64
BATCH_CHARACTERS: Final = 32_000


class _Batches:
    """Gathers texts into batches: `add` returns one that the text does not fit into any more."""

    def __init__(self, batch_size: int) -> None:
        self._size = batch_size
        self._texts: list[str] = []
        self._characters = 0

    def add(self, text: object) -> list[str] | None:
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
        texts, self._texts, self._characters = self._texts, [], 0
        return texts or None


def _batches(texts: Iterable[str], batch_size: int) -> Iterator[list[str]]:
    batches = _Batches(batch_size)
    for text in texts:
        if full := batches.add(text):
            yield full
    if rest := batches.rest():
        yield rest


async def _batches_async(texts: AsyncIterable[str], batch_size: int) -> AsyncIterator[list[str]]:
    batches = _Batches(batch_size)
    async for text in texts:
        if full := batches.add(text):
            yield full
    if rest := batches.rest():
        yield rest


def _checked(texts: object, batch_size: object) -> int:
    """Return how many texts a request holds. Raises TypeError or ValueError for what makes none."""
    if type(batch_size) is not int:
        raise TypeError(f"batch_size must be a whole number, not {batch_size!r}")
    if batch_size < 1:
        raise ValueError(f"batch_size must be 1 or more, not {batch_size!r}")
    if isinstance(texts, str):
        raise TypeError("texts must be several texts; embeddings.create(...) takes a single one")
    return batch_size


def _vectors(response: EmbeddingResponse, count: int) -> list[list[float]]:
    """Return the embeddings of a batch in the order of its texts.

    Raises DecodeError unless there is one for each.
    """
    items = sorted(response.data, key=lambda item: item.index or 0)
    vectors = [item.embedding for item in items]
    if len(vectors) != count or not all(isinstance(cast("Any", one), list) for one in vectors):
        raise DecodeError(
            f"the answer has {len(vectors)} embeddings for {count} texts",
            operation="embeddings.create",
        )
    return vectors


class Embeddings(_Embeddings):
    """The generated operation, and `create_all`."""

    __slots__ = ()

    def create_all(
        self,
        texts: Iterable[str],
        *,
        model: str,
        batch_size: int = BATCH_TEXTS,
        workers: int = 4,
        on_progress: Callable[[int], None] | None = None,
        output_dimension: int | Unset | None = UNSET,
        **options: Unpack[CallOptions],
    ) -> Iterator[list[float]]:
        """Iterate over the embeddings of any number of texts, in their order.

        Texts are taken as they are needed and sent in batches of at most `batch_size`, and fewer
        where they are long; `workers` requests go at once. `on_progress` is called with the number
        of texts that are done after each batch. `output_dimension` and the options are those of
        `create`.

        Raises TypeError for what is no text, and what `create` raises.
        """
        # Says what is wrong before anything is sent.
        encode_json(prepare(model=model, inputs=[], output_dimension=output_dimension))
        check_workers(workers)
        check_progress(on_progress)
        size = _checked(texts, batch_size)

        def embed(batch: list[str]) -> list[list[float]]:
            return _vectors(
                self.create(
                    model=model, inputs=batch, output_dimension=output_dimension, **options
                ),
                len(batch),
            )

        def walk() -> Iterator[list[float]]:
            done = 0
            for vectors in in_order(embed, _batches(texts, size), workers):
                done += len(vectors)
                if on_progress is not None:
                    on_progress(done)
                yield from vectors

        return walk()


class AsyncEmbeddings(_AsyncEmbeddings):
    """The generated operation, and `create_all`."""

    __slots__ = ()

    def create_all(
        self,
        texts: Iterable[str] | AsyncIterable[str],
        *,
        model: str,
        batch_size: int = BATCH_TEXTS,
        workers: int = 4,
        on_progress: Callable[[int], None] | None = None,
        output_dimension: int | Unset | None = UNSET,
        **options: Unpack[CallOptions],
    ) -> AsyncIterator[list[float]]:
        """Iterate over the same; the texts may come from an asynchronous iterator."""
        # Says what is wrong before anything is sent.
        encode_json(prepare(model=model, inputs=[], output_dimension=output_dimension))
        check_workers(workers)
        check_progress(on_progress)
        size = _checked(texts, batch_size)

        async def embed(batch: list[str]) -> list[list[float]]:
            return _vectors(
                await self.create(
                    model=model, inputs=batch, output_dimension=output_dimension, **options
                ),
                len(batch),
            )

        async def walk() -> AsyncIterator[list[float]]:
            done = 0
            batches = (
                _batches_async(texts, size)
                if isinstance(texts, AsyncIterable)
                else _batches(texts, size)
            )
            async for vectors in in_order_async(embed, batches, workers):
                done += len(vectors)
                if on_progress is not None:
                    on_progress(done)
                for vector in vectors:
                    yield vector

        return walk()
