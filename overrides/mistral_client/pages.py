"""Walking through the pages of a list: which page comes next, and when there is none.

One reading for every style: a next token is followed, else `has_more` or a total tells whether
the next page (or offset) exists; a page that should say so and does not is the whole list (servers
of the older line send only the items). Where the document knows neither, a page that is not full
is the last one. Pages are fetched when their first item is wanted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar, cast

import attr

from mistral_client.errors import DecodeError, PagingError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mistral_generated.types import Call, Paging

T = TypeVar("T")

# How many empty pages in a row are believed before the server is taken to be in a loop.
EMPTY_PAGES: Final = 100


class Walk(Generic[T]):
    """One walk over a list; `call` is the next page to ask for, None at the end."""

    def __init__(
        self,
        paging: Paging[T],
        prepare: Callable[..., Call[Any]],
        arguments: Mapping[str, object],
    ) -> None:
        self._paging = paging
        self._prepare = prepare
        self._arguments = {name: value for name, value in arguments.items() if value is not None}
        self._tokens: set[object] = set()
        self._pages: set[tuple[object, ...]] = set()
        self._seen = 0
        self._empty = 0
        page = self._arguments.get(paging.page or "")
        first = 1 if paging.style == "page-from-1" else 0
        self._page = page if isinstance(page, int) else first
        asked = self._arguments.get(paging.size or "")
        self._size = asked if isinstance(asked, int) else paging.default_size
        self._ids: set[object] = set()
        self.call: Call[Any] | None = prepare(**self._arguments)

    def take(self, page: object) -> Sequence[T]:
        """Return the items of a page and find out which page is next.

        Raises:
            PagingError: The server repeats a page or a token, or sends only empty pages.
            DecodeError: The page holds no list.

        """
        found = _value(page, self._paging.items) if self._paging.items else page
        if not isinstance(found, list | tuple):
            raise DecodeError(
                f"the answer has no list of items under {self._paging.items!r}; check the base URL",
                operation=self.call.operation.id if self.call else None,
            )
        items = cast("Sequence[T]", found)
        if self._paging.time:
            return self._take_by_time(items)
        self._note(items)
        self.call = self._next(page, len(items))
        return items

    def _take_by_time(self, items: Sequence[T]) -> Sequence[T]:
        """Return the items that were not on the page before; the next page starts at the last one.

        A bound may or may not include its moment, so items of that moment can come twice.
        """
        paging = self._paging
        name = paging.id or ""
        fresh = [item for item in items if _told(getattr(item, name, item)) not in self._ids]
        self._note(fresh)
        self._ids = {_told(getattr(item, name, None)) for item in items}
        order = self._arguments.get(paging.order or "")
        is_descending = not order or order == paging.descending
        bound = (paging.before if is_descending else paging.after) or ""
        if not fresh or len(items) < (self._size or 0):
            self.call = None
        else:
            moment = getattr(items[-1], paging.time or "")
            self.call = self._prepare(**{**self._arguments, bound: moment})
        return fresh

    def _next(self, page: object, count: int) -> Call[Any] | None:
        paging = self._paging
        token = _value(page, paging.next_token) if paging.next_token else None
        if token and paging.token:
            if token in self._tokens:
                self._fail(f"the server repeats the page token {str(token)[:40]!r}")
            self._tokens.add(token)
            return self._quiet(**self._without(paging.page), **{paging.token: token})
        if self._tokens or not self._has_more(page, count):
            return None
        if paging.offset:
            return self._quiet(**self._without(paging.offset), **{paging.offset: self._seen})
        if not paging.page:
            return None
        self._page += 1
        return self._quiet(**self._without(paging.page), **{paging.page: self._page})

    def _quiet(self, **arguments: object) -> Call[Any]:
        """Return the next call, which warns of nothing: the caller did not choose its arguments."""
        call = self._prepare(**arguments)
        return attr.evolve(call, deprecated=()) if call.deprecated else call

    def _has_more(self, page: object, count: int) -> bool:
        """Say whether another page follows one with `count` items."""
        paging = self._paging
        if not paging.has_more and not paging.total:
            return count > 0 and count >= (self._size or 0)
        has_more = _value(page, paging.has_more) if paging.has_more else None
        if isinstance(has_more, bool):
            return has_more
        total = _value(page, paging.total) if paging.total else None
        return isinstance(total, int) and self._seen < total

    def _without(self, name: str | None) -> dict[str, object]:
        """Return the arguments without one that the next page replaces."""
        dropped = {name, self._paging.token}
        return {key: value for key, value in self._arguments.items() if key not in dropped}

    def _note(self, items: Sequence[T]) -> None:
        """Remember a page by its first and last item."""
        self._seen += len(items)
        self._empty = 0 if items else self._empty + 1
        if self._empty >= EMPTY_PAGES:
            self._fail(f"the server sent {EMPTY_PAGES} empty pages in a row")
        if items:
            mark = (len(items), _mark(items[0]), _mark(items[-1]))
            if mark in self._pages:
                self._fail("the server repeats a page that it already sent")
            self._pages.add(mark)

    def _fail(self, what: str) -> None:
        operation = self.call.operation.id if self.call else None
        raise PagingError(
            f"{what}; stopped after {self._seen} items. Ask for single pages with list(...).",
            operation=operation,
        )


def _value(page: object, path: str) -> object:
    """Return the value at a dotted attribute path, or None where a step is missing.

    Read past the warnings of deprecated fields: it is not the caller who asks.
    """
    value: object = page
    for step in path.split("."):
        value = vars(value).get(step) if hasattr(value, "__dict__") else None
    return value


def _mark(item: object) -> object:
    """Return what tells an item from others: its id, else its text."""
    return _told(getattr(item, "id", None) or item)


def _told(value: object) -> str | int:
    """Return a text or a number as it is, anything else that a server sent as its text."""
    return value if isinstance(value, str | int) else repr(value)
