"""Update a library or a document with PATCH, or with PUT where the server has no PATCH.

Both verbs mean the same partial update; PUT is deprecated. A server of the older line has only
PUT. Which one a server has is learnt from its first answer and remembered for its base URL; when
a server later drops PUT, the same reading leads back to PATCH.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attr

from mistral_client.quirks.quirk import Quirk

if TYPE_CHECKING:
    from mistral_client.adapters import AnyCall, Memory
    from mistral_generated.types import Response

_NOTE: Final = "put_patch_duplicate: no PATCH"


def has_no_route(answer: Response, other: str) -> bool:
    """Say whether an answer means that the server lacks this verb, and may have `other`.

    405 and 501 say so, unless `Allow` names what is allowed and `other` is not in it. A 404 says
    so only in the gateway's words for an unknown route: every other 404 is about an unknown
    library or document.
    """
    if answer.status_code in {405, 501}:
        allowed = answer.headers.get("allow")
        return allowed is None or other in allowed.upper()
    return answer.status_code == 404 and b"no route matched" in answer.content.lower()


def adapt_request(call: AnyCall, memory: Memory) -> AnyCall:
    """Return the call with PUT if the server is known to lack PATCH."""
    return _with_method(call, "PUT") if _NOTE in memory else call


def adapt_response(answer: Response, call: AnyCall, memory: Memory) -> Response | AnyCall:
    """Return the call with the other verb if this one has no route; note which one worked."""
    method = call.operation.method
    other = "PUT" if method == "PATCH" else "PATCH"
    if has_no_route(answer, other):
        return _with_method(call, other)
    if 200 <= answer.status_code < 300:
        _remember(memory, method)
    return answer


def _remember(memory: Memory, method: str) -> None:
    if method == "PUT":
        memory.add(_NOTE)
    else:
        memory.discard(_NOTE)


def _with_method(call: AnyCall, method: str) -> AnyCall:
    return attr.evolve(call, operation=attr.evolve(call.operation, method=method))


QUIRK: Final = Quirk(
    id="put_patch_duplicate",
    reason="Older servers know only PUT for the partial update that newer ones call PATCH.",
    source="shapes.put-patch-pairs; libraries.update-is-partial",
    since="spec 2026-06-16",
    remove_when="No supported server lacks PATCH on libraries and documents.",
    is_curated=True,
    adapt_request=adapt_request,
    adapt_response=adapt_response,
)
