"""The parts of the generated tree that have something added by hand: the way to `documents`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_generated.api.beta_libraries import AsyncLibraries as _AsyncLibraries
from mistral_generated.resources import AsyncBeta as _AsyncBeta
from mistral_generated.types import cached_group

if TYPE_CHECKING:
    from mistral_client.async_documents import AsyncDocuments
    from mistral_client.async_send import AsyncSender


class AsyncLibraries(_AsyncLibraries):
    """The generated operations, with more among those of the documents."""

    def __init__(self, sender: AsyncSender) -> None:
        super().__init__(sender)
        self._sender = sender

    @cached_group
    def documents(self) -> AsyncDocuments:
        """Return the documents of a library, from upload through processing to their text."""
        from mistral_client.async_documents import AsyncDocuments  # noqa: PLC0415 - when it is used

        return AsyncDocuments(self._sender)


class AsyncBeta(_AsyncBeta):
    """The groups under `beta`."""

    def __init__(self, sender: AsyncSender) -> None:
        super().__init__(sender)
        self._sender = sender

    @cached_group
    def libraries(self) -> AsyncLibraries:
        """Return collections of documents that agents and conversations can search."""
        return AsyncLibraries(self._sender)
