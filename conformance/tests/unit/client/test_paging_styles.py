"""One walk for each way in which lists of the API page, all against scripted servers."""

from __future__ import annotations

import inspect
import json
from operator import attrgetter
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import pytest
from tests.unit.client.harness import Server, answer

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx
    from tests.unit.client.harness import Both


def things(*numbers: int) -> list[dict[str, Any]]:
    return [{"id": str(number), "name": str(number)} for number in numbers]


def walk(both: Both, pages: list[Any], call: Callable[[Any], Any]) -> tuple[list[str], list[str]]:
    """Return the ids of the items, and what each request asked for."""
    server = Server([answer(200, page) for page in pages])
    found = [item.to_dict()["id"] for item in both.items(server, call)]
    return found, [asked(request) for request in server.requests]


def asked(request: httpx.Request) -> str:
    return " ".join("=".join(pair) for pair in sorted(parse_qsl(request.url.query.decode())))


def test_pages_from_1_go_on_with_2(both: Both) -> None:
    pages = [{"items": things(1, 2), "total": 3}, {"items": things(3), "total": 3}]
    found = walk(
        both,
        pages,
        lambda client: client.beta.admin.user_groups.list_workspaces_all("g", page_size=2),
    )
    assert found == (["1", "2", "3"], ["page_size=2", "page=2 page_size=2"])


def test_items_and_total_may_lie_one_level_down(both: Both) -> None:
    pages = [
        {"judges": {"results": things(1), "count": 2}},
        {"judges": {"results": things(2), "count": 2}},
    ]
    found = walk(both, pages, lambda client: client.beta.observability.judges.list_all())
    assert found == (["1", "2"], ["", "page=2"])


def test_bare_list_ends_with_a_page_that_is_not_full(both: Both) -> None:
    pages = [things(1, 2), things(3)]
    found = walk(both, pages, lambda client: client.beta.agents.list_versions_all("a", page_size=2))
    assert found == (["1", "2", "3"], ["page_size=2", "page=1 page_size=2"])


def test_bare_list_that_ends_on_a_full_page_ends_with_an_empty_one(both: Both) -> None:
    pages: list[Any] = [things(1, 2), []]
    found = walk(both, pages, lambda client: client.beta.agents.list_versions_all("a", page_size=2))
    assert found == (["1", "2"], ["page_size=2", "page=1 page_size=2"])


def test_size_that_is_not_given_is_the_document_s(both: Both) -> None:
    full = things(*range(20))
    _, sent = walk(both, [full, []], lambda client: client.beta.agents.list_versions_all("a"))
    assert sent == ["", "page=1"]
    _, sent = walk(both, [full[:19]], lambda client: client.beta.agents.list_versions_all("a"))
    assert sent == [""]


def test_token_may_have_the_same_name_both_ways(both: Both) -> None:
    pages = [
        {"schedules": [{"schedule_id": "1"}], "next_page_token": "t"},
        {"schedules": [{"schedule_id": "2"}], "next_page_token": None},
    ]
    server = Server([answer(200, page) for page in pages])
    items = both.items(server, lambda client: client.workflows.schedules.get_schedules_all())
    assert [item.schedule_id for item in items] == ["1", "2"]
    assert [asked(request) for request in server.requests] == ["", "next_page_token=t"]


def test_token_in_camel_case_is_followed(both: Both) -> None:
    pages = [{"data": things(1), "nextPageToken": "t"}, {"data": things(2), "nextPageToken": ""}]
    found = walk(both, pages, lambda client: client.beta.skills.list_all(page_size=1))
    assert found == (["1", "2"], ["pageSize=1", "pageSize=1 pageToken=t"])


def test_cursor_beside_a_limit_is_followed(both: Both) -> None:
    pages = [{"workflows": things(1), "next_cursor": "c"}, {"workflows": things(2)}]
    found = walk(both, pages, lambda client: client.workflows.get_workflows_all(limit=1))
    assert found == (["1", "2"], ["limit=1", "cursor=c limit=1"])


