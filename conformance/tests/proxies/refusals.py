"""How a server may refuse: another status of the same class, another documented shape of error."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from attrs import evolve, frozen

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.proxies.variations import Answer

    from mistral_conformance.model.document import Document, Json, Operation

OFTEN = 0.5
BAD, FORBIDDEN, NOT_FOUND, UNPROCESSABLE = 400, 403, 404, 422
DONE, EMPTY = 200, 204


@frozen(eq=False)
class Refusals:
    """One server's way to refuse; `decides` answers a question once and for all."""

    document: Document
    decides: Callable[[str, float], bool]

    def vary(self, operation: Operation, answer: Answer, *, own: bool) -> Answer:
        """The answer with another status that the document allows as well, and another shape."""
        status = self._status(operation, answer.status, own=own)
        if status == EMPTY != answer.status:
            return evolve(answer, status=status, content=b"")
        return evolve(answer, status=status, content=self._body(operation, status, answer.content))

    def _status(self, operation: Operation, status: int, *, own: bool) -> int:
        """Strangers learn nothing either way; 400 says what 422 says; DELETE may say nothing."""
        other = {BAD: UNPROCESSABLE, UNPROCESSABLE: BAD}.get(status)
        if not own and status in {FORBIDDEN, NOT_FOUND}:
            other = NOT_FOUND if self.decides("hides", OFTEN) else FORBIDDEN
        elif status == DONE and operation.method == "DELETE":
            other = EMPTY
        documented = {str(other), *({str(status)} if other == BAD else ())}
        question = "deletions" if other == EMPTY else f"{operation.id}/{status}"
        free = (not own and other in {FORBIDDEN, NOT_FOUND}) or self.decides(question, OFTEN)
        known = bool(documented & set(operation.item["responses"]))
        return other if other and known and free else status

    def _body(self, operation: Operation, status: int, content: bytes) -> bytes:
        if status < BAD or not self.decides(f"{operation.id}/shape/{status}", OFTEN):
            return content
        try:
            body = json.loads(content)
        except ValueError:
            return content
        if not isinstance(body, dict):
            return content
        told = str(BAD) in operation.item["responses"]
        if told and status == BAD and self.decides(f"{operation.id}/words", OFTEN):
            body = _put_in_words(body)
        return json.dumps(_reshape(body)).encode()


def _put_in_words(body: Json) -> Json:
    """The same mistakes as a text that names each place, as inference tells what it refuses."""
    detail = body.get("detail")
    if not isinstance(detail, list):
        return body
    said = (f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in detail)
    return {**body, "detail": "; ".join(said)}


def _reshape(body: Json) -> Json:
    """The same words in another of the documented shapes, where there is one for them."""
    detail, message = body.get("detail"), body.get("message")
    if isinstance(detail, list):
        return {"object": "error", "message": {"detail": detail}, "type": "invalid_request_error"}
    if isinstance(detail, str):
        return {"object": "error", "message": detail, "type": "refused", "code": None}
    if isinstance(message, dict) and "detail" in message:
        return {"detail": message["detail"]}
    return {"message": message, "request_id": "0" * 32} if isinstance(message, str) else body
