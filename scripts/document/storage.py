"""Files written together: all of them change, or none does."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from document.problems import DocumentProblem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def publish(files: Mapping[Path, bytes], obsolete: Iterable[Path] = ()) -> None:
    """Put every file in place and remove the obsolete ones.

    Everything is written to temporary files beside its target first. A failure or an
    interruption puts back what had already been replaced, then goes on as it was raised.

    Raises:
        DocumentProblem: A file cannot be written; nothing has changed then.

    """
    try:
        _publish(files, obsolete)
    except OSError as error:
        raise DocumentProblem(
            f"{error.filename2 or error.filename} cannot be written ({error.strerror or error}); "
            "nothing has changed"
        ) from error


def _publish(files: Mapping[Path, bytes], obsolete: Iterable[Path]) -> None:
    staged: dict[Path, Path] = {}
    undo: list[tuple[Path, bytes | None]] = []
    try:
        for path, content in files.items():
            staged[path] = _stage(path, content)
        for path, temporary in staged.items():
            undo.append((path, path.read_bytes() if path.exists() else None))
            os.replace(temporary, path)  # noqa: PTH105 - one name for the step that tests interrupt
        for path in obsolete:
            undo.append((path, path.read_bytes()))
            path.unlink()
    except BaseException:
        _restore(undo)
        raise
    finally:
        for temporary in staged.values():
            temporary.unlink(missing_ok=True)


def _stage(path: Path, content: bytes) -> Path:
    """A temporary file beside the target with the new content."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    with os.fdopen(handle, "wb") as stream:
        stream.write(content)
    Path(name).chmod(0o644)
    return Path(name)


def _restore(undo: list[tuple[Path, bytes | None]]) -> None:
    """Every touched file as it was."""
    for path, before in reversed(undo):
        if before is None:
            path.unlink(missing_ok=True)
        else:
            path.write_bytes(before)
