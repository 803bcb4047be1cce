"""Content codings (gzip, deflate, br, zstd), undone a little at a time.

A compressed body of a megabyte can hold gigabytes. What comes out here comes in pieces of bounded
size, so that whoever takes them can stop in time. The client asks for gzip and deflate; br and zstd
are undone where a package for them is installed. Codings that nobody knows are left as they are.
"""

from __future__ import annotations

import zlib
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Protocol

import httpx

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

# The largest piece of what zlib makes, in bytes.
PIECE: Final = 64 * 1024

# How much is given to a decoder whose output cannot be bounded, in bytes. The best that a coding
# does with so little is 32 MiB (br) and 8 MiB (zstd).
_BR_SLICE: Final = 16
_ZSTD_SLICE: Final = 256

# More codings, one over the other, than any server has a use for.
_MOST: Final = 4


class _Decoder(Protocol):
    def feed(self, data: bytes) -> Iterator[bytes]: ...


class Decoding:
    """The codings of one body, undone together."""

    def __init__(self, codings: Iterable[str]) -> None:
        """Undo `codings`, in the order in which they were applied.

        Raises:
            httpx.DecodingError: There are too many.

        """
        known = [coding for coding in codings if coding in _DECODERS]
        if len(known) > _MOST:
            raise httpx.DecodingError(f"more than {_MOST} content codings over each other")
        made = [_DECODERS[coding]() for coding in reversed(known)]
        self._decoders = [decoder for decoder in made if decoder is not None]

    def feed(self, data: bytes) -> Iterable[bytes]:
        """Return the pieces that `data` come to.

        Raises:
            httpx.DecodingError: The data are not what they claim to be; it comes when the pieces
                are taken.

        """
        pieces: Iterable[bytes] = (data,)
        for decoder in self._decoders:
            pieces = _through(decoder, pieces)
        return pieces


def _through(decoder: _Decoder, pieces: Iterable[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        yield from decoder.feed(piece)


class _Zlib:
    """gzip, or what `window_bits` says."""

    def __init__(self, window_bits: int) -> None:
        self._decompressor = zlib.decompressobj(window_bits)

    def feed(self, data: bytes) -> Iterator[bytes]:
        is_over = self._decompressor.eof  # what follows the end is nobody's
        while not is_over:
            try:
                piece = self._decompressor.decompress(data, PIECE)
            except zlib.error as fault:
                raise httpx.DecodingError(str(fault)) from fault
            data = self._decompressor.unconsumed_tail
            is_over = not data and len(piece) < PIECE
            if piece:
                yield piece


class _Deflate(_Zlib):
    """deflate with or without its header: servers send both under that name.

    The first two bytes tell (RFC 1950, 2.2).
    """

    def __init__(self) -> None:
        super().__init__(zlib.MAX_WBITS)
        self._start: bytes | None = b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        if self._start is not None:
            data = self._start + data
            self._start = data if len(data) < 2 else None
            if self._start is not None:
                return
            if data[0] & 0x0F != zlib.DEFLATED or int.from_bytes(data[:2], "big") % 31:
                self._decompressor = zlib.decompressobj(-zlib.MAX_WBITS)
        yield from super().feed(data)


class _Sliced:
    """A decoder of some package, which is given so little at a time that it cannot make much."""

    def __init__(
        self, decompress: Callable[[bytes], bytes], size: int, failure: type[Exception]
    ) -> None:
        self._decompress = decompress
        self._size = size
        self._failure = failure

    def feed(self, data: bytes) -> Iterator[bytes]:
        for start in range(0, len(data), self._size):
            try:
                piece = self._decompress(data[start : start + self._size])
            except self._failure as fault:
                raise httpx.DecodingError(str(fault)) from fault
            if piece:
                yield piece


def _brotli() -> _Decoder | None:
    package = _package("brotli") or _package("brotlicffi")
    if package is None:
        return None
    decompressor = package.Decompressor()
    decompress = getattr(decompressor, "process", None) or decompressor.decompress
    return _Sliced(decompress, _BR_SLICE, package.error)


def _zstd() -> _Decoder | None:
    package = _package("zstandard")
    if package is None:
        return None
    decompressor = package.ZstdDecompressor().decompressobj(read_across_frames=True)
    return _Sliced(decompressor.decompress, _ZSTD_SLICE, package.ZstdError)


def _package(name: str) -> Any:  # noqa: ANN401 - neither package has types
    """Return a package, or None where it is not installed."""
    try:
        return import_module(name)
    except ImportError:
        return None


_DECODERS: Final[dict[str, Callable[[], _Decoder | None]]] = {
    "gzip": lambda: _Zlib(zlib.MAX_WBITS | 16),
    "x-gzip": lambda: _Zlib(zlib.MAX_WBITS | 16),
    "deflate": _Deflate,
    "br": _brotli,
    "zstd": _zstd,
}
