"""WAV files of texts that were read aloud; a remark in them carries the text itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_mock.sound import riff

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mistral_mock.sound.riff import Recording

MAKER = "mistral-mock"
TEXT, LANGUAGE, SOFTWARE = "ICMT", "ILNG", "ISFT"
"""Names of remarks: a comment, a language, and what made the file."""


def write(text: str, sound: Sequence[bytes], language: str = "") -> bytes:
    """Return the WAV file of a text that was read aloud, in a language when that is known."""
    remarks = {TEXT: text, SOFTWARE: MAKER}
    return riff.write(sound, {**remarks, LANGUAGE: language} if language else remarks)


def read(recording: Recording) -> tuple[str, str | None] | None:
    """Return the text that `write` put into a recording, and its language.

    None for other recordings.
    """
    remarks = recording.remarks
    if remarks.get(SOFTWARE) != MAKER or TEXT not in remarks:
        return None
    return remarks[TEXT], remarks.get(LANGUAGE)
