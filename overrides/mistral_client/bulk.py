"""Many uploads: what may be given, and what became of each file. Decisions only."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable, Mapping
from os import PathLike, fspath
from typing import TYPE_CHECKING, Final, Generic, TypeVar

import attr

from mistral_client.errors import UploadFailed
from mistral_client.many import check_progress, check_workers
from mistral_generated.files import File

if TYPE_CHECKING:
    from mistral_generated.files import FileInput

R = TypeVar("R")

# How many failures a message tells of.
_SHOWN: Final = 5


def check_files(paths: object, workers: object, on_progress: object) -> None:
    """Accept several files.

    Raises:
        TypeError: They are no files, or a single one; or `workers` or `on_progress` is of the wrong
            type.
        ValueError: `workers` is below 1.

    """
    check_workers(workers)
    check_progress(on_progress)
    single = (str, bytes, bytearray, memoryview, PathLike, Mapping, File)
    if isinstance(paths, single) or hasattr(paths, "read") or hasattr(paths, "filename"):
        raise TypeError("paths must be several files; upload(...) takes a single one")
    if not isinstance(paths, Iterable | AsyncIterable):
        raise TypeError(f"paths must be several files, not {type(paths).__name__}")


def name_of(file: FileInput) -> str:
    """Return how a message names a file: by its path, or the name that it brings."""
    if isinstance(file, str | PathLike):
        return fspath(file)
    if isinstance(file, Mapping):
        return str(file.get("file_name") or file.get("fileName") or "a dict")
    for attribute in ("file_name", "filename", "name"):
        name: object = getattr(file, attribute, None)
        if isinstance(name, str) and name:
            return name
    return f"a file given as {type(file).__name__}"


def no_file(file: FileInput, error: TypeError | ValueError) -> TypeError | ValueError:
    """Return the error for what is no file at all, which is the caller's to mend."""
    kind = TypeError if isinstance(error, TypeError) else ValueError
    return kind(f"paths holds {name_of(file)}: {error}")


@attr.frozen
class Outcome(Generic[R]):
    """What became of one file: `result` is None where it failed with `error`."""

    name: str
    result: R | None
    error: Exception | None = None


class Tally:
    """What became of all files so far."""

    def __init__(self, operation: str) -> None:
        self._operation = operation
        self._failures: list[tuple[str, Exception]] = []
        self._uploaded: list[tuple[str, str]] = []

    @property
    def done(self) -> int:
        """How many files are done, well or not."""
        return len(self._failures) + len(self._uploaded)

    def add(self, outcome: Outcome[R]) -> None:
        """Note what became of a file."""
        if outcome.error is None:
            self._uploaded.append((outcome.name, str(getattr(outcome.result, "id", ""))))
        else:
            self._failures.append((outcome.name, outcome.error))

    def close(self) -> None:
        """Raise UploadFailed if a file failed."""
        if not self._failures:
            return
        lines = [f"{name}: {error}" for name, error in self._failures[:_SHOWN]]
        if len(self._failures) > _SHOWN:
            lines.append(f"and {len(self._failures) - _SHOWN} more, in `failures`")
        text = f"{len(self._failures)} of {self.done} files failed; {'; '.join(lines)}"
        error = UploadFailed(text, operation=self._operation)
        error.failures, error.uploaded = tuple(self._failures), tuple(self._uploaded)
        raise error from self._failures[0][1]
