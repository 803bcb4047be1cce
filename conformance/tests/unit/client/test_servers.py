"""The public hosts by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.unit.client.harness import Server, answer

import mistral_openapi
from mistral_client import AsyncMistral, ConfigurationError, Mistral
from mistral_client.servers import SERVERS

if TYPE_CHECKING:
    from tests.unit.client.harness import Both


def test_names_and_hosts_are_those_of_the_document() -> None:
    stated = {each["x-mistral-name"]: each["url"] for each in mistral_openapi.load()["servers"]}
    assert {name: url for name, url in SERVERS.items() if name != "global"} == stated
    assert SERVERS["global"] == stated["default"]


@pytest.mark.parametrize("kind", [Mistral, AsyncMistral])
def test_server_is_chosen_by_name(kind: type[Mistral]) -> None:
    assert repr(kind("key-0123456789", server="eu")).endswith("https://api.eu.mistral.ai>")


def test_name_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MISTRAL_BASE_URL", "http://elsewhere.test")
    assert "api.us.mistral.ai" in repr(Mistral("key-0123456789", server="us"))


def test_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ConfigurationError, match="no server 'mars'; there are default, global, eu"):
        Mistral("key-0123456789", server="mars")  # type: ignore[arg-type]


def test_name_and_url_exclude_each_other() -> None:
    with pytest.raises(ConfigurationError, match="not both"):
        Mistral("key-0123456789", server="eu", base_url="http://elsewhere.test")


@pytest.mark.parametrize(
    "base_url",
    ["http://h.test//", "http://h.test//v1", "http://h.test/v1//", "http://h.test//v1//"],
)
def test_doubled_slashes_of_a_base_url_do_not_reach_the_server(both: Both, base_url: str) -> None:
    server = Server([answer(200, {"data": []})])
    both.run(server, lambda client: client.models.list(), base_url=base_url)
    assert str(server.requests[0].url) == "http://h.test/v1/models"


def test_doubled_slashes_within_the_path_of_a_base_url_are_one(both: Both) -> None:
    server = Server([answer(200, {"data": []})])
    both.run(server, lambda client: client.models.list(), base_url="http://h.test//a//b/v1/")
    assert str(server.requests[0].url) == "http://h.test/a/b/v1/models"


@pytest.mark.parametrize(
    ("key", "problem"),
    [
        ('"key-0123456789"', "in quotes"),
        ("'key-0123456789'", "in quotes"),
        ("Bearer key-0123456789", 'begins with "Bearer"'),
    ],
)
def test_key_with_what_does_not_belong_to_it_is_refused(
    monkeypatch: pytest.MonkeyPatch, key: str, problem: str
) -> None:
    monkeypatch.setenv("MISTRAL_API_KEY", key)
    with pytest.raises(ConfigurationError, match=problem) as caught:
        Mistral()
    assert "0123456789" not in str(caught.value)


def test_key_that_hides_in_an_object_is_asked_for() -> None:
    class Secret:
        def get_secret_value(self) -> str:
            return "key-0123456789"

    with pytest.raises(ConfigurationError, match=r"not Secret: pass what its get_secret_value"):
        Mistral(Secret())  # type: ignore[arg-type]
