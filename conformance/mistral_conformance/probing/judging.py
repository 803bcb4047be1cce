"""Judges answers against the document, by schemathesis."""

from __future__ import annotations

import json
from functools import cache, cached_property, lru_cache
from typing import TYPE_CHECKING

import requests
import schemathesis
from attrs import evolve
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.openapi.checks import JsonSchemaError
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
)

from mistral_conformance.model.compiled import compile_schema
from mistral_conformance.model.document import Document
from mistral_conformance.model.reading import model_of
from mistral_conformance.model.views import answer_view
from mistral_conformance.model.wording import Fault, explain
from mistral_conformance.probing.targets import unowned_ids
from mistral_conformance.record.events import EVENT_STREAM

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jsonschema_rs import ValidationError as Error
    from schemathesis import CheckFunction
    from schemathesis.specs.openapi.schemas import OpenApiSchema

    from mistral_conformance.model.document import Json, Operation
    from mistral_conformance.probing.generation import Case
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context


UNREADABLE = "deserialization"
"""What the titles of failures have in common that say that a body is no JSON."""

BAD_REQUEST = 400
WRONG = {"422"}
"""What is documented where a request is wrong, and 400 says as well."""


class Judge:
    """Judges the answers of one run. Each method returns what is wrong, empty when nothing is."""

    def __init__(self, document: Document) -> None:
        self._document = document

    @cached_property
    def _lenient(self) -> OpenApiSchema:
        view = answer_view(self._document.raw, open_enums=True)
        return schemathesis.openapi.from_dict(view, config=schemathesis.Config())

    @cached_property
    def _strict(self) -> OpenApiSchema:
        view = answer_view(self._document.raw, open_enums=False)
        return schemathesis.openapi.from_dict(view, config=schemathesis.Config())

    def status(self, operation: Operation, exchange: Exchange) -> str:
        """Say whether the status is documented.

        400 and 422 both refuse what is wrong in a request, and an id in a body is refused with what
        its reference declares.
        """
        documented = operation.item["responses"]
        known = {str(exchange.status), f"{exchange.status // 100}XX", "default"}
        known |= WRONG if exchange.status == BAD_REQUEST else set()
        if known & set(documented) or exchange.status in self._refusing_ids(operation):
            return ""
        return f"status {exchange.status} is not documented: {', '.join(documented)}"

    def _refusing_ids(self, operation: Operation) -> set[int]:
        """Return the statuses that refuse the ids in the body of a request."""
        places = (each for each in model_of(self._document).references if each.resource)
        named = (e for e in places if e.place.operation == operation.id and e.place.where == "body")
        return {status for each in named for due in each.refusals.values() for status in due}

    def body(self, operation: Operation, exchange: Exchange) -> str:
        """Say whether the body has the documented schema; unknown values of open enums are fine."""
        return self._validate(self._lenient, self._open, operation, exchange)

    def open_enums(self, operation: Operation, exchange: Exchange) -> str:
        """Say whether the body has the documented schema and only documented enum values."""
        return self._validate(self._strict, self._closed, operation, exchange)

    def content_type(self, operation: Operation, exchange: Exchange) -> str:
        """Say whether the media type is documented for the status."""
        if not self._check(content_type_conformance, operation, exchange):
            return ""
        due = " or ".join(_content(self._document, operation, exchange.status)) or "no body"
        return f"the answer is {exchange.media_type or 'without a media type'}, {due} is due"

    def headers(self, operation: Operation, exchange: Exchange) -> str:
        """Say whether documented headers of the answer hold what the document says."""
        return self._check(response_headers_conformance, operation, exchange)

    def event(self, operation: Operation, name: str | None, data: object) -> str:
        """Say whether an event of a stream has the documented form, as leniently as `body`."""
        content = operation.item["responses"]["200"]["content"][EVENT_STREAM]
        value = {"data": data} if name is None else {"event": name, "data": data}
        schema = answer_view({"paths": {}, **content}, open_enums=True)["schema"]
        return self._explain(schema, value)

    def component(self, reference: str, value: object) -> str:
        """Say whether a value has the schema that a reference names, as leniently as `body`."""
        return self._explain(_reference(reference), value)

    @cached_property
    def _open(self) -> Document:
        return Document(answer_view(self._document.raw, open_enums=True))

    @cached_property
    def _closed(self) -> Document:
        return Document(answer_view(self._document.raw, open_enums=False))

    def _explain(self, schema: Json, value: object) -> str:
        return explain(_errors_of(self._open, schema, value))

    def faults(self, exchange: Exchange) -> Iterator[Fault]:
        """Yield what of an operation's JSON answer breaks the document, as leniently as `body`."""
        for error in self._errors(self._open, exchange.operation, exchange):
            yield Fault.of(error)

    def tells_error(self, exchange: Exchange) -> bool:
        """Say whether a success holds what the document gives as an error of its operation.

        An error whose form nothing but an object is told by nobody.
        """
        if not exchange.ok or exchange.operation not in self._open.operations:
            return False
        responses = self._open.operations[exchange.operation].item["responses"]
        errors = [int(each) for each in responses if each.isdigit() and each >= "4"]
        return not self._fits(exchange, exchange.status) and any(
            self._fits(exchange, each) and not self._fits(evolve(exchange, content=b"{}"), each)
            for each in errors
        )

    def _fits(self, exchange: Exchange, status: int) -> bool:
        """Say whether the document has a form for the body under a status, which the body has."""
        found = self._compare(self._open, exchange.operation, exchange, status)
        return found is not None and next(found, None) is None

    def accepted_invalid(self, case: Case, exchange: Exchange) -> str:
        """Say whether a request generated as invalid, and so on the wire, was accepted."""
        if not _run(case, negative_data_rejection, exchange):
            return ""
        return f"the request breaks the document, and was answered {exchange.status}"

    def _check(self, check: CheckFunction, operation: Operation, exchange: Exchange) -> str:
        target = self._lenient.find_operation_by_id(operation.id)
        case = target.Case(path_parameters=unowned_ids(operation))
        return _run(case, check, exchange)

    def _validate(
        self, schema: OpenApiSchema, view: Document, operation: Operation, exchange: Exchange
    ) -> str:
        try:
            schema.find_operation_by_id(operation.id).validate_response(_response(exchange))
        except FailureGroup as group:
            failures: list[BaseException] = list(group.exceptions)
        except Failure as failure:
            failures = [failure]
        else:
            return ""
        wording = explain(self._errors(view, operation.id, exchange))
        return wording or "; ".join(_words(each) for each in failures)

    def _errors(self, view: Document, operation: str, exchange: Exchange) -> Iterable[Error]:
        """Return what a JSON body has against its schema; nothing for other faults and bodies."""
        return self._compare(view, operation, exchange, exchange.status) or ()

    def _compare(
        self, view: Document, operation: str, exchange: Exchange, status: int
    ) -> Iterator[Error] | None:
        """Return what a body has against its schema under a status.

        None where one of them is missing.
        """
        content = _content(view, view.operations[operation], status)
        schema = content.get(exchange.media_type, {}).get("schema")
        if schema is None:
            return None
        try:
            return _errors_of(view, schema, json.loads(exchange.content))
        except (ValueError, RecursionError):
            return None


