"""The official Python SDK works with the mock's libraries, documents and accesses."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, TypedDict

import httpx
import pytest
from mistralai.client.errors import HTTPValidationError, SDKError

if TYPE_CHECKING:
    from mistralai.client import Mistral
    from mistralai.client.models import Document, Library

    from mistral_mock.server import RunningServer

# The SDK warns about deprecated parameters and fields that it sends and reads by itself.
pytestmark = pytest.mark.filterwarnings("ignore:warning. .. DEPRECATED ..:DeprecationWarning")


class Ids(TypedDict):
    """The two ids that every call about a document takes."""

    library_id: str
    document_id: str


TEXT = b"A paper about shelves.\nShelves carry books."


@pytest.fixture
def library(official: Mistral) -> Library:
    return official.beta.libraries.create(name="Shelf", description="Books")


@pytest.fixture
def document(official: Mistral, library: Library) -> Document:
    return official.beta.libraries.documents.upload(
        library_id=library.id, file={"file_name": "paper.txt", "content": TEXT}
    )


def test_a_created_library_is_listed_and_got(official: Mistral, library: Library) -> None:
    assert [one.id for one in official.beta.libraries.list().data] == [library.id]
    assert official.beta.libraries.get(library_id=library.id) == library


def test_an_update_changes_what_it_names(official: Mistral, library: Library) -> None:
    changed = official.beta.libraries.update(library_id=library.id, name="Taller shelf")
    assert (changed.name, changed.description) == ("Taller shelf", "Books")


def test_a_deleted_library_is_gone(official: Mistral, library: Library) -> None:
    official.beta.libraries.delete(library_id=library.id)
    assert official.beta.libraries.list().data == []


def test_an_upload_is_listed_and_got(
    official: Mistral, library: Library, document: Document
) -> None:
    documents = official.beta.libraries.documents
    assert [one.id for one in documents.list(library_id=library.id).data] == [document.id]
    got = documents.get(library_id=library.id, document_id=document.id)
    assert (got.name, got.size) == ("paper.txt", len(TEXT))


def test_processing_ends_and_the_text_can_be_read(
    official: Mistral, library: Library, document: Document, mock: RunningServer
) -> None:
    documents = official.beta.libraries.documents
    ids = Ids(library_id=library.id, document_id=document.id)
    assert documents.status(**ids).processing_status == "Running"
    httpx.post(f"{mock.base_url}/_mock/clock", json={"advance_s": 3600}).raise_for_status()
    assert documents.status(**ids).processing_status == "Completed"
    assert "Shelves carry books." in documents.text_content(**ids).text


def test_a_signed_url_gives_the_file(
    official: Mistral, library: Library, document: Document
) -> None:
    url = official.beta.libraries.documents.get_signed_url(
        library_id=library.id, document_id=document.id
    )
    assert httpx.get(url).content == TEXT


def test_a_document_is_renamed_reprocessed_and_deleted(
    official: Mistral, library: Library, document: Document
) -> None:
    documents = official.beta.libraries.documents
    ids = Ids(library_id=library.id, document_id=document.id)
    assert documents.update(**ids, name="essay.txt").name == "essay.txt"
    documents.reprocess(**ids)
    documents.delete(**ids)
    assert documents.list(library_id=library.id).data == []


def test_an_access_is_given_listed_and_taken_away(official: Mistral, library: Library) -> None:
    accesses, reader = official.beta.libraries.accesses, str(uuid.uuid4())
    given = accesses.update_or_create(
        library_id=library.id, level="Viewer", share_with_uuid=reader, share_with_type="User"
    )
    assert (given.role, given.share_with_uuid) == ("Viewer", reader)
    assert reader in {one.share_with_uuid for one in accesses.list(library_id=library.id).data}
    accesses.delete(library_id=library.id, share_with_uuid=reader, share_with_type="User")
    assert reader not in {one.share_with_uuid for one in accesses.list(library_id=library.id).data}


def test_an_unknown_library_is_the_sdk_s_own_error(official: Mistral) -> None:
    with pytest.raises(SDKError) as caught:
        official.beta.libraries.get(library_id=str(uuid.uuid4()))
    assert caught.value.status_code == 404


def test_a_wrong_id_is_the_sdk_s_validation_error(official: Mistral) -> None:
    with pytest.raises(HTTPValidationError) as caught:
        official.beta.libraries.get(library_id="no-uuid")
    assert caught.value.data.detail is not None
    assert caught.value.data.detail[0].loc == ["path", "library_id"]
