"""Memory of a server that runs for long: what a large answer took goes back to the system."""

from __future__ import annotations

import sys
from contextlib import suppress

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
"""Parameters of glibc's `mallopt`."""
LARGE = 1024 * 1024
"""A block of so many bytes is memory of its own, which goes back as soon as it is free."""
KEPT = 8 * 1024 * 1024
"""So many free bytes each heap keeps for what comes next."""


def give_back_memory() -> None:
    """Let this process keep little free memory, where its C library is glibc.

    glibc keeps more the larger the blocks are that come and go: after an answer of 20 MB each
    thread's heap may hold that much for good, and small objects between large ones keep them
    from going back. Other C libraries need no such advice.
    """
    if sys.platform != "linux":
        return
    import ctypes  # noqa: PLC0415 - mocks in the process of a test do without it

    with suppress(OSError, AttributeError):  # another C library
        advise = ctypes.CDLL(None).mallopt
        advise(M_MMAP_THRESHOLD, LARGE)
        advise(M_TRIM_THRESHOLD, KEPT)
