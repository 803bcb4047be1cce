"""The steps of an exchange: what `exchange` asks for and executors do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Generator

    import httpx

    from mistral_client.downloads import Sink
    from mistral_client.keys import KeySource

T = TypeVar("T")


class Transfer(NamedTuple):
    """Send the request; the outcome is its `httpx.Response`, open, with the body unread."""

    request: httpx.Request


class Read(NamedTuple):
    """Read the body up to the limit, in bytes, and close the response; the outcome is a `Body`."""

    response: httpx.Response
    limit: int | None


class Save(NamedTuple):
    """Write the body to the sink, piece by piece, and close the response.

    The outcome is whether it was within the limit, in bytes.
    """

    response: httpx.Response
    sink: Sink
    limit: int | None


class Pause(NamedTuple):
    """Wait, in seconds."""

    delay_s: float


class Ask(NamedTuple):
    """Ask for the API key and put it into the request; no variable of ours holds it.

    Tools that report errors show the variables of every frame.
    """

    source: KeySource
    request: httpx.Request


Step: TypeAlias = Transfer | Read | Save | Pause | Ask
Steps: TypeAlias = "Generator[Step, Any, T]"
