"""The client against servers of every era: one program runs everywhere, thanks to the quirks.

And without a quirk it runs where the quirk's `remove_when` holds, and nowhere else.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.client.harness import Both

from mistral_client import MistralError, exchange, quirks
from mistral_client.adapters import adapters_of
from mistral_mock.server import running
from mistral_mock.settings import Settings
from mistral_openapi.eras import find_era, names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.filterwarnings("ignore:.* is deprecated:DeprecationWarning")

QUESTION = [{"role": "user", "content": "What is a shelf?"}]
ORG = Settings().identities[0].organisation_id
USER = "00000000-0000-4000-8000-00000000000a"
OLDEST, LAST_WITHOUT_PATCH, ANNOUNCED = "2025-08-20", "2026-03-31", "announced"


@pytest.fixture(params=["sync", "async"])
def both(request: pytest.FixtureRequest) -> Both:
    return Both(is_async=request.param == "async")


@contextmanager
def serving(era: str, **settings: Any) -> Iterator[str]:
    with running(Settings(era=era, **settings)) as mock:
        yield mock.base_url


@pytest.fixture
def serve() -> Iterator[Callable[..., str]]:
    with ExitStack() as stack:
        yield lambda era, **settings: stack.enter_context(serving(era, **settings))


def share(client: Any, library: str) -> Any:
    """Share with a user; the organisation is what servers of 2025 ask for."""
    organisation = {"org_id": ORG}
    who = {"share_with_type": "User", "share_with_uuid": USER}
    return client.beta.libraries.accesses.update_or_create(
        library_id=library, level="Viewer", **who, **organisation
    )


@pytest.mark.parametrize("era", names())
def test_libraries_and_documents_work_in_every_era(
    both: Both, serve: Callable[..., str], era: str
) -> None:
    url = serve(era)
    (made,) = both.talk(url, lambda c: c.beta.libraries.create(name="Papers"))
    library = made.id
    (paper,) = both.talk(url, lambda c: c.beta.libraries.documents.upload(library, file=b"text"))
    who = {"share_with_type": "User", "share_with_uuid": USER, "org_id": ORG}
    documents = {"library_id": library, "document_id": paper.id}
    listed, renamed, status, text, found, titled, _, unshared, _, deleted = both.talk(
        url,
        lambda c: c.beta.libraries.list(),
        lambda c: c.beta.libraries.update(library_id=library, name="Books"),
        lambda c: c.beta.libraries.documents.status(library, paper.id),
        lambda c: c.beta.libraries.documents.text_content(library, paper.id),
        lambda c: c.beta.libraries.documents.list(library),
        lambda c: c.beta.libraries.documents.update(**documents, name="Title"),
        lambda c: share(c, library),
        lambda c: c.beta.libraries.accesses.delete(library_id=library, **who),
        lambda c: c.beta.libraries.documents.delete(library, paper.id),
        lambda c: c.beta.libraries.delete(library_id=library),
    )
    assert library in [one.id for one in listed.data]
    assert (renamed.name, titled.name) == ("Books", "Title")
    assert (status.process_status, status.processing_status) == ("done", "Completed")
    assert text.text == "text"
    assert [one.id for one in found.data] == [paper.id]
    answers_204 = not find_era(era).has("beta.libraries.delete", "answer/200")
    assert (unshared is None, deleted is None) == (answers_204, answers_204)


@pytest.mark.parametrize("era", names())
def test_files_work_in_every_era(both: Both, serve: Callable[..., str], era: str) -> None:
    url = serve(era)
    (made,) = both.talk(url, lambda c: c.files.upload(file=b"{}", purpose="batch"))
    listed, found, content, deleted = both.talk(
        url,
        lambda c: c.files.list(),
        lambda c: c.files.retrieve(made.id),
        lambda c: c.files.download(made.id),
        lambda c: c.files.delete(made.id),
    )
    assert made.id in [one.id for one in listed.data]
    assert (found.id, content) == (made.id, b"{}")
    assert deleted.deleted is True


@pytest.mark.parametrize("era", names())
def test_chat_and_embeddings_work_in_every_era(
    both: Both, serve: Callable[..., str], era: str
) -> None:
    url = serve(era)
    answer, vectors = both.talk(
        url,
        lambda c: c.chat.complete(model="mistral-small-latest", messages=QUESTION),
        lambda c: c.embeddings.create(model="mistral-embed", inputs=["a shelf"]),
    )
    assert answer.choices[0].message.content
    assert isinstance(vectors.data[0].embedding[0], float)


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Takes a quirk away, as its removal would."""

    def take(quirk: str) -> None:
        monkeypatch.setitem(quirks.OPERATIONS, quirk, ())
        monkeypatch.setattr(exchange, "adapters_of", adapters_of.__wrapped__)

    return take


@pytest.mark.parametrize(("era", "works"), [(LAST_WITHOUT_PATCH, False), (ANNOUNCED, True)])
def test_put_patch_duplicate_can_go_when_every_server_has_patch(
    both: Both,
    serve: Callable[..., str],
    without: Callable[[str], None],
    era: str,
    works: bool,
) -> None:
    url = serve(era)
    (made,) = both.talk(url, lambda c: c.beta.libraries.create(name="Papers"))
    without("put_patch_duplicate")
    try:
        (found,) = both.talk(
            url, lambda c: c.beta.libraries.update(library_id=made.id, name="Books")
        )
    except MistralError:
        found = None
    assert (found is not None and found.name == "Books") is works


def test_delete_200_to_204_can_go_when_no_server_answers_200(
    both: Both, serve: Callable[..., str], without: Callable[[str], None]
) -> None:
    url = serve(ANNOUNCED)
    (made,) = both.talk(url, lambda c: c.beta.libraries.create(name="Papers"))
    without("delete_200_to_204")
    assert both.talk(url, lambda c: c.beta.libraries.delete(library_id=made.id)) == [None]


@pytest.mark.parametrize(("era", "works"), [(OLDEST, False), (ANNOUNCED, True)])
def test_process_status_twins_can_go_when_every_server_sends_the_new_one_alone(
    both: Both,
    serve: Callable[..., str],
    without: Callable[[str], None],
    era: str,
    works: bool,
) -> None:
    url = serve(era, without_deprecated=era == ANNOUNCED)
    without("process_status_twins")
    (made,) = both.talk(url, lambda c: c.beta.libraries.create(name="Papers"))
    (paper,) = both.talk(url, lambda c: c.beta.libraries.documents.upload(made.id, file=b"a"))
    (status,) = both.talk(url, lambda c: c.beta.libraries.documents.status(made.id, paper.id))
    assert (status.process_status == "done") is works
    assert (status.processing_status is None) is works


@pytest.mark.parametrize(("era", "requests"), [(OLDEST, 2), (ANNOUNCED, 1)])
def test_client_asks_for_embeddings_again_where_a_server_does_not_know_the_form(
    both: Both, serve: Callable[..., str], era: str, requests: int
) -> None:
    sent: list[str] = []
    (vectors,) = both.talk(
        serve(era),
        lambda c: c.embeddings.create(model="mistral-embed", inputs=["a shelf"]),
        on_request=lambda request: sent.append(request.method),
    )
    assert isinstance(vectors.data[0].embedding[0], float)
    assert len(sent) == requests
