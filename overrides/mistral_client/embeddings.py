# generated from async_embeddings.py by scripts/generate.py; do not edit
"""Embeddings, with what the API has no operation for: any number of texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from mistral_client.batches import Batches, check_texts, vectors_of
from mistral_client.many import check_progress, check_workers, each, in_order
from mistral_client.requests import encode_json
from mistral_client.waiting import show
from mistral_generated.api.embeddings import Embeddings as _Embeddings
from mistral_generated.api.embeddings.create import prepare
from mistral_generated.types import UNSET

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mistral_generated.types import CallOptions, Unset


class Embeddings(_Embeddings):
    """The generated operation, and `create_all`."""

    def create_all(
        self,
        texts: Iterable[str],
        *,
        model: str,
        batch_size: int = 64,
        workers: int = 4,
        on_progress: Callable[[int], object] | None = None,
        output_dimension: int | Unset | None = UNSET,
        **options: Unpack[CallOptions],
    ) -> Iterator[list[float]]:
        """Iterate over the embeddings of any number of texts, in their order.

        Texts are taken as they are needed and sent in batches of at most `batch_size`, and fewer
        where they are long; `workers` requests go at once. `on_progress` is called with the number
        of texts that are done after each batch. `output_dimension` and the options are those of
        `create`.

        Raises:
            TypeError: There is something that is no text, or an argument is of the wrong type.
            ValueError: An argument makes no sense.
            MistralError: As `create`.

        """
        encode_json(prepare(model=model, inputs=[], output_dimension=output_dimension))
        check_workers(workers)
        check_progress(on_progress)
        check_texts(texts, batch_size)

        def embed(batch: list[str]) -> list[list[float]]:
            answer = self.create(
                model=model, inputs=batch, output_dimension=output_dimension, **options
            )
            return vectors_of(answer, len(batch))

        def walk() -> Iterator[list[float]]:
            done = 0
            batches = _batches(each(texts), batch_size)
            for vectors in in_order(embed, batches, workers):
                done += len(vectors)
                show(on_progress, done)
                yield from vectors

        return walk()


def _batches(texts: Iterator[str], batch_size: int) -> Iterator[list[str]]:
    batches = Batches(batch_size)
    for text in texts:
        if full := batches.add(text):
            yield full
    if rest := batches.rest():
        yield rest
