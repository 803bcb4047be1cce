"""Opens answers within a time: the head of an answer that drips, byte by byte, may never end.

The timeouts of httpx are of one read each. So requests are sent from a thread of their own, and
who waits too long closes the connections below it, which ends it.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import httpx
from attrs import define, field

if TYPE_CHECKING:
    from collections.abc import Callable

HEAD = "the head of the answer"
AT_ONCE = 32
"""So many requests are sent side by side at most."""


@define(eq=False)
class Opener:
    """Sends requests through clients that `make` makes, a new one after each that was closed."""

    make: Callable[[], httpx.Client]
    client: httpx.Client = field(init=False)
    _pool: ThreadPoolExecutor = field(factory=lambda: ThreadPoolExecutor(AT_ONCE, "sending"))

    def __attrs_post_init__(self) -> None:
        self.client = self.make()

    def open(self, request: httpx.Request, within_s: float) -> httpx.Response:
        """Return the answer, with its body still to be read.

        Raises:
            ReadTimeout: its head did not end in time.
            HTTPError: as httpx raises it.

        """
        sending = self._pool.submit(self.client.send, request, stream=True)
        try:
            return sending.result(within_s)
        except TimeoutError as error:
            self._renew()
            reason = f"{HEAD} did not end within {within_s:g} s"
            raise httpx.ReadTimeout(reason, request=request) from error

    def close(self) -> None:
        """Give back all connections."""
        self.client.close()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _renew(self) -> None:
        """Close what is open, and what waits for it with it."""
        self.client.close()
        self.client = self.make()
