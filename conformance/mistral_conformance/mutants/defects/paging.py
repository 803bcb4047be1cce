"""Defects of paging, searching and sorting."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.mutants.registry import mutant
from mistral_conformance.mutants.tools import overlooking
from mistral_conformance.rules.common import names as op
from mistral_mock import pages
from mistral_mock.errors import not_found

if TYPE_CHECKING:
    from mistral_conformance.mutants.registry import Part

NUMBERED = (op.LIST_LIBRARIES, op.LIST_DOCUMENTS)


@mutant("paging.pages-count-from-1", *NUMBERED, place="pages:slice_page")
def pages_count_from_1(slice_page: Part) -> Part:
    """The first page has the number 1."""
    return lambda items, page, size: slice_page(items, page - 1, size) if page else []


@mutant("paging.pages-overlap", *NUMBERED, place="pages:slice_page")
def pages_overlap(_slice_page: Part) -> Part:
    """Each page begins with the last item of the one before."""

    def defect(items: Part, page: Part, size: Part) -> Part:
        start = max(0, page * size - 1)
        return items[start : start + size]

    return defect


@mutant("paging.pages-are-one-too-long", *NUMBERED, place="pages:slice_page")
def pages_are_one_too_long(_slice_page: Part) -> Part:
    """A page holds one item more than was asked for."""
    return lambda items, page, size: items[page * size : (page + 1) * size + 1]


@mutant("paging.pages-skip-an-item", *NUMBERED, place="pages:slice_page")
def pages_skip_an_item(_slice_page: Part) -> Part:
    """One item is lost between two pages."""
    return lambda items, page, size: items[page * (size + 1) : page * (size + 1) + size]


@mutant("paging.past-the-end-is-404", *NUMBERED, place="pages:slice_page")
def past_the_end_is_404(slice_page: Part) -> Part:
    """A page past the end answers 404."""

    def defect(items: Part, page: Part, size: Part) -> Part:
        shown = slice_page(items, page, size)
        if page and not shown:
            raise not_found("No such page")
        return shown

    return defect


@mutant("paging.token-repeats-an-item", op.LIST_LIBRARIES, place="pages:read_token")
def token_repeats_an_item(read_token: Part) -> Part:
    """A page asked for by token begins with the last item of the page before."""

    def defect(ctx: Part, parameter: Part) -> Part:
        place = read_token(ctx, parameter)
        return place and f"{place}~"

    return defect


@mutant("paging.token-never-ends", op.LIST_LIBRARIES, place="resources.libraries.crud:next_token")
def token_never_ends(next_token: Part) -> Part:
    """The page after a token gives that token again."""

    def defect(ctx: Part, shown: Part, *, more: bool) -> Part:
        return ctx.query["page_token"] or next_token(ctx, shown, more=more)

    return defect


@mutant(
    "paging.block-beside-tokens", op.LIST_LIBRARIES, place="resources.libraries.crud:page_by_token"
)
def block_beside_tokens(page_by_token: Part) -> Part:
    """A page asked for by token has a paging block too."""
    return lambda ctx, found: {
        **page_by_token(ctx, found),
        "pagination": pages.block(len(found), 0, ctx.query["page_size"]),
    }


@mutant("paging.more-is-always-true", *NUMBERED, place="pages:has_more")
def more_is_always_true(_has_more: Part) -> Part:
    """`has_more` is true on the last page too."""
    return lambda _total, _page, _size: True


@mutant("paging.pages-are-rounded-down", *NUMBERED, place="pages:count_pages")
def pages_are_rounded_down(_count_pages: Part) -> Part:
    """A last page that is not full is not counted."""
    return lambda total, size: total // size


@mutant("paging.any-size-goes", *NUMBERED, place="inputs:refuse")
def any_size_goes(_refuse: Part) -> Part:
    """Any page size is taken."""
    return overlooking("page_size")


@mutant(
    "paging.default-size-is-20",
    op.LIST_DOCUMENTS,
    place="resources.libraries.documents:list_documents",
)
def default_size_is_20(list_documents: Part) -> Part:
    """A list that names no page size comes in pages of 20."""

    def defect(ctx: Part) -> Part:
        if "page_size" in ctx.sent:
            return list_documents(ctx)
        return list_documents(evolve(ctx, query={**ctx.query, "page_size": 20}))

    return defect


@mutant("paging.search-minds-case", *NUMBERED, place="pages:matches")
def search_minds_case(_matches: Part) -> Part:
    """A search tells capital letters from small ones."""
    return lambda name, search: search is None or search in name


@mutant("paging.order-changes", op.LIST_LIBRARIES, place="resources.libraries.crud:find_listed")
def order_changes(find_listed: Part) -> Part:
    """Every other listing of the libraries comes in reverse."""
    calls = count()
    return lambda ctx: find_listed(ctx)[:: 1 if next(calls) % 2 else -1]


@mutant("paging.oldest-first", op.LIST_DOCUMENTS, place="resources.libraries.documents:sort")
def oldest_first(sort: Part) -> Part:
    """Sorting takes `asc` for `desc` and the other way round."""
    turned = {"asc": "desc", "desc": "asc"}
    return lambda documents, by, order: sort(documents, by, turned[order])


@mutant(
    "paging.documents-come-by-name", op.LIST_DOCUMENTS, place="resources.libraries.documents:sort"
)
def documents_come_by_name(sort: Part) -> Part:
    """Documents always come by their name, so a rename moves them between pages."""
    return lambda documents, _by, _order: sort(documents, "name", "asc")
