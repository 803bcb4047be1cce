"""What the mock remembers about libraries, documents and shares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from mistral_mock.store import Record

if TYPE_CHECKING:
    from datetime import datetime


@frozen(kw_only=True)
class Library(Record):
    """A library; sizes in bytes. The counts follow its documents and shares."""

    called = "library"

    name: str
    description: str | None
    chunk_size: int | None
    owner_type: str
    owner_id: str
    organisation_id: str
    created_at: datetime
    updated_at: datetime
    total_size: int = 0
    nb_documents: int = 0
    generated_name: str | None = None
    generated_description: str | None = None
    users: int | None = None
    """Shares with users; None until the first (accesses.member-counts)."""
    workspaces: int | None = None
    org_role: str | None = None


@frozen(kw_only=True)
class Document(Record):
    """A document of a library; its bytes are the Blob with its id."""

    called = "document"

    library_id: str
    name: str
    hash: str
    mime_type: str
    extension: str | None
    size: int
    created_at: datetime
    started_at: datetime
    """When the present run of its processing began."""
    process_status: str
    uploaded_by_id: str
    uploaded_by_type: str
    summary: str | None = None
    last_processed_at: datetime | None = None
    number_of_pages: int | None = None
    main_tokens: int | None = None
    """Billed for its content by all runs so far."""
    summary_tokens: int | None = None
    attributes: dict[str, Any] | None = None
    expires_at: datetime | None = None

    @property
    def parent_id(self) -> str:
        """Its library."""
        return self.library_id


@frozen(kw_only=True)
class DocumentText(Record):
    """What an upload says, read when it came; shown once its document is processed.

    It has the document's id. An upload without text that can be read has none.
    """

    called = "text of a document"

    text: str
    pages: tuple[str, ...]
    summary: str
    tokens: int
    words: dict[str, int]
    """The words that it uses most, and how often each."""


@frozen(kw_only=True)
class Share(Record):
    """An entity's access to a library; one for each (library, type, entity)."""

    called = "access"

    library_id: str
    share_with_type: str
    share_with_uuid: str
    role: str
    by_admin: bool = False
    """An administrator of the organisation made or changed it (agents.shared-library-needed)."""

    @property
    def parent_id(self) -> str:
        """The library that is shared."""
        return self.library_id
