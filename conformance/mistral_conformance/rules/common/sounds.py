"""WAV files: made for requests, and read out of answers."""

from __future__ import annotations

import math
import wave
from base64 import b64decode
from binascii import Error as Base64Error
from io import BytesIO
from typing import TYPE_CHECKING, Any

from attrs import frozen

if TYPE_CHECKING:
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context

RATE = 8000


@frozen
class Sound:
    """What a WAV file holds."""

    frames: int
    rate: int

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return self.frames / self.rate


def make_tone(seconds: float, pitch: float = 220.0) -> bytes:
    """A WAV file of a tone: 8 kHz, 8 bits, one channel."""
    turn = 2 * math.pi * pitch / RATE
    found = BytesIO()
    with wave.open(found, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(RATE)
        file.writeframes(
            bytes(128 + round(60 * math.sin(turn * n)) for n in range(round(seconds * RATE)))
        )
    return found.getvalue()


def read_sound(ctx: Context, content: bytes, *seen: Exchange) -> Sound:
    """What a WAV file really holds; a rule fails where it is none."""
    try:
        with wave.open(BytesIO(content)) as file:
            sound = file.readframes(file.getnframes())
            size = file.getsampwidth() * file.getnchannels()
            return Sound(len(sound) // size, file.getframerate())
    except (wave.Error, EOFError) as error:
        ctx.expect(False, f"it is no WAV file: {error}", *seen)  # noqa: FBT003 - a failed condition
        raise


def read_base64(ctx: Context, text: Any, *seen: Exchange) -> bytes:  # noqa: ANN401 - JSON
    """The bytes of base64 text; a rule fails where it is none."""
    ctx.expect(isinstance(text, str), "the sound is no text", *seen)
    try:
        return b64decode(text, validate=True)
    except Base64Error as error:
        ctx.expect(False, f"the sound is no base64: {error}", *seen)  # noqa: FBT003 - the same
        raise
