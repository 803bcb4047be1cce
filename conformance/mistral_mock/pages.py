"""Pages of a list, in every style of the API (lists.ways-of-paging, libraries.pagination-block).

By number from 0 or from 1, by offset, or by a token or cursor that says where to go on.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from mistral_mock.errors import Problem, invalid

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mistral_mock.context import Context

T = TypeVar("T")
ORDERS = ("sort_by", "order_by", "order")
"""The parameters that say in which order a list with tokens is."""
MOST_MARKS = 100
"""How many items of a page its token remembers at most, the last ones."""


class Item(Protocol):
    """Something that a list can go on after."""

    @property
    def id(self) -> str:
        """What tells it from all others."""
        ...


R = TypeVar("R", bound=Item)


def slice_page(items: Sequence[T], page: int, size: int) -> Sequence[T]:
    """Return the items of a page; pages count from 0, and one that there is not is empty.

    Not every list of the document has bounds for the page and its size.
    """
    return items[page * size : (page + 1) * size] if page >= 0 and size > 0 else items[:0]


def go_on(ctx: Context, items: Sequence[R]) -> Sequence[R]:
    """Return the items after the one that `after` names, all of them where it names none.

    The API has no such parameter, but the openai SDK asks for the next page by it until one is
    empty; an unknown parameter would give it the first page again without end.
    """
    last = ctx.foreign.get("after")
    place = next((n for n, item in enumerate(items, start=1) if item.id == last), 0)
    return items[place:]


def has_more(total: int, page: int, size: int) -> bool:
    """Say whether items remain after the page."""
    return (page + 1) * size < total


def count_pages(total: int, size: int) -> int:
    """Return how many pages hold all items; 0 if there are no items."""
    return -(-total // size)


def block(total: int, page: int, size: int) -> dict[str, object]:
    """Return the `pagination` object of an answer."""
    return {
        "total_items": total,
        "total_pages": count_pages(total, size),
        "current_page": page,
        "page_size": size,
        "has_more": has_more(total, page, size),
    }


def matches(name: str, search: str | None) -> bool:
    """Say whether the name contains the search text, in whatever case."""
    return search is None or search.casefold() in name.casefold()


def has_entries(known: Mapping[str, Any] | None, wanted: Mapping[str, Any] | None) -> bool:
    """Say whether the map has all entries that are wanted.

    A null wants one that is null, not an absent one.
    """
    held = known or {}
    return all(
        name in held and is_same(held[name], value) for name, value in (wanted or {}).items()
    )


def is_same(one: Any, other: Any) -> bool:  # noqa: ANN401 - JSON of any kind
    """Say whether the JSON values are equal; for Python alone, true is 1."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(is_same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(is_same, one, other))
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def make_token(ctx: Context, position: str) -> str:
    """Return an opaque token for a place in the list that the request asks for."""
    text = urlsafe_b64encode(position.encode()).decode().rstrip("=")
    return f"{text}.{ctx.world.signer.digest(spell_signed(ctx, text))}"


def read_token(ctx: Context, parameter: str) -> str | None:
    """Return the place that the token in a parameter stands for; None when none was sent.

    Raises:
        APIError: 422, the token is none that this mock gave for this list in this order (our
            choice).

    """
    token: str | None = ctx.query[parameter]
    if token is None:
        return None
    text, _, signature = token.partition(".")
    if not ctx.world.signer.matches(spell_signed(ctx, text), signature):
        words = parameter.replace("_", " ")
        raise invalid(Problem(("query", parameter), f"Invalid {words}", input=token))
    return urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()


def spell_signed(ctx: Context, text: str) -> str:
    """Return what a token's signature is for: its text, the list, whose it is, and its order."""
    order = [ctx.query.get(name) for name in ORDERS]
    place = [ctx.operation_id, ctx.caller.workspace_id, sorted(ctx.path.items()), order]
    return f"token {json.dumps([*place, text])}"


def slice_after(
    ctx: Context, items: Sequence[R], size: int, parameter: str
) -> tuple[Sequence[R], str | None]:
    """Return the items that follow the page that a parameter's token stands for; the next token.

    Raises:
        APIError: 422 as in `read_token`.

    """
    position = read_token(ctx, parameter)
    start = 0 if position is None else find_place(items, *position.split(" "))
    page = items[start : start + size]
    end = start + len(page)
    if not page or end >= len(items):
        return page, None
    marks = map(make_mark, page[-MOST_MARKS:])
    return page, make_token(ctx, " ".join([str(start), str(end), *marks]))


def find_place(items: Sequence[Item], start: str, end: str, *marks: str) -> int:
    """Return how many items come before those that follow a page.

    What is made meanwhile shifts nothing: the list goes on after the last item of the page that is
    still there. When all of them have gone, what follows has moved into their place.
    """
    if int(end) <= len(items) and make_mark(items[int(end) - 1]) == marks[-1]:
        return int(end)
    places = {make_mark(item): place for place, item in enumerate(items, start=1)}
    return next((places[mark] for mark in reversed(marks) if mark in places), int(start))


def make_mark(item: Item) -> str:
    """Return a short text that tells an item from the others of its list."""
    return blake2b(item.id.encode(), digest_size=6).hexdigest()


def results(base_url: str, items: Sequence[T], page: int, size: int) -> dict[str, object]:
    """Return the page object of the observability group: pages count from 1, neighbours are URLs.

    `base_url` is that of the list with all other parameters, ready for `page` to be added. Before
    a page beyond the end comes the last one (our choice).
    """
    total = len(items)
    last = max(count_pages(total, size), 1) if size else 1
    spell = f"{base_url}{'&' if '?' in base_url else '?'}page_size={size}&page="
    return {
        "results": list(slice_page(items, page - 1, size)),
        "count": total,
        "next": f"{spell}{page + 1}" if page < last else None,
        "previous": f"{spell}{min(page - 1, last)}" if page > 1 else None,
    }
