"""The parts of the generated tree that have something added by hand: the way to `documents`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_generated.api.beta_libraries import AsyncLibraries as _AsyncLibraries
from mistral_generated.api.beta_libraries import Libraries as _Libraries
from mistral_generated.resources import AsyncBeta as _AsyncBeta
from mistral_generated.resources import Beta as _Beta

if TYPE_CHECKING:
    from mistral_client.documents import AsyncDocuments, Documents
    from mistral_client.send import AsyncSender, Sender


class Libraries(_Libraries):
    """The generated operations, with `wait` among those of the documents."""

    __slots__ = ("_sender",)

    def __init__(self, sender: Sender) -> None:
        super().__init__(sender)
        self._sender = sender

    @property
    def documents(self) -> Documents:
        """The documents of a library, from upload through processing to their text."""
        from mistral_client.documents import Documents  # noqa: PLC0415 - loaded when it is used

        return Documents(self._sender)


class Beta(_Beta):
    """The groups under `beta`."""

    def __init__(self, sender: Sender) -> None:
        super().__init__(sender)
        self._sender = sender

    @property
    def libraries(self) -> Libraries:
        """Collections of documents that agents and conversations can search."""
        return Libraries(self._sender)


class AsyncLibraries(_AsyncLibraries):
    """The generated operations, with `wait` among those of the documents."""

    __slots__ = ("_sender",)

    def __init__(self, sender: AsyncSender) -> None:
        super().__init__(sender)
        self._sender = sender

    @property
    def documents(self) -> AsyncDocuments:
        """The documents of a library, from upload through processing to their text."""
        from mistral_client.documents import AsyncDocuments  # noqa: PLC0415 - loaded when used

        return AsyncDocuments(self._sender)


class AsyncBeta(_AsyncBeta):
    """The groups under `beta`."""

    def __init__(self, sender: AsyncSender) -> None:
        super().__init__(sender)
        self._sender = sender

    @property
    def libraries(self) -> AsyncLibraries:
        """Collections of documents that agents and conversations can search."""
        return AsyncLibraries(self._sender)
