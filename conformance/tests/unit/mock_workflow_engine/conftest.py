"""A mock with callers of two workspaces, whose every answer is held to the document."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.unit.callers import inhabited, options
from tests.unit.documented import hold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Caller(httpx.Client):
    """A client of a mock; the mock's server is its attribute."""

    server: Any

    def start(self, name: str, **body: Any) -> dict[str, Any]:
        """A new execution of a workflow."""
        answer = self.post(f"/v1/workflows/{name}/execute", json=body)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def look(self, execution: dict[str, Any]) -> dict[str, Any]:
        """The execution as it is now."""
        found: dict[str, Any] = self.get(path_of(execution)).json()
        return found

    def act(self, execution: dict[str, Any], what: str, **body: Any) -> httpx.Response:
        """Does something to an execution."""
        return self.post(path_of(execution, what), json=body or None)


def path_of(execution: dict[str, Any], what: str = "") -> str:
    """The path of an execution, or of something of it."""
    path = f"/v1/workflows/executions/{execution['execution_id']}"
    return f"{path}/{what}" if what else path


@pytest.fixture
def serve() -> Iterator[Callable[..., Callable[[str], Caller]]]:
    """Starts a mock with the given settings; gives what makes callers of it."""
    with ExitStack() as stack:

        def run(**settings: Any) -> Callable[[str], Caller]:
            server = stack.enter_context(inhabited(**settings))

            def connect(name: str) -> Caller:
                caller = Caller(base_url=server.base_url, **options(f"{name}-key", hold))
                caller.server = server
                return stack.enter_context(caller)

            return connect

        yield run


@pytest.fixture
def api(serve: Callable[..., Callable[[str], Caller]]) -> Caller:
    """The default caller of a fresh mock with a manual clock."""
    return serve()("mock")
