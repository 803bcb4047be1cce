# generated from async_resources.py by scripts/generate.py; do not edit
"""The parts of the generated tree that have something added by hand: the way to `documents`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_generated.api.beta_libraries import Libraries as _Libraries
from mistral_generated.resources import Beta as _Beta
from mistral_generated.types import cached_group

if TYPE_CHECKING:
    from mistral_client.documents import Documents
    from mistral_client.send import Sender


class Libraries(_Libraries):
    """The generated operations, with more among those of the documents."""

    def __init__(self, sender: Sender) -> None:
        super().__init__(sender)
        self._sender = sender

    @cached_group
    def documents(self) -> Documents:
        """Return the documents of a library, from upload through processing to their text."""
        from mistral_client.documents import Documents  # noqa: PLC0415 - when it is used

        return Documents(self._sender)


class Beta(_Beta):
    """The groups under `beta`."""

    def __init__(self, sender: Sender) -> None:
        super().__init__(sender)
        self._sender = sender

    @cached_group
    def libraries(self) -> Libraries:
        """Return collections of documents that agents and conversations can search."""
        return Libraries(self._sender)
