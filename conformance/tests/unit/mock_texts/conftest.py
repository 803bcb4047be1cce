"""A client of a fresh mock, and what the document says of an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.unit.callers import connect
from tests.unit.documented import make_component_validator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import httpx

    from mistral_mock.server import RunningServer


@pytest.fixture
def api(mock: RunningServer) -> Iterator[httpx.Client]:
    """The default caller."""
    with connect(mock) as client:
        yield client


@pytest.fixture(scope="session")
def holds() -> Callable[[str, object], bool]:
    """Tells whether a value has a schema of the document."""
    return lambda schema, value: make_component_validator(schema).is_valid(value)
