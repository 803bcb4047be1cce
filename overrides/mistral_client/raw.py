"""Access to the HTTP answer behind any call: status, headers, body, and what was made of them.

A context variable carries the wish from the client to the executor, so that generated methods
need no second form, and threads and tasks do not see each other's answers.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Generic, TypeVar, cast

import attr
import httpx

from mistral_client.exchange import observers
from mistral_client.problems import request_id
from mistral_generated.types import Hinted

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping

    from mistral_client.allowances import Allowance
    from mistral_generated.types import Response

T = TypeVar("T")


@attr.frozen
class Raw(Hinted, Generic[T]):
    """One HTTP answer and what the call returned for it.

    `body` is as the server sent it, decompressed, and empty for a download that went to a file. For
    a call that sends several requests all of it is the last answer's.
    """

    status_code: int
    headers: Mapping[str, str] = attr.field(repr=False)
    body: bytes = attr.field(repr=False)
    parsed: T

    @property
    def request_id(self) -> str | None:
        """The server's name for the request, if it gave one."""
        return request_id(self.headers)

    @property
    def rate_limits(self) -> tuple[Allowance, ...]:
        """What the server said of its rate limits, in the headers."""
        from mistral_client.allowances import read_allowances  # noqa: PLC0415 - when it is used

        return read_allowances(self.headers)


@attr.define
class Capture:
    """Where an executor leaves the last answer for `raw`."""

    response: Response | None = None

    def complete(self, parsed: T) -> Raw[T]:
        """Return the answer with what the call returned.

        Raises:
            TypeError: The call sent no request.

        """
        response = self.response
        if response is None:
            raise TypeError(
                "raw() needs a method that sends one request; for all pages, ask for each"
            )
        try:
            body = response.content
        except httpx.ResponseNotRead:
            body = b""
        return Raw(response.status_code, response.headers, body, parsed)


def settle(result: object) -> object:
    """Return what a method came to; a stream is opened."""
    from mistral_client.streams import EventStream  # noqa: PLC0415 - loaded when it is used

    return result.open() if isinstance(result, EventStream) else result


async def settle_async(result: object) -> object:
    """Return the same for a method that is awaited; awaiting a stream opens it."""
    return await cast("Awaitable[object]", result)


capture: ContextVar[Capture | None] = ContextVar("mistral_client_capture", default=None)


def _observe(response: Response) -> None:
    """Leave an answer with whoever waits for it."""
    wanted = capture.get()
    if wanted is not None:
        wanted.response = response


observers.append(_observe)
