"""The extensions that declare facts, and how their origin is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.model.facts import Origin

if TYPE_CHECKING:
    from mistral_conformance.model.document import Json

RESOURCE = "x-mistral-resource"
FIELD = "x-mistral-field"
REFERENCE = "x-mistral-reference"
LIST = "x-mistral-list"
SORT = "x-mistral-sort"
FILTER = "x-mistral-filter"
STATES = "x-mistral-states"
OPTION = "x-mistral-option"
PAGING = "x-mistral-paging"
STREAM = "x-mistral-stream"
ACCESS = "x-mistral-access"
LINK = "x-mistral-link"
TEXT = "x-mistral-text"


def origin_of(declaration: Json, pointer: str, extension: str) -> Origin:
    """Return the origin that a declaration tells: its reason and evidence, from the composer."""
    why = str(declaration.get("reason", "declared"))
    return Origin(why, f"{pointer}/{extension}", str(declaration.get("evidence", "")))


def derived(why: str) -> Origin:
    """Return the origin of a fact that follows from a shape or a name."""
    return Origin(why)
