"""The project's own client reads every answer of the 154 operations strictly, into its models."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from interop.methods import Outcome, all_methods
from interop.own import own_caller
from interop.world import prepared_world

if TYPE_CHECKING:
    from collections.abc import Iterator

    from interop.methods import Method
    from interop.own import OwnCaller

pytestmark = pytest.mark.xdist_group("own-client-methods")  # they share one world

METHODS = {method.id: method for method in all_methods()}
DEMANDED = {
    "audio.voices.": "type",
    "beta.observability.datasets.": "slug",
    "workflows.deployments.": "last_heartbeat",
}
"""Fields beyond the document that the mock sends for the official SDK, see docs/official-sdk.md."""
UNKNOWN = re.compile(r"(\w+) is unknown\b")


def beyond(outcome: Outcome, name: str) -> bool:
    """Whether strict mode found nothing wrong but the field that the official SDK demands."""
    found = set(UNKNOWN.findall(outcome.failure))
    wanted = {field for prefix, field in DEMANDED.items() if name.startswith(prefix)}
    return "DecodeError" in outcome.failure and found == wanted


@pytest.fixture(scope="module")
def strict() -> Iterator[OwnCaller]:
    with prepared_world() as world, own_caller(world) as made:
        yield made


@pytest.fixture(scope="module")
def tolerant(strict: OwnCaller) -> Iterator[OwnCaller]:
    with own_caller(strict.world, strict=False) as made:
        yield made


@pytest.fixture(params=METHODS)
def method(request: pytest.FixtureRequest) -> Method:
    return METHODS[request.param]


@pytest.mark.parametrize("form", ["sync", "async"])
def test_answer_is_read(strict: OwnCaller, tolerant: OwnCaller, method: Method, form: str) -> None:
    outcome = strict.call(method) if form == "sync" else strict.call_async(method)
    if beyond(outcome, method.name):
        outcome = tolerant.call(method) if form == "sync" else tolerant.call_async(method)
    assert outcome.failure == ""


@pytest.mark.parametrize("name", ["chat.stream", "beta.conversations.start_stream"])
def test_events_are_typed(strict: OwnCaller, name: str) -> None:
    kinds = strict.call(METHODS[name]).kinds
    assert kinds
    assert "dict" not in kinds


def test_every_operation_of_the_seed_is_called() -> None:
    assert len({method.call.operation.id for method in METHODS.values()}) == 150
