"""What a quirk is: a known difference between servers, and what the client does about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import attr

if TYPE_CHECKING:
    from collections.abc import Callable

    from mistral_generated.types import Call, Response, StreamCall

AnyCall: TypeAlias = "Call[Any] | StreamCall[Any]"

# What one client learnt about its server, as notes; the views of a client share it. Notes are
# added and removed whole, so threads and tasks need no lock.
Memory: TypeAlias = set[str]


@attr.frozen(kw_only=True)
class Quirk:
    """One quirk: why it is, since when, and when it can go; the registry has its operations.

    `adapt_request` gets the call and may return another one. `adapt_response` gets an answer and
    the call that it answers, and returns the answer, another answer in its place, or a call to
    send instead, which happens once. `is_curated` says that the document is corrected for it too,
    in a curation of the same name.
    """

    id: str
    reason: str
    source: str
    since: str
    remove_when: str
    is_curated: bool
    adapt_request: Callable[[AnyCall, Memory], AnyCall] | None = None
    adapt_response: Callable[[Response, AnyCall, Memory], Response | AnyCall] | None = None
