"""The root of all errors that the pipeline, from upstream to client, shows to a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class DocumentProblem(Exception):  # noqa: N818 - a person reads "problem", and catches nothing else
    """Something in the input that a person has to repair.

    The message is complete: it names the file, says what is wrong and what to do.
    """


def read_part(path: Path) -> str:
    """Return the text of a part of the document.

    Raises:
        FileNotFoundError: There is no such file; what that means, the caller knows.
        DocumentProblem: It cannot be read, or is not UTF-8.

    """
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise
    except OSError as error:
        raise DocumentProblem(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise DocumentProblem(
            f"{path} is not UTF-8 (byte {error.start}); save it as UTF-8 or restore it"
        ) from error
