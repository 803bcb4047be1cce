"""Files of JSON objects, one a line: requests of batch jobs, training samples, dataset records."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

from mistral_mock import json_text

if TYPE_CHECKING:
    from collections.abc import Iterator


class LineError(ValueError):
    """A line that does not hold what it should; the message says why."""


def split(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Return the lines that are not blank, with their numbers from 1."""
    lines = BytesIO(content.removeprefix(b"\xef\xbb\xbf"))
    return ((number, line.rstrip(b"\n")) for number, line in enumerate(lines, 1) if line.strip())


def read(line: bytes) -> dict[str, Any]:
    """Return the JSON object of a line.

    Raises:
        LineError: It is not JSON, or not an object.

    """
    try:
        found = json_text.read(line)
    except ValueError as error:
        raise LineError(f"it is not JSON ({error})") from error
    if not isinstance(found, dict):
        raise LineError("it is not a JSON object")
    return found
