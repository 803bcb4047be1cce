"""Generated requests: valid and invalid ones, from the document, by schemathesis and hypothesis.

The same seed gives the same requests in the same order: generation neither reads nor writes a
database and does not depend on answers. Path ids are placeholders that `aim` replaces.
"""

from __future__ import annotations

import hashlib
import random
import re
from contextlib import suppress
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import requests
import schemathesis
from attrs import evolve, field, frozen
from hypothesis import HealthCheck, Phase, given, seed, settings, strategies
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode

from mistral_conformance.model.views import request_view
from mistral_conformance.probing.clarity import is_surely_invalid
from mistral_conformance.probing.targets import nothing, unowned_ids
from mistral_conformance.probing.variations import faults
from mistral_conformance.record.wire import BOUNDARY, Message

if TYPE_CHECKING:
    from schemathesis.specs.openapi.schemas import OpenApiSchema

    from mistral_conformance.model.document import Document, Operation
    from mistral_conformance.probing.shaping import Shaper

    Case = schemathesis.Case[Any]
    APIOperation = schemathesis.APIOperation[Any, Any, Any, Any]

FIRST, LAST = (datetime(each, 1, 1, tzinfo=UTC).replace(tzinfo=None) for each in (1970, 2200))
"""Times are of our centuries: how a server spells the year 178 is no question of this API."""
schemathesis.openapi.format(
    "date-time",
    strategies.datetimes(FIRST, LAST, timezones=strategies.just(UTC)).map(
        lambda moment: moment.isoformat().replace("+00:00", "Z")
    ),
)

BASE = "http://conformance.invalid"
BOUNDARY_CASES = 40
KEPT_OPERATIONS = 16
UNCHECKED = (HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large)
CARRIED = ("content-type", "accept")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
UNSAFE_SEGMENTS = {"", ".", ".."}


@frozen
class Generated:
    """One generated request and the case behind it."""

    message: Message
    case: Case = field(repr=False)


class Generator:
    """Generates the requests of one run; those of the latest operations are kept."""

    def __init__(self, document: Document, run_seed: int, max_examples: int) -> None:
        self._document = document
        self._seed = run_seed
        self._max_examples = max_examples
        self.valid = lru_cache(KEPT_OPERATIONS)(self._valid)
        self.invalid = lru_cache(KEPT_OPERATIONS)(self._invalid)

    @cached_property
    def _schema(self) -> OpenApiSchema:
        config = schemathesis.Config()
        return schemathesis.openapi.from_dict(request_view(self._document.raw), config=config)

    def _valid(self, operation: Operation, shaper: Shaper) -> list[Generated]:
        """Return valid requests: values at documented bounds first, then random ones."""
        target = self._schema.find_operation_by_id(operation.id)
        cases = self._bounds(target, operation) + self._draw(target, operation, "positive")
        for case in cases:
            case.path_parameters = unowned_ids(operation)
        return _distinct(cases, shaper)

    def _invalid(self, operation: Operation, shaper: Shaper) -> list[Generated]:
        """Return requests that break the document in query, body or, for want of both, path."""
        if not _can_be_broken(self._document, operation):
            return []
        target = self._schema.find_operation_by_id(operation.id)
        cases = self._draw(target, operation, "negative")
        distinct = _distinct(cases, shaper)
        return [
            each
            for each in distinct
            if is_safe(each.message.url, operation)
            and is_surely_invalid(self._document, operation, each.message)
        ]

    def _bounds(self, target: APIOperation, operation: Operation) -> list[Case]:
        cases = list(
            self._schema.iter_coverage_cases(
                target,
                generation_modes=[GenerationMode.POSITIVE],
                generation_config=self._schema.config.generation_for(operation=target),
            )
        )
        if len(cases) <= BOUNDARY_CASES:
            return cases
        return self._random(operation, "bounds").sample(cases, BOUNDARY_CASES)

    def _draw(self, target: APIOperation, operation: Operation, mode: str) -> list[Case]:
        """Return what hypothesis draws. Nothing is sent meanwhile, so answers cannot steer it."""
        drawn: list[Case] = []
        fixed = unowned_ids(operation)
        has_more = operation.body is not None or len(operation.parameters) > len(fixed)
        strategy = target.as_strategy(
            generation_mode=GenerationMode(mode),
            path_parameters=fixed if fixed and (has_more or mode == "positive") else None,
        )

        @seed(self._random(operation, mode).getrandbits(64))
        @settings(
            max_examples=self._max_examples,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=UNCHECKED,
        )
        @given(strategy)
        def collect(case: Case) -> None:
            drawn.append(case)

        with suppress(Unsatisfiable):  # nothing can be wrong with this operation's requests
            collect()
        return drawn

    def _random(self, operation: Operation, purpose: str) -> random.Random:
        digest = hashlib.sha256(f"{self._seed}/{operation.id}/{purpose}".encode()).digest()
        return random.Random(int.from_bytes(digest[:8]))  # noqa: S311 - test data, not secrets