def _errors_of(view: Document, schema: Json, value: object) -> Iterator[Error]:
    return compile_schema(view, schema).iter_errors(value)


@cache
def _reference(target: str) -> Json:
    """Return the same schema each time, so that it is compiled once."""
    return {"$ref": target}


def _content(document: Document, operation: Operation, status: int) -> Json:
    """Return what the document says of the body of an answer, by media type."""
    responses = document.operations[operation.id].item["responses"]
    names = (str(status), f"{status // 100}XX", "default")
    answer: Json = next((responses[each] for each in names if each in responses), {})
    content: Json = document.resolve(answer).get("content", {})
    return content


def judge_of(context: Context) -> Judge:
    """Return the judge of the run's document."""
    return shared_judge(context.document)


@lru_cache(1)
def shared_judge(document: Document) -> Judge:
    """Return the judge of a document, shared by all runs of this process."""
    return Judge(document)


def _run(case: Case, check: CheckFunction, exchange: Exchange) -> str:
    try:
        case.validate_response(_response(exchange), checks=[check])
    except FailureGroup as group:
        return "; ".join(_words(each) for each in group.exceptions)
    return ""


def _words(failure: BaseException) -> str:
    if isinstance(failure, JsonSchemaError):
        place = "/".join(map(str, failure.instance_path)) or "its top"
        return f"{failure.title} at {place}: {' '.join(failure.validation_message.split())}"
    title = str(getattr(failure, "title", type(failure).__name__))
    detail = " ".join(str(getattr(failure, "message", failure)).split())
    if UNREADABLE in title:
        said = getattr(failure, "validation_message", detail.rpartition("content: ")[2])
        return f"the answer is not JSON: {said}"
    return f"{title}: {detail}" if detail and detail != title else title


def _response(exchange: Exchange) -> schemathesis.Response:
    request = requests.Request(
        exchange.method,
        exchange.url,
        headers=dict(exchange.request_headers),
        data=exchange.request_content,
    ).prepare()
    headers: dict[str, list[str]] = {}
    for name, value in exchange.headers.multi_items():
        headers.setdefault(name.lower(), []).append(value)
    return schemathesis.Response(
        status_code=exchange.status,
        headers=headers,
        content=exchange.content,
        request=request,
        elapsed=exchange.elapsed_s,
        verify=True,
        encoding="utf-8",
    )
