"""What stands between a call and its answer for some operations: quirks, and what saves work."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import attr

if TYPE_CHECKING:
    from collections.abc import Callable

    from mistral_generated.types import Call, Response, StreamCall

AnyCall: TypeAlias = "Call[Any] | StreamCall[Any]"

# What one client learnt about its server, as notes; the views of a client share it. Notes are
# added and removed whole, so threads and tasks need no lock.
Memory: TypeAlias = set[str]

_PACKED: Final = "embeddings.create"


@attr.frozen(kw_only=True, slots=False, eq=False, repr=False)
class Adapter:
    """How the calls and answers of some operations are adapted.

    `adapt_request` gets the call and may return another one. `adapt_response` gets an answer and
    the call that it answers, and returns the answer, another answer in its place, or a call to
    send instead, which happens once.
    """

    adapt_request: Callable[[AnyCall, Memory], AnyCall] | None = None
    adapt_response: Callable[[Response, AnyCall, Memory], Response | AnyCall] | None = None


@cache
def adapters_of(operation: str) -> tuple[Adapter, ...]:
    """Return the adapters that concern an operation, in order."""
    from mistral_client.quirks import quirks_of  # noqa: PLC0415 - it needs the class above

    if operation != _PACKED:
        return quirks_of(operation)
    from mistral_client.packed_embeddings import ADAPTER  # noqa: PLC0415 - for embeddings only

    return (*quirks_of(operation), ADAPTER)
