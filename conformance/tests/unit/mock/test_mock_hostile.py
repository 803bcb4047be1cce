"""A sample of `make hostile`, and whether it notices what it looks for."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from tests.hostile import __main__ as hostile
from tests.hostile.requests import Attack, Sent

from mistral_mock import registry
from mistral_mock.app import create_app
from mistral_mock.settings import Settings

if TYPE_CHECKING:
    from mistral_mock.context import Context


def campaign(app: Any = None) -> hostile.Campaign:
    """A campaign that has sent nothing."""
    app = app or create_app(Settings(clock="manual"))
    return hostile.Campaign(app, Attack(random.Random(1)))  # noqa: S311 - requests, not secrets


def test_hostile_requests_are_answered_without_a_failure() -> None:
    found = hostile.attack(1_000, seed=1)
    assert found.judge() == []
    assert {200, 404, 422} <= found.statuses.keys()
    assert sum(found.statuses.values()) == 1_000


def test_failure_of_the_mock_ends_the_campaign(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Context) -> NoReturn:
        raise RuntimeError("broken")

    monkeypatch.setitem(registry.HANDLERS, "models.list", fail)
    found = hostile.attack(5_000, seed=1)
    (failure, *_) = found.judge()
    assert failure.startswith("answers 500: Sent(")
    assert sum(found.statuses.values()) < 5_000


def test_request_without_an_end_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    async def hang(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(hostile, "LONGEST_S", 0.01)
    found = campaign(hang)
    asyncio.run(found._send(Sent("GET", "/v1/models", b"", ())))
    assert [each.partition(":")[0] for each in found.judge()] == ["hangs"]


@pytest.mark.parametrize(
    ("memory", "expected"), [((9, 9, 10, 10, 11, 11), []), ((9, 9, 10, 10, 14, 14), ["memory"])]
)
def test_memory_that_grows_is_a_failure(memory: tuple[int, ...], expected: list[str]) -> None:
    found = campaign()
    found.memory.extend(memory)
    assert [each.partition(" ")[0] for each in found.judge()] == expected
