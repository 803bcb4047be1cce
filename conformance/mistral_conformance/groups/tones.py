"""Recordings of a tone, for requests that need a sound."""

from __future__ import annotations

import io
import math
import wave

RATE = 8000
"""Samples of a tone in a second."""


def make_tone(seconds: float, pitch: float = 220.0) -> bytes:
    """Return a WAV file of a tone: 8 kHz, 8 bits, one channel."""
    turn = 2 * math.pi * pitch / RATE
    return make_wav(
        bytes(128 + round(60 * math.sin(turn * n)) for n in range(round(seconds * RATE)))
    )


def make_wav(sound: bytes) -> bytes:
    """Return a WAV file of a sound: 8 kHz, 8 bits, one channel."""
    found = io.BytesIO()
    with wave.open(found, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(RATE)
        file.writeframes(sound)
    return found.getvalue()
