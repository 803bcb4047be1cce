"""The turn of a request where a rate is kept to: when it goes, and what it counted for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_client.errors import TimedOut
from mistral_client.exchange import COUNTED
from mistral_client.steps import Pause

if TYPE_CHECKING:
    import httpx

    from mistral_client.exchange import Exchange
    from mistral_client.files import Multipart
    from mistral_client.rate_limits import RateLimit
    from mistral_client.steps import Steps


def take_turn(
    limit: RateLimit, exchange: Exchange, content: bytes | Multipart | None
) -> Steps[None]:
    """Wait until the rate lets the next request of an exchange go.

    Raises:
        TimedOut: The deadline of the call is before.

    """
    size = len(content) if isinstance(content, bytes) else 0
    delay_s, counted = limit.take(exchange.context.timing.monotonic(), size)
    exchange.counted = counted
    deadline = exchange.options.deadline
    if deadline is not None and delay_s >= deadline.left_s():
        limit.correct(counted, 0)
        text = f"the rate limit lets it go in {delay_s:g} s, which is after the deadline"
        operation = exchange.call.operation.id
        error = TimedOut(text, operation=operation, attempts=exchange.attempt)
        error.sent = exchange.attempt > 0
        raise error
    if delay_s > 0:
        yield Pause(delay_s)


def count(limit: RateLimit, exchange: Exchange, response: httpx.Response) -> None:
    """Note what the server says of its limits; a stream tells at its end what it took."""
    used = limit.note(response.headers, exchange.context.timing.monotonic())
    counted = exchange.counted or 0
    if used is None:
        response.extensions[COUNTED] = counted
    else:
        limit.correct(counted, used)
        exchange.counted = None
