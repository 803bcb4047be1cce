from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest
from tests.unit.client.harness import DOCUMENT, LIBRARY, Server, answer

from mistral_client import DecodeError, PagingError

if TYPE_CHECKING:
    import httpx
    from tests.unit.client.harness import Both


def library(number: int) -> dict[str, Any]:
    return {**LIBRARY, "id": f"0197a000-0000-7000-8000-{number:012d}", "name": str(number)}


def numbers(items: list[Any]) -> list[int]:
    return [int(item.name) for item in items]


def page(*found: int, has_more: bool | None = None, **more: Any) -> httpx.Response:
    """Return a page of libraries; `has_more` puts the paging block there."""
    body: dict[str, Any] = {"data": [library(number) for number in found], **more}
    if has_more is not None:
        body["pagination"] = {
            "has_more": has_more,
            "total_items": 9,
            "total_pages": 3,
            "current_page": 0,
            "page_size": 2,
        }
    return answer(200, body)


def libraries(client: Any) -> Any:
    return client.beta.libraries.list_all()


def query(request: httpx.Request) -> dict[str, list[str]]:
    return parse_qs(request.url.query.decode())


def test_pages_are_walked_until_has_more_ends(both: Both) -> None:
    server = Server([page(1, 2, has_more=True), page(3, has_more=False)])
    assert numbers(both.items(server, libraries)) == [1, 2, 3]
    assert [query(request) for request in server.requests] == [{}, {"page": ["1"]}]


def test_tokens_are_followed_until_there_is_none(both: Both) -> None:
    server = Server(
        [
            page(1, next_page_token="t1"),
            page(2, next_page_token="t2"),
            page(3, next_page_token=None),
        ]
    )
    assert numbers(both.items(server, libraries)) == [1, 2, 3]
    sent = [query(request) for request in server.requests]
    assert sent == [{}, {"page_token": ["t1"]}, {"page_token": ["t2"]}]


def test_arguments_go_with_every_page(both: Both) -> None:
    server = Server([page(1, next_page_token="t1"), page(2)])
    both.items(server, lambda client: client.beta.libraries.list_all(search="x", page_size=1))
    assert [query(request)["search"] for request in server.requests] == [["x"], ["x"]]
    assert [query(request)["page_size"] for request in server.requests] == [["1"], ["1"]]


def test_server_without_paging_sends_everything_at_once(both: Both) -> None:
    server = Server([page(1, 2)])
    assert numbers(both.items(server, libraries)) == [1, 2]
    assert len(server.requests) == 1


def test_total_ends_a_list_without_has_more(both: Both) -> None:
    def files(*found: int) -> httpx.Response:
        data = [{"id": str(number), "filename": str(number)} for number in found]
        return answer(200, {"data": data, "object": "list", "total": 3})

    server = Server([files(1, 2), files(3)])
    found = both.items(server, lambda client: client.files.list_all(page_size=2))
    assert [item.id for item in found] == ["1", "2", "3"]
    assert len(server.requests) == 2


def test_documents_are_paged_too(both: Both) -> None:
    block = {"total_items": 1, "total_pages": 1, "current_page": 0, "page_size": 1}
    server = Server([answer(200, {"data": [DOCUMENT], "pagination": {**block, "has_more": False}})])
    found = both.items(server, lambda client: client.beta.libraries.documents.list_all("l"))
    assert [item.name for item in found] == ["a.txt"]


def test_pages_are_fetched_only_when_wanted(both: Both) -> None:
    server = Server([page(1, 2, has_more=True), page(3, has_more=False)])

    def first(client: Any) -> Any:
        return next(libraries(client))

    async def first_async(client: Any) -> Any:
        return await anext(libraries(client))

    assert numbers([both.run(server, first_async if both.is_async else first)]) == [1]
    assert len(server.requests) == 1


def test_nothing_is_sent_before_the_first_item_is_wanted(both: Both) -> None:
    server = Server([page(1)])
    libraries(both.client(server))
    assert server.requests == []


def test_repeated_token_is_an_error(both: Both) -> None:
    server = Server([
        page(1, next_page_token="t"), page(2, next_page_token="u"), page(3, next_page_token="t"),
    ])  # fmt: skip
    with pytest.raises(PagingError, match=r"repeats the page token 't'; stopped after 3 items"):
        both.items(server, libraries)


def test_server_that_ignores_the_page_number_is_an_error(both: Both) -> None:
    server = Server([page(1, 2, has_more=True)])
    with pytest.raises(PagingError, match="repeats a page"):
        both.items(server, libraries)
    assert len(server.requests) == 2


def test_server_that_sends_the_same_page_with_new_tokens_is_an_error(both: Both) -> None:
    count = iter(range(1000))
    with pytest.raises(PagingError, match="repeats a page"):
        both.items([lambda _request: page(1, next_page_token=str(next(count)))], libraries)


def test_server_that_sends_empty_pages_for_ever_is_an_error(both: Both) -> None:
    count = iter(range(1000))
    with pytest.raises(PagingError, match="100 empty pages"):
        both.items([lambda _request: page(next_page_token=str(next(count)))], libraries)


def test_empty_page_in_between_is_passed_over(both: Both) -> None:
    server = Server([page(1, next_page_token="t"), page(next_page_token="u"), page(2)])
    assert numbers(both.items(server, libraries)) == [1, 2]


def test_items_before_an_error_were_given(both: Both) -> None:
    server = Server([page(1, 2, has_more=True)])
    given: list[Any] = []

    def collect(client: Any) -> None:
        given.extend(libraries(client))

    async def collect_async(client: Any) -> None:
        async for item in libraries(client):
            given.append(item)  # noqa: PERF401 - what came before the error is the point

    with pytest.raises(PagingError):
        both.run(server, collect_async if both.is_async else collect)
    assert len(given) in {0, 2}


@pytest.mark.parametrize("body", [{}, {"data": None}, {"data": "abc"}, {"data": 5}])
def test_answer_without_a_list_is_an_error(both: Both, body: dict[str, Any]) -> None:
    with pytest.raises(DecodeError, match="no list of items under 'data'"):
        both.items([answer(200, body)], libraries)


def test_empty_list_has_no_items(both: Both) -> None:
    assert both.items([page(has_more=False)], libraries) == []


@pytest.mark.filterwarnings("ignore:.* is deprecated:DeprecationWarning")
def test_one_page_is_returned_as_the_api_gives_it(both: Both) -> None:
    found = both.run([page(1, has_more=True)], lambda client: client.beta.libraries.list(page=0))
    assert found.pagination.has_more is True
