"""Silence as MP3, for speech that is asked for in that format: as long as the speech, no louder.

A tag carries the text, so that a transcription of the mock finds it again.
"""

from __future__ import annotations

import math
from io import BytesIO
from typing import Any

from mistral_mock.sound.riff import WIDTH

FRAME = bytes((0xFF, 0xF3, 0x14, 0xC4)) + bytes(20)
"""MPEG 2, layer III, 8 kbit/s, 24 kHz, one channel: the header, and a frame without any sound."""
SAMPLES = 576
"""Of a frame."""


def write_mp3(text: str, sound: bytes, language: str = "") -> bytes:
    """An MP3 file of silence, as long as the sound, with the text in its tags."""
    from mutagen import id3  # noqa: PLC0415 - needed only where MP3 is asked for

    library: Any = id3  # it comes without types
    tags = library.ID3()
    tags.add(library.COMM(encoding=3, lang=(language or "und")[:3].ljust(3), desc="", text=[text]))
    tags.add(library.TSSE(encoding=3, text=["mistral-mock"]))
    head = BytesIO()
    tags.save(head)
    frames = max(math.ceil(len(sound) / WIDTH / SAMPLES), 4)
    return head.getvalue() + FRAME * frames
