from __future__ import annotations

from typing import Any

from updates.guesses import usual_words


def _asking(name: str, place: str, *words: str) -> dict[str, Any]:
    operations = {
        f"/v1/{number}": {"get": {"parameters": [{"name": name, "in": place, "description": each}]}}
        for number, each in enumerate(words)
    }
    return {"paths": operations}


def test_a_parameter_is_described_as_most_of_its_name_are() -> None:
    document = _asking("page", "query", "Which page.", "The page.", "Which page.")
    assert usual_words({"name": "page", "in": "query"}, document) == "Which page."


def test_a_parameter_of_another_place_is_another_one() -> None:
    document = _asking("page", "header", "Which page.")
    assert usual_words({"name": "page", "in": "query"}, document) is None


def test_what_is_no_parameter_is_described_like_none() -> None:
    assert usual_words({"type": "string"}, _asking("page", "query", "Which page.")) is None
