"""Uploads of any number of files, several at once; `bulk` keeps what became of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from mistral_client.bulk import Outcome, Tally, name_of, no_file
from mistral_client.errors import MistralError
from mistral_client.many import in_order_async
from mistral_client.waiting import show_async

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable

    from mistral_generated.files import FileInput

R = TypeVar("R")


async def upload_each_async(
    upload: Callable[[FileInput], Awaitable[R]],
    files: Iterable[FileInput] | AsyncIterable[FileInput],
    operation: str,
    workers: int,
    on_progress: Callable[[int], object] | None,
) -> AsyncIterator[R]:
    """Yield what `upload` returns for each file, in order.

    Raises:
        UploadFailed: Some files failed; it comes at the end.
        TypeError: One is no file.
        ValueError: One is no file that can be sent.

    """

    async def attempt(file: FileInput) -> Outcome[R]:
        try:
            return Outcome(name_of(file), await upload(file))
        except (MistralError, OSError) as error:
            return Outcome(name_of(file), None, error)
        except (TypeError, ValueError) as error:
            raise no_file(file, error) from error

    tally = Tally(operation)
    async for outcome in in_order_async(attempt, files, workers):
        tally.add(outcome)
        await show_async(on_progress, tally.done)
        if outcome.result is not None:
            yield outcome.result
    tally.close()
