"""The section `libraries` of fixture worlds: libraries whose documents are processed already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_mock.context import Upload
from mistral_mock.registry import section
from mistral_mock.resources import filetypes
from mistral_mock.resources.libraries import documents, processing, statuses, upkeep
from mistral_mock.resources.libraries.records import Document, Library, Share
from mistral_mock.store import Blob

if TYPE_CHECKING:
    from mistral_mock.fixtures import Seeding

TEXT = {"type": "string", "minLength": 1}
DOCUMENT_SCHEMA = {
    "type": "object",
    "required": ["name", "text"],
    "properties": {"name": TEXT, "text": {"type": "string"}},
    "additionalProperties": False,
}
SECTION_SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": TEXT,
            "description": TEXT,
            "shared": {"type": "boolean"},
            "documents": {"type": "array", "items": DOCUMENT_SCHEMA},
        },
        "additionalProperties": False,
    },
}
"""A `shared` library is shared with the organisation by an administrator, for agents to search."""
ORG = "Org"
VIEWER = "Viewer"


@section("libraries", SECTION_SCHEMA)
def load_libraries(seeding: Seeding, data: list[dict[str, Any]]) -> None:
    """Put libraries of the first key's workspace into the world, their documents processed."""
    for each in data:
        library = put_library(seeding, each)
        for found in each.get("documents", ()):
            put_document(seeding, library, found)
        upkeep.refresh(seeding.world.store, library.id, seeding.stamp())


def put_library(seeding: Seeding, data: dict[str, Any]) -> Library:
    """Return an empty library; its id follows from its name."""
    moment, owner = seeding.stamp(), seeding.owner
    shared = data.get("shared", False)
    library = Library(
        id=seeding.uuid("library", data["name"]),
        name=data["name"],
        description=data.get("description"),
        chunk_size=None,
        owner_type="Workspace",
        owner_id=owner.workspace_id,
        organisation_id=owner.organisation_id,
        created_at=moment,
        updated_at=moment,
        org_role=VIEWER if shared else None,
    )
    if shared:
        seeding.table(Share).put(make_share(library))
    return seeding.table(Library).put(library)


def make_share(library: Library) -> Share:
    """Return what lets organisation agents search the library (agents.shared-library-needed)."""
    return Share(
        id=f"{library.id}/{ORG}/{library.organisation_id}",
        library_id=library.id,
        share_with_type=ORG,
        share_with_uuid=library.organisation_id,
        role=VIEWER,
        by_admin=True,
    )


def put_document(seeding: Seeding, library: Library, data: dict[str, Any]) -> None:
    """Put a text document at the end of its processing; its id follows from both names."""
    moment, store = seeding.stamp(), seeding.world.store
    content = str(data["text"]).encode()
    document = Document(
        id=seeding.uuid("document", f"{library.id}/{data['name']}"),
        library_id=library.id,
        name=data["name"],
        hash=documents.fingerprint(content),
        mime_type=filetypes.find_mime_type(Upload(data["name"], None, content)),
        extension=filetypes.find_extension(data["name"]),
        size=len(content),
        created_at=moment,
        started_at=moment,
        process_status=statuses.IN_PROGRESS,
        uploaded_by_id=library.owner_id,
        uploaded_by_type="Workspace",
    )
    store.table(Blob).put(Blob(id=document.id, content=content))
    processing.read(store, document)
    processing.finish(store, store.table(Document).put(document), seeding.stamp())
