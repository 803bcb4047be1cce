"""Deleting a library or an access: 200 with the deleted object, or 204 without a body.

The API announces that 204 will be the only answer. The document lists both, so the generated code
returns the object for 200 and None for 204. What the document cannot say is the way between:
a success without a body, or with an empty one, whatever its status, means the same as 204.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mistral_client.bodies import Answer
from mistral_client.quirks.quirk import Quirk

if TYPE_CHECKING:
    from mistral_client.adapters import AnyCall, Memory
    from mistral_generated.types import Response

_NOTHING = frozenset({b"", b"null", b"{}"})


def adapt_response(answer: Response, _call: AnyCall, _memory: Memory) -> Response | AnyCall:
    """Return a success that names no deleted object as the 204 that it stands for."""
    is_success = 200 <= answer.status_code < 300 and answer.status_code != 204
    if is_success and answer.content.strip() in _NOTHING:
        return Answer(204, answer.headers, b"")
    return answer


QUIRK: Final = Quirk(
    id="delete_200_to_204",
    reason="These deletes change from 200 with the deleted object to 204 without a body.",
    source="libraries.delete-200-or-204; accesses.delete-200-or-204",
    since="spec 2026-06-23",
    remove_when="No supported server answers these deletes with 200.",
    is_curated=True,
    adapt_response=adapt_response,
)
