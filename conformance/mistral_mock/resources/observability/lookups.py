"""What all observability operations do alike: find by id, filter by `q`, page from 1."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode

from mistral_mock import ownership, pages
from mistral_mock.resources.observability.errors import observability_error

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mistral_mock.context import Context
    from mistral_mock.errors import APIError
    from mistral_mock.ownership import Owned

    W = TypeVar("W", bound=Owned)
T = TypeVar("T")
PLACE = frozenset({"page", "page_size"})
"""The query parameters that say where in a list to be."""


def missing(what: str, code: str) -> APIError:
    """404 that says what there is not, such as a `dataset`, with its error code."""
    return observability_error(404, f"There is no {what} with this id", code)


def find(ctx: Context, cls: type[W], id_: str, what: str, code: str) -> W:
    """Return the record with the id that the caller's workspace sees.

    Raises:
        APIError: 404 with the code, there is none.

    """
    return ownership.find(ctx, cls, id_, what, partial(missing, code=code))


def matches(text: str | None, *fields: str | None) -> bool:
    """Say whether one of the fields contains the text of `q`, in whatever case.

    No text matches all.
    """
    return text is None or any(pages.matches(field, text) for field in fields if field)


def page(
    ctx: Context, path: str, items: Sequence[T], view: Callable[[T], Any]
) -> dict[str, object]:
    """Return the page of a list that the query asks for, its items as `view` writes them.

    The path is the list's own; the links to the neighbours keep what else was asked for.
    """
    kept = {name: ctx.query[name] for name in sorted(ctx.sent - PLACE)}
    url = f"{ctx.base_url}{path}" + (f"?{urlencode(kept, doseq=True)}" if kept else "")
    found = pages.results(url, items, ctx.query["page"], ctx.query["page_size"])
    shown = pages.slice_page(items, ctx.query["page"] - 1, ctx.query["page_size"])
    return {**found, "results": [view(item) for item in shown]}
