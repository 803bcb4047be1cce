"""The quirks, in the order in which they adapt requests and answers, each with its operations.

One quirk, one module, one entry in the table here. A quirk's module is loaded when one of its
operations is called. When a removal condition holds, module and entry go, and nothing else changes.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mistral_client.quirks.quirk import Quirk

OPERATIONS: Final[dict[str, tuple[str, ...]]] = {
    "put_patch_duplicate": ("beta.libraries.update", "beta.libraries.documents.update"),
    "delete_200_to_204": ("beta.libraries.delete", "beta.libraries.accesses.delete"),
    "process_status_twins": (
        "beta.libraries.documents.list",
        "beta.libraries.documents.upload",
        "beta.libraries.documents.get",
        "beta.libraries.documents.update",
        "beta.libraries.documents.update_with_put",
        "beta.libraries.documents.status",
    ),
}


def quirks_of(operation: str) -> tuple[Quirk, ...]:
    """Return the quirks that concern an operation, in order."""
    return tuple(_load(name) for name, each in OPERATIONS.items() if operation in each)


def _load(name: str) -> Quirk:
    quirk: Quirk = import_module(f"{__name__}.{name}").QUIRK
    return quirk
