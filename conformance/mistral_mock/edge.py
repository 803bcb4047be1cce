"""The API of another era around the API of today: one filter on requests and one on answers.

Routes and the checks of requests follow from the era's document. What is left is here: handlers are
written for today, so they never see what an era does not know, and what they answer loses what it
does not have. Places are those of `mistral_openapi.eras`.
"""

from __future__ import annotations

import json
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from mistral_mock.answers import JSON, Answer, EventStream, Later, encode
from mistral_mock.operations import MULTIPART, find_operation
from mistral_openapi.reshaping import ANY, Branch, grow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mistral_mock.context import Context
    from mistral_mock.operations import Operation
    from mistral_openapi.eras import Era

    Limits = tuple[float | None, float | None]

DATA = b"data: "
NO_CONTENT = 204
NULL, TEXT, EMPTY = "null", "string", ""
BOUNDS = frozenset({"minimum", "maximum"})
EVERYTHING = 1_000_000_000


@frozen(slots=False)
class Edge:
    """What stands between one operation's callers and its handler."""

    era: Era
    operation: Operation
    """Today's."""

    def shape_request(self, ctx: Context) -> Context:
        """Return the request as today's handler reads it."""
        if self.era.is_today:
            return ctx
        query = {**self.operation.query_defaults, **ctx.query, **self._whole_list}
        query |= {name: _within(query[name], limits) for name, limits in self._limits.items()}
        body = self._strip(ctx.body, self._tree.find("body"))
        if self.operation.takes_form and isinstance(body, dict):
            body = {**self._form_defaults, **body}
        return evolve(ctx, query=query, body=body, sent=ctx.sent | self._meant)

    def shape_answer(self, answer: Answer | EventStream | Later) -> Answer | EventStream | Later:
        """Return the answer as the era's callers get it."""
        if self.era.is_today:
            return answer
        if isinstance(answer, EventStream):
            return evolve(answer, events=self._events(answer.events))
        if isinstance(answer, Later):
            return Later(lambda: self._look(answer))
        return self._whole(answer)

    def _look(self, later: Later) -> Answer | None:
        found = later.look()
        return None if found is None else self._whole(found)

    def _whole(self, answer: Answer) -> Answer:
        status = self._status(answer.status)
        if status == NO_CONTENT:
            return Answer(NO_CONTENT, headers=answer.headers)
        branch = self._tree.find("answer", str(answer.status))
        if answer.media_type != JSON or branch.is_silent:
            return evolve(answer, status=status)
        value = json.loads(answer.body)
        return evolve(answer, status=status, body=encode(self._strip(value, branch)))

    def _status(self, status: int) -> int:
        """Return the status itself, or the era's own for a success that it does not know."""
        if self.era.has(self.operation.id, f"answer/{status}") or not _is_success(status):
            return status
        listed = [int(one) for one in self.operation.object["responses"] if one.isdigit()]
        known = (
            one
            for one in listed
            if _is_success(one) and self.era.has(self.operation.id, f"answer/{one}")
        )
        return next(known, status)

    def _events(self, events: Iterable[bytes | None]) -> Iterator[bytes | None]:
        branch = self._tree.find("events", "data")
        for event in events:
            yield event if event is None or branch.is_silent else self._event(event, branch)

    def _event(self, event: bytes, branch: Branch) -> bytes:
        lines = event.split(b"\n")
        return b"\n".join(self._line(line, branch) for line in lines)

    def _line(self, line: bytes, branch: Branch) -> bytes:
        if not line.startswith(DATA):
            return line
        try:
            value = json.loads(line[len(DATA) :])
        except ValueError:  # the mark of the end is not JSON
            return line
        return DATA + encode(self._strip(value, branch))

    def _strip(self, value: Any, branch: Branch) -> Any:  # noqa: ANN401 - JSON of any kind
        """Return the value without what the era does not have."""
        if branch.is_silent:
            return value
        if isinstance(value, list):
            inner = branch.find(ANY)
            return [self._strip(one, inner) for one in value]
        if not isinstance(value, dict):
            return value
        return dict(self._fields(value, branch))

    def _fields(self, value: dict[str, Any], branch: Branch) -> Iterator[tuple[str, Any]]:
        others = branch.find(ANY)
        for name, one in value.items():
            inner = branch.inner.get(name, others)
            if "until" in inner.entry or not self.era.lasts(inner.entry):
                continue
            types = self.era.said(inner.entry).get("type", ())
            if one is None and NULL in types:
                continue  # a request may hold it, and today's handler takes none
            yield name, EMPTY if one is None and TEXT in types else self._strip(one, inner)

    @cached_property
    def _tree(self) -> Branch:
        return grow(self.era.places(self.operation.id))

    @cached_property
    def _missing(self) -> frozenset[str]:
        """The query parameters that the era does not have."""
        query = self._tree.find("query").inner
        return frozenset(name for name, one in query.items() if not self.era.lasts(one.entry))

    @cached_property
    def _paging(self) -> Mapping[str, str]:
        paging: Mapping[str, str] = self.operation.object.get("x-mistral-paging", {})
        return paging

    @cached_property
    def _whole_list(self) -> Mapping[str, int]:
        """Where a list has no pages yet, the size of its one page."""
        size = self._paging.get("size")
        return {size: EVERYTHING} if size in self._missing else {}

    @cached_property
    def _limits(self) -> Mapping[str, Limits]:
        """Today's bounds of the parameters that had none, or others."""
        query = self._tree.find("query").inner
        return {
            one.name: one.schema.limits
            for one in self.operation.query_parameters
            if one.name in query and self.era.said(query[one.name].entry).keys() & BOUNDS
        }

    @cached_property
    def _meant(self) -> frozenset[str]:
        """The parameter that pages are told by where there is no other way yet."""
        page, token = self._paging.get("page"), self._paging.get("token")
        if page is None or page in self._missing or token not in self._missing:
            return frozenset()
        return frozenset({page})

    @cached_property
    def _form_defaults(self) -> dict[str, Any]:
        schema = self.operation.bodies[MULTIPART]
        return {
            name: one.default
            for name, one in schema.properties.items()
            if not one.is_file and name not in schema.required
        }


def _within(value: Any, limits: Limits) -> Any:  # noqa: ANN401 - JSON of any kind
    """Return the number, or the nearest one that today's handlers take."""
    low, high = limits
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = value if low is None else max(value, low)
        value = value if high is None else min(value, high)
    return value


def _is_success(status: int) -> bool:
    return 200 <= status < 300


@cache
def find_edge(era: Era, operation_id: str) -> Edge:
    """Return the edge of an operation; the mocks of a process share them."""
    return Edge(era, find_operation(operation_id))
