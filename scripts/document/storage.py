"""Files written together: all of them change, or none does."""

from __future__ import annotations

import os
import signal
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from document.problems import DocumentProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping


class _Interrupted(BaseException):
    """A signal came while files were written."""


def publish(
    files: Mapping[Path, bytes],
    obsolete: Iterable[Path] = (),
    last: Callable[[], object] = lambda: None,
) -> None:
    """Put every file in place, remove the obsolete ones, then do the last thing.

    Everything is written to temporary files beside its target first. A failure or an
    interruption puts back what had already been replaced, then goes on as it was raised. SIGINT
    and SIGTERM wait for that: they can cut no step in two.

    Raises:
        DocumentProblem: A file cannot be written; nothing has changed then.

    """
    try:
        with signals_held() as interrupted:
            _publish(files, obsolete, last, interrupted)
    except OSError as error:
        raise DocumentProblem(
            f"{error.filename2 or error.filename} cannot be written ({error.strerror or error}); "
            "nothing has changed"
        ) from error


@contextmanager
def signals_held() -> Iterator[Callable[[], None]]:
    """Let SIGINT and SIGTERM wait until the end; gives a function that stops when one waits."""
    caught: list[int] = []
    held = (signal.SIGINT, signal.SIGTERM)
    is_main = threading.current_thread() is threading.main_thread()
    before = (
        {one: signal.signal(one, lambda number, _: caught.append(number)) for one in held}
        if is_main
        else {}
    )

    def stop_when_caught() -> None:
        if caught:
            raise _Interrupted

    try:
        yield stop_when_caught
    except _Interrupted:
        pass
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
        if caught:
            signal.raise_signal(signal.Signals(caught[0]))


def _publish(
    files: Mapping[Path, bytes],
    obsolete: Iterable[Path],
    last: Callable[[], object],
    interrupted: Callable[[], None],
) -> None:
    staged: dict[Path, Path] = {}
    undo: list[tuple[Path, bytes | None]] = []
    made: list[Path] = []
    try:
        for path, content in files.items():
            interrupted()
            made += _make_folders(path.parent)
            staged[path] = _stage(path, content)
        for path, temporary in staged.items():
            interrupted()
            undo.append((path, path.read_bytes() if path.exists() else None))
            os.replace(temporary, path)  # noqa: PTH105 - one name for the step that tests interrupt
        for path in obsolete:
            interrupted()
            undo.append((path, path.read_bytes()))
            path.unlink()
        interrupted()
        last()
    except BaseException:
        _restore(undo)
        _remove(staged.values(), made)
        raise
    finally:
        _remove(staged.values(), ())


def _make_folders(folder: Path) -> list[Path]:
    """Return the folders that were not there and are now, the outermost first."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return missing[::-1]


def _remove(files: Iterable[Path], folders: Iterable[Path]) -> None:
    for temporary in files:
        temporary.unlink(missing_ok=True)
    for folder in reversed([*folders]):
        folder.rmdir()


def _stage(path: Path, content: bytes) -> Path:
    """Return a temporary file beside the target with the new content."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        Path(name).chmod(0o644)
    except BaseException:
        Path(name).unlink()
        raise
    return Path(name)


def _restore(undo: list[tuple[Path, bytes | None]]) -> None:
    """Put back every touched file as it was."""
    for path, before in reversed(undo):
        if before is None:
            path.unlink(missing_ok=True)
        else:
            path.write_bytes(before)
