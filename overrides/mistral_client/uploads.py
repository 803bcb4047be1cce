# generated from async_uploads.py by scripts/generate.py; do not edit
"""Uploads of any number of files, several at once; `bulk` keeps what became of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from mistral_client.bulk import Outcome, Tally, name_of, no_file
from mistral_client.errors import MistralError
from mistral_client.many import in_order
from mistral_client.waiting import show

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mistral_generated.files import FileInput

R = TypeVar("R")


def upload_each(
    upload: Callable[[FileInput], R],
    files: Iterable[FileInput],
    operation: str,
    workers: int,
    on_progress: Callable[[int], object] | None,
) -> Iterator[R]:
    """Yield what `upload` returns for each file, in order.

    Raises:
        UploadFailed: Some files failed; it comes at the end.
        TypeError: One is no file.
        ValueError: One is no file that can be sent.

    """

    def attempt(file: FileInput) -> Outcome[R]:
        try:
            return Outcome(name_of(file), upload(file))
        except (MistralError, OSError) as error:
            return Outcome(name_of(file), None, error)
        except (TypeError, ValueError) as error:
            raise no_file(file, error) from error

    tally = Tally(operation)
    for outcome in in_order(attempt, files, workers):
        tally.add(outcome)
        show(on_progress, tally.done)
        if outcome.result is not None:
            yield outcome.result
    tally.close()
