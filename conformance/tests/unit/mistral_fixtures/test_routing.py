"""Requests for the vendor's hosts: to the mock, or nowhere."""

from __future__ import annotations

from http.client import HTTPConnection
from typing import TYPE_CHECKING

import httpx
import pytest

from mistral_mock.server import running
from mistral_pytest.routing import RefusedHostError, is_vendors, routing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_mock.server import RunningServer

VENDOR = "https://api.mistral.ai"
CHAT = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "Hello"}]}


@pytest.fixture
def routed(mock: RunningServer) -> Iterator[RunningServer]:
    """A mock that the vendor's hosts lead to."""
    with routing(mock.base_url):
        yield mock


def test_requests_for_the_vendor_come_to_the_mock(routed: RunningServer) -> None:
    with httpx.Client(headers={"authorization": "Bearer sesame"}) as client:
        answer = client.post(f"{VENDOR}/v1/chat/completions", json=CHAT)
        assert answer.status_code == 200
        assert client.get("https://codestral.mistral.ai/v1/models").status_code == 200
    assert [one.operation for one in routed.requests()] == ["chat.complete", "models.list"]


@pytest.mark.usefixtures("routed")
def test_proxy_is_passed_by() -> None:
    with httpx.Client(proxy="http://127.0.0.1:1") as client:
        assert client.get(f"{VENDOR}/v1/models").status_code == 200


def test_other_hosts_are_left_alone(routed: RunningServer) -> None:
    with running() as other, httpx.Client(trust_env=False) as client:
        assert client.get(f"{other.base_url}/_mock/health").status_code == 200
        assert routed.requests() == []


@pytest.mark.usefixtures("routed")
def test_who_does_not_use_httpx_does_not_reach_the_vendor() -> None:
    with pytest.raises(OSError, match=r"api\.mistral\.ai"):
        HTTPConnection("api.mistral.ai").connect()


def test_routing_ends_with_its_block(mock: RunningServer) -> None:
    kept = httpx.HTTPTransport.handle_request
    with routing(mock.base_url):
        assert httpx.HTTPTransport.handle_request is not kept
    assert httpx.HTTPTransport.handle_request is kept


@pytest.mark.parametrize(
    ("host", "answer"),
    [
        ("api.mistral.ai", True),
        ("MISTRAL.ai.", True),
        (b"codestral.mistral.ai", True),
        ("mistral.ai.example", False),
        ("notmistral.ai", False),
        (None, False),
    ],
)
def test_hosts_of_the_vendor_are_known(host: str | bytes | None, *, answer: bool) -> None:
    assert is_vendors(host) == answer


def test_refusal_is_an_error_of_the_network() -> None:
    assert issubclass(RefusedHostError, OSError)
