from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mistral_client import Mistral, NotFound
from mistral_mock.server import running
from mistral_mock.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.unit.client.harness import Both

USER = "00000000-0000-4000-8000-00000000000a"
SHARE = {"share_with_type": "User", "share_with_uuid": USER}


@pytest.fixture(params=[200, 204])
def server(request: pytest.FixtureRequest) -> Iterator[tuple[int, str, str]]:
    """A mock that answers deletes with 200 or with 204, and a shared library on it."""
    settings = Settings(clock="manual", delete_answers=request.param)
    with running(settings) as mock, Mistral("mock-key", base_url=mock.base_url) as client:
        library = client.beta.libraries.create(name="Papers").id
        client.beta.libraries.accesses.update_or_create(
            library_id=library, level="Viewer", share_with_type="User", share_with_uuid=USER
        )
        yield request.param, mock.base_url, library


def test_deleting_a_library_returns_it_or_none(both: Both, server: tuple[int, str, str]) -> None:
    status, base_url, library = server
    (deleted,) = both.talk(base_url, lambda c: c.beta.libraries.delete(library_id=library))
    assert (deleted and deleted.id) == (library if status == 200 else None)
    with pytest.raises(NotFound):
        both.talk(base_url, lambda c: c.beta.libraries.get(library))


def test_deleting_an_access_returns_it_or_none(both: Both, server: tuple[int, str, str]) -> None:
    status, base_url, library = server

    def delete(client: Any) -> Any:
        return client.beta.libraries.accesses.delete(library_id=library, **SHARE)

    (deleted,) = both.talk(base_url, delete)
    assert (deleted and deleted.share_with_uuid) == (USER if status == 200 else None)


def test_status_tells_which_it_was(both: Both, server: tuple[int, str, str]) -> None:
    status, base_url, library = server
    (raw,) = both.talk(base_url, lambda c: c.raw(c.beta.libraries.delete, library_id=library))
    assert raw.status_code == status
