"""Pages of a list: by number from 0, or by a token that says where to go on (rules A3, A4, B16)."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING, TypeVar

from mistral_mock.errors import Problem, invalid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mistral_mock.signing import Signer

T = TypeVar("T")


def slice_page(items: Sequence[T], page: int, size: int) -> Sequence[T]:
    """The items of a page; pages count from 0, and one past the end is empty."""
    return items[page * size : (page + 1) * size]


def has_more(total: int, page: int, size: int) -> bool:
    """Items remain after the page."""
    return (page + 1) * size < total


def count_pages(total: int, size: int) -> int:
    """How many pages hold all items; none when there are no items."""
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
    """The name contains the search text, in whatever case (A2, B18)."""
    return search is None or search.casefold() in name.casefold()


def make_token(signer: Signer, position: str) -> str:
    """An opaque token for a place in a list."""
    text = urlsafe_b64encode(position.encode()).decode().rstrip("=")
    return f"{text}.{signer.digest(f'token {text}')}"


def read_token(signer: Signer, token: str) -> str:
    """The place that a token stands for.

    Raises:
        APIError: 422, the token is none that this mock gave (our choice).

    """
    text, _, signature = token.partition(".")
    if not signer.matches(f"token {text}", signature):
        raise invalid(Problem(("query", "page_token"), "Invalid page token", input=token))
    return urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
