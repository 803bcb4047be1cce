"""The clock, the waiting and the chance that the client depends on, in one place to replace."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


async def _sleep_async(delay_s: float) -> None:
    """Wait under asyncio or trio."""
    import anyio  # noqa: PLC0415 - only waiting async clients need it; importing it takes 10 ms

    await anyio.sleep(delay_s)


@attrs.frozen(kw_only=True)
class Timing:
    """Where time and chance come from; tests pass their own.

    `monotonic` and `now` give seconds (`now` since 1970), `sleep` and `sleep_async` take seconds,
    `draw` gives a random number from 0 to 1.
    """

    monotonic: Callable[[], float] = time.monotonic
    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    sleep_async: Callable[[float], Awaitable[None]] = _sleep_async
    draw: Callable[[], float] = random.random
