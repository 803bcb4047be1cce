"""Pages of a list, in every style of the API (lists.ways-of-paging, libraries.pagination-block).

By number from 0 or from 1, by offset, or by a token or cursor that says where to go on.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING, Protocol, TypeVar

from mistral_mock.errors import Problem, invalid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mistral_mock.context import Context
    from mistral_mock.signing import Signer

T = TypeVar("T")


class Item(Protocol):
    """Something that a list can go on after."""

    @property
    def id(self) -> str:
        """What tells it from all others."""
        ...


R = TypeVar("R", bound=Item)


def slice_page(items: Sequence[T], page: int, size: int) -> Sequence[T]:
    """The items of a page; pages count from 0, and one that there is not is empty.

    Not every list of the document has bounds for the page and its size.
    """
    return items[page * size : (page + 1) * size] if page >= 0 and size > 0 else items[:0]


def go_on(ctx: Context, items: Sequence[R]) -> Sequence[R]:
    """The items after the one that `after` names, all of them where it names none.

    The API has no such parameter, but the openai SDK asks for the next page by it until one is
    empty; an unknown parameter would give it the first page again without end.
    """
    last = ctx.foreign.get("after")
    place = next((n for n, item in enumerate(items, start=1) if item.id == last), 0)
    return items[place:]


def has_more(total: int, page: int, size: int) -> bool:
    """Items remain after the page."""
    return (page + 1) * size < total


def count_pages(total: int, size: int) -> int:
    """How many pages hold all items; 0 if there are no items."""
    return -(-total // size)


def block(total: int, page: int, size: int) -> dict[str, object]:
    """The `pagination` object of an answer."""
    return {
        "total_items": total,
        "total_pages": count_pages(total, size),
        "current_page": page,
        "page_size": size,
        "has_more": has_more(total, page, size),
    }


def matches(name: str, search: str | None) -> bool:
    """The name contains the search text, in whatever case."""
    return search is None or search.casefold() in name.casefold()


def make_token(signer: Signer, position: str) -> str:
    """An opaque token for a place in a list."""
    text = urlsafe_b64encode(position.encode()).decode().rstrip("=")
    return f"{text}.{signer.digest(f'token {text}')}"


def read_token(signer: Signer, token: str, parameter: str = "page_token") -> str:
    """The place that a token stands for.

    Raises:
        APIError: 422, the token is none that this mock gave (our choice).

    """
    text, _, signature = token.partition(".")
    if not signer.matches(f"token {text}", signature):
        words = parameter.replace("_", " ")
        raise invalid(Problem(("query", parameter), f"Invalid {words}", input=token))
    return urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()


def slice_after(
    signer: Signer, items: Sequence[R], token: str | None, size: int, parameter: str
) -> tuple[Sequence[R], str | None]:
    """The items that follow the one that a token stands for, and the next token, if any.

    The token holds an id, so that what is made meanwhile shifts nothing; when that item has
    gone, the list goes on with what has moved into its place.

    Raises:
        APIError: 422, the token is none that this mock gave (our choice).

    """
    start = 0
    if token is not None:
        position, _, last = read_token(signer, token, parameter).partition(" ")
        start = int(position)
        if not 0 < start <= len(items) or items[start - 1].id != last:
            places = (place for place, item in enumerate(items, 1) if item.id == last)
            start = next(places, start - 1)
    page = items[start : start + size]
    end = start + len(page)
    following = bool(page) and end < len(items)
    return page, make_token(signer, f"{end} {page[-1].id}") if following else None


def results(base_url: str, items: Sequence[T], page: int, size: int) -> dict[str, object]:
    """The page object of the observability group: pages count from 1, neighbours are URLs.

    `base_url` is that of the list with all other parameters, ready for `page` to be added.
    """
    total = len(items)
    last = max(count_pages(total, size), 1) if size else 1
    spell = f"{base_url}{'&' if '?' in base_url else '?'}page_size={size}&page="
    return {
        "results": list(slice_page(items, page - 1, size)),
        "count": total,
        "next": f"{spell}{page + 1}" if page < last else None,
        "previous": f"{spell}{page - 1}" if page > 1 else None,
    }
