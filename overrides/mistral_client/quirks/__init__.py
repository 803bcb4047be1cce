"""The quirks in the order in which they adapt answers; requests are adapted in the same order.

One quirk, one module, one entry here. When a removal condition holds, both go, and nothing else
changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mistral_client.quirks import delete_200_to_204, process_status_twins, put_patch_duplicate

if TYPE_CHECKING:
    from mistral_client.quirks.quirk import Quirk

QUIRKS: Final[tuple[Quirk, ...]] = (
    put_patch_duplicate.QUIRK,
    delete_200_to_204.QUIRK,
    process_status_twins.QUIRK,
)

_none: Final[tuple[Quirk, ...]] = ()
_by_operation: Final[dict[str, tuple[Quirk, ...]]] = {
    operation: tuple(quirk for quirk in QUIRKS if operation in quirk.operations)
    for operation in {name for quirk in QUIRKS for name in quirk.operations}
}


def quirks_of(operation: str) -> tuple[Quirk, ...]:
    """Return the quirks that concern an operation, in order."""
    return _by_operation.get(operation, _none)
