"""Tests against recordings: recorded once, answered from then on.

The plugin uses it for its marker; `recorded` is for unittest and plain `with`.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from mistral_mock.recording.files import END, name_folder
from mistral_mock.recording.upstream import parse_upstream
from mistral_mock.server import running
from mistral_mock.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mistral_mock.server import RunningServer

VENDOR = "https://api.mistral.ai"
REFRESH = "MISTRAL_RECORD"
"""The variable that has everything recorded anew, as `--mistral-record` does."""


class NoRecordingsError(LookupError):
    """A test has no recordings, and may not make any; the message says how to."""


def choose_settings(
    folder: Path,
    scope: str,
    *,
    upstream: str,
    refresh: bool,
    yes_live: bool,
    missing: str = "refuse",
) -> dict[str, Any]:
    """Return the settings of a mock that answers from a test's recordings, or makes them.

    Raises:
        NoRecordingsError: There are none, and the server is the vendor's.
        ValueError: The address of the server is none, or the vendor's and nobody agreed to that.

    """
    recording = {"replay": folder, "upstream": upstream, "yes_live": yes_live}
    if refresh:
        parse_upstream(upstream, live=yes_live)
        return {**recording, "record_afresh": True}
    if any((folder / name_folder(scope)).glob(f"*{END}")):
        return (
            recording | {"missing": "record"}
            if missing == "record"
            else {
                "replay": folder,
                "missing": missing,
            }
        )
    try:
        parse_upstream(upstream, live=yes_live)
    except ValueError as error:
        raise NoRecordingsError(
            f"{scope} has no recordings in {folder}, and making them was not agreed to: {error}"
        ) from error
    return {**recording, "record_afresh": True}


def is_recording(settings: Settings) -> bool:
    """Say whether requests go on to a server, which asks for its own key."""
    return settings.record_afresh or settings.missing == "record"


@contextmanager
def recorded(
    folder: Path,
    scope: str,
    *,
    upstream: str = VENDOR,
    refresh: bool | None = None,
    yes_live: bool = False,
    missing: str = "refuse",
) -> Iterator[RunningServer]:
    """Give a mock that answers from the recordings of a scope; when there are none, it makes them.

    `refresh` makes them anew; when it is not given, the variable MISTRAL_RECORD says so.

    Raises:
        NoRecordingsError: There are none, and `upstream` is the vendor's own server.
        ValueError: `upstream` is not an address, or the vendor's without `yes_live`.

    """
    anew = bool(os.environ.get(REFRESH)) if refresh is None else refresh
    fields = choose_settings(
        folder, scope, upstream=upstream, refresh=anew, yes_live=yes_live, missing=missing
    )
    with running(Settings(**fields)) as mock:
        mock.begin_scope(scope)
        yield mock
