"""A stand-in for speech: each character is a short tone, each gap a silence.

The same text in the same voice is the same sound; twice the characters last twice as long.
"""

from __future__ import annotations

import math
from array import array
from functools import lru_cache
from hashlib import blake2b
from sys import byteorder

from mistral_mock.sound.riff import RATE

CHARACTER_S = 0.06
"""How long a character lasts, in seconds: about 17 characters a second, as people speak."""
SAMPLES = round(RATE * CHARACTER_S)
LOUDNESS = 6000
"""Of 32767."""
LOWEST_HZ, HIGHEST_HZ = 90, 250
STEPS = 24
"""Tones of a voice; the character chooses one."""


def find_pitch(voice: str) -> float:
    """Return how low a voice speaks, in hertz; it follows from whatever names the voice."""
    number = int.from_bytes(blake2b(voice.encode("utf-8", "replace"), digest_size=4).digest())
    return LOWEST_HZ + (HIGHEST_HZ - LOWEST_HZ) * number / 2**32


def speak(text: str, pitch: float) -> list[bytes]:
    """Return the sound of a text, character by character.

    It is 16-bit samples of one channel, the lower byte first. Equal characters share their bytes,
    so that a long text takes little memory until it is written.
    """
    return [tone(find_step(character), pitch) for character in text]


def find_step(character: str) -> int | None:
    """Return which tone a character is; None for a silence."""
    return ord(character) % STEPS if character.isalnum() else None


@lru_cache(maxsize=1024)
def tone(step: int | None, pitch: float) -> bytes:
    """Return the samples of one character, which begin and end at rest."""
    if step is None:
        return bytes(SAMPLES * 2)
    turn = 2 * math.pi * pitch * 2 ** (step / STEPS) / RATE
    swell = math.pi / SAMPLES
    found = (LOUDNESS * math.sin(swell * n) * math.sin(turn * n) for n in range(SAMPLES))
    samples = array("h", map(round, found))
    if byteorder == "big":
        samples.byteswap()
    return samples.tobytes()
