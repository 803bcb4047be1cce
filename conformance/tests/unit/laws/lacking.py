"""A server that lacks some operations, and says so in its own words or in those of a gateway."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from mistral_conformance.model.document import is_endless, load_document
from mistral_conformance.mutants.generic.traffic import Altered, Answer
from mistral_conformance.session.capabilities import NOTHING
from mistral_mock.errors import APIError
from mistral_mock.operations import load_operations
from mistral_mock.router import Router

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.types import ASGIApp

    from mistral_conformance.mutants.generic.traffic import Onward, Request
    from mistral_conformance.mutants.judging import Around

WAYS = ("own", "same", "gateway", "method", "files", "unknown")
"""As for a path that there is not; as for an object that there is not, too; in words that nothing
else has; with 405 where the path has other methods; as a server of files, that has but GET; or
as if no object were known."""
PLAIN = {"detail": "Not Found"}
GATEWAY = {"message": "no Route matched with those values"}
NOT_ALLOWED = {"detail": "Method Not Allowed"}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def lacking(operations: Iterable[str], way: str) -> Around:
    """What puts a server without these operations before the mock."""
    hidden = frozenset(operations)
    router = Router(load_operations())

    async def handle(request: Request, onward: Onward) -> Answer:
        if request.operation in hidden:
            others = (_find(router, method, request.path) for method in METHODS)
            has_path = way == "method" and any(each and each not in hidden for each in others)
            if has_path or (way == "files" and request.method != "GET"):
                return _refusal(405, NOT_ALLOWED)
            if way == "unknown":
                return await onward(_unknown(request))
            return _refusal(404, GATEWAY if way == "gateway" else PLAIN)
        answer = await onward(request)
        rewritten = way == "same" or (way == "own" and not request.operation)
        return _refusal(404, PLAIN) if rewritten and answer.status == 404 else answer

    def around(app: ASGIApp) -> ASGIApp:
        plain = {e.id for e in load_document().operations.values() if not is_endless(e)}
        heard = {"", *hidden, *(plain if way == "same" else ())}
        return Altered(app, handle, frozenset(heard))

    return around


def _find(router: Router, method: str, path: str) -> str:
    """The operation of a method and a path, empty if there is none."""
    with suppress(APIError):
        return router.find(method, path, "")[0].id
    return ""


def _unknown(request: Request) -> Request:
    """The request with ids that nothing has."""
    for name in request.ids:
        request = request.renamed(name, NOTHING)
    return request


def _refusal(status: int, said: dict[str, Any]) -> Answer:
    body = json.dumps(said).encode()
    length = str(len(body)).encode()
    headers = ((b"content-type", b"application/json"), (b"content-length", length))
    return Answer(status, headers, body)
