from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import mistral_openapi
from mistral_mock.completion.catalogue import BY_NAME, MODELS

if TYPE_CHECKING:
    import httpx


def find(api: httpx.Client, **query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.get("/v1/models", params=query).json()["data"]
    return found


def test_list_has_every_name_once(api: httpx.Client) -> None:
    ids = [card["id"] for card in find(api)]
    assert sorted(ids) == sorted(set(ids)) == sorted(BY_NAME)


def test_list_says_that_it_is_one(api: httpx.Client) -> None:
    assert api.get("/v1/models").json()["object"] == "list"


def test_retrieve_gives_the_card_of_the_list(api: httpx.Client) -> None:
    for card in find(api):
        assert api.get(f"/v1/models/{card['id']}").json() == card


def test_alias_is_a_card_under_its_own_name(api: httpx.Client) -> None:
    card = api.get("/v1/models/mistral-large-latest").json()
    assert card["id"] == "mistral-large-latest"
    assert card["name"] == "mistral-large-2512"
    assert card["aliases"] == ["mistral-large-2512"]


def test_card_has_every_capability_of_the_document(api: httpx.Client) -> None:
    known = mistral_openapi.load()["components"]["schemas"]["ModelCapabilities"]["properties"]
    for card in find(api):
        assert card["capabilities"].keys() == known.keys()


def test_capabilities_of_all_models_are_known_to_the_document() -> None:
    known = mistral_openapi.load()["components"]["schemas"]["ModelCapabilities"]["properties"]
    assert frozenset().union(*(model.capabilities for model in MODELS)) <= known.keys()


def test_unknown_model_is_not_found(api: httpx.Client) -> None:
    response = api.get("/v1/models/no-such-model")
    assert response.status_code == 404
    assert "no-such-model" in response.json()["detail"]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"provider": "mistralai"}, len(BY_NAME)),
        ({"provider": "somebody"}, 0),
        ({"model": "codestral-latest"}, 2),
        ({"model": "no-such-model"}, 0),
    ],
)
def test_list_is_narrowed(api: httpx.Client, query: dict[str, str], count: int) -> None:
    assert len(find(api, **query)) == count


def test_model_that_goes_away_says_when_and_what_replaces_it(api: httpx.Client) -> None:
    card = api.get("/v1/models/mistral-tiny").json()
    assert card["deprecation"] == "2025-03-30T00:00:00.000000Z"
    assert card["deprecation_replacement_model"] in BY_NAME
