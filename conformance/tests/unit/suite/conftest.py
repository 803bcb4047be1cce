"""Fixtures of the suite's own tests: keys, sessions on fakes, rules that end in a given way."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve
from tests.unit.suite.fake_server import KEY

from mistral_conformance.running.run import RunOptions, open_session
from mistral_conformance.session.identities import CALLER, Identity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from mistral_conformance.session.session import Session


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MISTRAL_API_KEY", KEY)
    monkeypatch.setenv("COLUMNS", "80")


@pytest.fixture
def options() -> Callable[..., RunOptions]:
    """Options of a quick run on a base URL."""

    def make(base_url: str, **more: Any) -> RunOptions:
        identities = {CALLER: Identity(CALLER, "MISTRAL_API_KEY", KEY)}
        plain = RunOptions(base_url, identities, max_examples=3, run_id="testrun")
        return evolve(plain, **more)

    return make


@pytest.fixture
def session_on(
    options: Callable[..., RunOptions],
) -> Callable[..., AbstractContextManager[Session]]:
    """A session on a base URL."""

    @contextmanager
    def make(base_url: str, **more: object) -> Iterator[Session]:
        with open_session(options(base_url, **more)) as session:
            yield session

    return make