def _can_be_broken(document: Document, operation: Operation) -> bool:
    """Say whether anything can be wrong with a request; hypothesis would try long to find out."""
    wanted = any(each["in"] == "query" and each.get("required") for each in operation.parameters)
    return operation.body is not None or wanted or any(faults(document, operation, None))


@lru_cache(1)
def shared_generator(document: Document, run_seed: int, max_examples: int) -> Generator:
    """Return the generator that all runs of this process share which ask for the same requests."""
    return Generator(document, run_seed, max_examples)


def aim(message: Message, ids: dict[str, str]) -> Message:
    """Return the message with its placeholder ids replaced by the given ones."""
    url = message.url
    content = message.content
    for name, value in ids.items():
        url = url.replace(nothing(name), value)
        content = content and content.replace(nothing(name).encode(), value.encode())
    return evolve(message, url=url, content=content)


def _distinct(cases: list[Case], shaper: Shaper) -> list[Generated]:
    found: dict[object, Generated] = {}
    for case in cases:
        case.body = shaper.shape(case.body)
        message = _message(case, shaper)
        key = (message.url, message.content, message.headers.get("content-type"))
        found.setdefault(key, Generated(message, case))
    return list(found.values())


def _message(case: Case, shaper: Shaper) -> Message:
    """Return the case as it goes over the wire, below the base URL."""
    prepared = prepare(case)
    body = prepared.body
    content = body.encode() if isinstance(body, str) else body
    if not isinstance(content, bytes | None):
        raise TypeError(f"a generated body is {type(content).__name__}, not bytes")
    headers = {key: str(prepared.headers[key]) for key in CARRIED if key in prepared.headers}
    boundary = headers.get("content-type", "").partition("boundary=")[2]
    if content and boundary:
        content = shaper.file_names(content.replace(boundary.encode(), BOUNDARY.encode()))
        headers["content-type"] = headers["content-type"].replace(boundary, BOUNDARY)
    url = str(prepared.url).removeprefix(BASE)
    return Message(str(prepared.method), url, content=content, headers=headers)


def prepare(case: Case) -> requests.PreparedRequest:
    """Return the case as a request of the library that schemathesis speaks."""
    arguments: dict[str, Any] = case.as_transport_kwargs(base_url=BASE)
    known = ("method", "url", "params", "headers", "data", "json", "files", "cookies")
    return requests.Request(**{each: arguments.get(each) for each in known}).prepare()


def is_safe(url: str, operation: Operation) -> bool:
    """Say whether a URL's path still has the operation's shape and so cannot reach another route.

    Control characters in paths are refused by proxies and routers, in their own words, before an
    API hears of them.
    """
    segments = [unquote(each) for each in url.partition("?")[0].split("/")[1:]]
    return len(segments) == operation.path.count("/") and not any(
        each in UNSAFE_SEGMENTS or "/" in each or CONTROL.search(each) for each in segments
    )
