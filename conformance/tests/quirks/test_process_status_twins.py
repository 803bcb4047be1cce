from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from mistral_client import Mistral

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx
    from tests.unit.client.harness import Both

    from mistral_mock.server import RunningServer

pytestmark = pytest.mark.filterwarnings("ignore:.* is deprecated:DeprecationWarning")


def without(field: str | None) -> Callable[[httpx.Response], None]:
    """Return what takes one field out of every document of an answer, as another server would."""

    def take_out(response: httpx.Response) -> None:
        body = json.loads(response.content)
        for document in body.get("data", [body]):
            document.pop(field, None)
        response._content = json.dumps(body).encode()

    return take_out


@pytest.fixture
def document(mock: RunningServer) -> tuple[str, str]:
    """A library and a document in it whose processing has not ended."""
    with Mistral("mock-key", base_url=mock.base_url) as client:
        library = client.beta.libraries.create(name="Papers").id
        return library, client.beta.libraries.documents.upload(library, file=b"text").id


@pytest.mark.parametrize("missing", [None, "process_status", "processing_status"])
def test_both_names_are_there_whichever_the_server_lacks(
    both: Both, mock: RunningServer, document: tuple[str, str], missing: str | None
) -> None:
    library, ident = document

    def advance(client: Any) -> Any:
        mock.clock.advance(10)
        return client.beta.libraries.documents.get(library, ident)

    running, listed, done = both.talk(
        mock.base_url,
        lambda c: c.beta.libraries.documents.status(library, ident),
        lambda c: c.beta.libraries.documents.list(library),
        advance,
        on_response=without(missing),
    )
    assert running.processing_status == listed.data[0].processing_status == "Running"
    assert running.process_status in {"todo", "in_progress"}
    assert (done.process_status, done.processing_status) == ("done", "Completed")
