"""Embeddings travel as base64 of little-endian 32-bit floats, and arrive as lists of floats.

The JSON text of a float takes several times the bytes and many times the work. A caller who names
an `encoding_format`, or asks for another type than float, gets just that. A server that does not
know the form answers with numbers, or refuses the field: then the call goes again without it, and
no later call of the client asks.
"""

from __future__ import annotations

import sys
from array import array
from base64 import b64decode
from typing import TYPE_CHECKING, Any, Final, cast

import attr

from mistral_client.adapters import Adapter
from mistral_generated.api.embeddings.create import parse
from mistral_generated.types import Call
from mistral_generated.wire import UnreadableBody

if TYPE_CHECKING:
    from mistral_client.adapters import AnyCall, Memory
    from mistral_generated.models import EmbeddingResponse
    from mistral_generated.types import Response

_NOTE: Final = "packed embeddings: refused"
_FIELD: Final = "encoding_format"
_REFUSED: Final = frozenset({400, 422})


def adapt_request(call: AnyCall, memory: Memory) -> AnyCall:
    """Return the call that asks for base64, where the caller wants floats and named no form."""
    body = cast("dict[str, object]", call.json)
    if _NOTE in memory or _FIELD in body or body.get("output_dtype", "float") != "float":
        return call
    return attr.evolve(cast("Call[Any]", call), json={**body, _FIELD: "base64"}, parse=_parse)


def adapt_response(answer: Response, call: AnyCall, memory: Memory) -> Response | AnyCall:
    """Return the call without the form if that is what the server refuses."""
    if not isinstance(call, Call) or call.parse is not _parse:
        return answer
    if answer.status_code not in _REFUSED or _FIELD.encode() not in answer.content:
        return answer
    memory.add(_NOTE)
    body = {
        key: value for key, value in cast("dict[str, object]", call.json).items() if key != _FIELD
    }
    return attr.evolve(call, json=body, parse=parse)


def _parse(answer: Response) -> EmbeddingResponse:
    """Return the answer with its embeddings as numbers.

    Raises:
        UnreadableBody: It cannot be read.

    """
    response = parse(answer)
    data: object = response.data
    for item in cast("list[object]", data) if isinstance(data, list) else ():
        text: object = getattr(item, "embedding", None)
        if isinstance(text, str):
            item.__dict__["embedding"] = _numbers(text)
    return response


def _numbers(text: str) -> list[float]:
    try:
        numbers = array("f", b64decode(text, validate=True))
    except ValueError as error:
        raise UnreadableBody(f"an embedding is no base64 of 32-bit floats: {error}") from error
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tolist()


ADAPTER: Final = Adapter(adapt_request=adapt_request, adapt_response=adapt_response)