def test_cursor_may_lie_one_level_down(both: Both) -> None:
    pages = [
        {"items": things(1), "pagination": {"next_cursor": "c", "page_size": 1}},
        {"items": things(2), "pagination": {"next_cursor": None, "page_size": 1}},
    ]
    found = walk(both, pages, lambda client: client.beta.connectors.list_all())
    assert found[0] == ["1", "2"]
    assert found[1] == ["", "cursor=c"]


def test_search_by_post_repeats_its_body_with_the_cursor_in_the_query(both: Both) -> None:
    def spans(name: str, cursor: str | None) -> httpx.Response:
        return answer(200, {"spans": {"results": [{"span_id": name}], "cursor": cursor}})

    server = Server([spans("1", "c"), spans("2", None)])
    items = both.items(
        server,
        lambda client: client.beta.observability.spans.search_spans_all(
            search_expression="x", page_size=1
        ),
    )
    assert [item.span_id for item in items] == ["1", "2"]
    assert [asked(one) for one in server.requests] == ["page_size=1", "cursor=c page_size=1"]
    bodies = [json.loads(request.content) for request in server.requests]
    assert bodies == [{"search_expression": "x"}, {"search_expression": "x"}]


def test_offset_grows_by_the_items_seen(both: Both) -> None:
    pages = [{"items": things(1, 2), "total": 3}, {"items": things(3), "total": 3}]
    found = walk(both, pages, lambda client: client.audio.voices.list_all(limit=2))
    assert found == (["1", "2", "3"], ["limit=2", "limit=2 offset=2"])


def test_offset_without_a_total_ends_with_a_page_that_is_not_full(both: Both) -> None:
    pages = [{"keys": things(1, 2)}, {"keys": things(3)}]
    found = walk(both, pages, lambda client: client.beta.admin.api_keys.list_all(limit=2))
    assert found == (["1", "2", "3"], ["limit=2", "limit=2 offset=2"])


@pytest.mark.parametrize(
    ("walk_method", "dropped"),
    [("audio.voices.list_all", "offset"), ("workflows.get_workflows_all", "cursor")],
)
def test_place_in_the_list_is_no_argument_of_a_walk(
    both: Both, walk_method: str, dropped: str
) -> None:
    method = attrgetter(walk_method)(both.client(Server([])))
    assert dropped not in inspect.signature(method).parameters


def entry(number: int, second: int) -> dict[str, Any]:
    return {"log_id": number, "created_at": f"2026-01-02T03:04:{second:02}Z"}


def logs(both: Both, pages: list[Any], **arguments: Any) -> tuple[list[int], list[str]]:
    server = Server([answer(200, page) for page in pages])
    found = both.items(
        server, lambda client: client.beta.admin.audit_logs.list_all(limit=2, **arguments)
    )
    return [item.log_id for item in found], [asked(request) for request in server.requests]


def test_list_by_time_goes_on_before_the_last_moment(both: Both) -> None:
    pages = [[entry(4, 9), entry(3, 8)], [entry(2, 7)]]
    assert logs(both, pages) == (
        [4, 3, 2],
        ["limit=2", "before=2026-01-02T03:04:08Z limit=2"],
    )


def test_oldest_first_goes_on_after_it(both: Both) -> None:
    pages = [[entry(1, 1), entry(2, 2)], [entry(3, 3)]]
    found, requests = logs(both, pages, sort="ascending")
    assert found == [1, 2, 3]
    assert requests[1] == "after=2026-01-02T03:04:02Z limit=2 sort=ascending"


def test_entries_of_the_bounds_moment_come_once(both: Both) -> None:
    pages = [[entry(4, 9), entry(3, 8)], [entry(3, 8), entry(2, 8)], [entry(2, 8), entry(3, 8)]]
    assert logs(both, pages)[0] == [4, 3, 2]
