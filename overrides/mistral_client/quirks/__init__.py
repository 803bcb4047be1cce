"""The quirks, in the order in which they adapt requests and answers.

One quirk, one module, one entry in each table here. A quirk's module is loaded when one of its
operations is called; a test holds the tables to what the quirks say themselves. When a removal
condition holds, module and entries go, and nothing else changes.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mistral_client.quirks.quirk import Quirk

NAMES: Final = (
    *("put_patch_duplicate", "delete_200_to_204", "process_status_twins", "base64_embeddings"),
)

BY_OPERATION: Final = {
    "beta.libraries.update": ("put_patch_duplicate",),
    "beta.libraries.delete": ("delete_200_to_204",),
    "beta.libraries.accesses.delete": ("delete_200_to_204",),
    "beta.libraries.documents.list": ("process_status_twins",),
    "beta.libraries.documents.upload": ("process_status_twins",),
    "beta.libraries.documents.get": ("process_status_twins",),
    "beta.libraries.documents.update": ("put_patch_duplicate", "process_status_twins"),
    "beta.libraries.documents.update_with_put": ("process_status_twins",),
    "beta.libraries.documents.status": ("process_status_twins",),
    "embeddings.create": ("base64_embeddings",),
}


def quirks_of(operation: str) -> tuple[Quirk, ...]:
    """Return the quirks that concern an operation, in order."""
    names = BY_OPERATION.get(operation)
    return _load(names) if names else ()


def all_quirks() -> tuple[Quirk, ...]:
    """Return every quirk, in order."""
    return _load(NAMES)


@cache
def _load(names: tuple[str, ...]) -> tuple[Quirk, ...]:
    return tuple(import_module(f"{__name__}.{name}").QUIRK for name in names)
