"""WAV files for tests."""

from __future__ import annotations

import struct
import wave
from base64 import b64encode
from io import BytesIO


def make_wav(seconds: float, rate: int = 8000, channels: int = 1, width: int = 1) -> bytes:
    """A WAV file whose samples count up."""
    found = BytesIO()
    with wave.open(found, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        size = round(seconds * rate) * channels * width
        file.writeframes(bytes(n % 251 for n in range(size)))
    return found.getvalue()


def measure(content: bytes) -> float:
    """How long a WAV file lasts, in seconds, by Python's own reader."""
    with wave.open(BytesIO(content)) as file:
        return int(file.getnframes()) / int(file.getframerate())


def spell(content: bytes) -> str:
    """The bytes in base64."""
    return b64encode(content).decode()


def make_png(width: int, height: int) -> bytes:
    """The head of a PNG picture, which tells its size."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", len(head)) + b"IHDR" + head + bytes(4)


def make_jpeg(width: int, height: int) -> bytes:
    """The segments of a JPEG picture up to its frame, and its end."""
    comment = b"\xff\xfe" + struct.pack(">H", 6) + b"test"
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + bytes(3)
    return b"\xff\xd8" + comment + frame + b"\xff\xd9"
