"""Choices that a prompt names, and names at the start of a sentence."""

from __future__ import annotations

import pytest

from mistral_mock.completion import choices
from mistral_mock.completion.choices import find_choices, read_choices
from mistral_mock.completion.keys import find_keys
from mistral_mock.completion.vocabulary import read_vocabulary

MOODS = ["happy", "sad", "neutral"]


@pytest.mark.parametrize(
    "text",
    [
        "mood: one of happy, sad, neutral",
        "mood: (happy|sad|neutral), reason: string",
        "mood (happy/sad/neutral) and a reason",
        '{"mood": "happy|sad|neutral", "score": 0.5}',
        '{"mood": "<happy | sad | neutral>"}',
        '{"mood": "happy" | "sad" | "neutral"}',
        "`mood` - one of [happy, sad, neutral]",
        "The mood must be one of: happy, sad, or neutral.",
        "the key mood, which is happy, sad or neutral",
        "- mood: either 'happy', 'sad' or 'neutral'\n- reason: text",
        'the field "mood" being one of "happy", "sad", "neutral"',
        "What is the mood? mood: happy, sad or neutral",
    ],
)
def test_choices_are_read(text: str) -> None:
    assert find_choices(text, "mood") == MOODS


@pytest.mark.parametrize(
    "text",
    [
        "mood: string | null",
        "the mood or the reason",
        "mood, reason and score",
        "mood: one or two words",
        "mood: 2024/01/02",
        "moods: one of happy, sad",
        "mood: true or false",
    ],
)
def test_what_offers_no_choice_is_none(text: str) -> None:
    assert find_choices(text, "mood") == []


def test_choices_may_be_numbers() -> None:
    assert find_choices("rating (1|2|3)", "rating") == [1, 2, 3]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("Return JSON with fields: mood: one of happy, sad", ["mood"]),
        ("Give me JSON with mood (happy|sad) and reason", ["mood", "reason"]),
        ("- mood: one of happy, sad\n- reason: text\nAnswer in JSON.", ["mood", "reason"]),
        ("Return JSON with keys name, age and city for John.", ["name", "age", "city"]),
        ("label must be either spam or ham; give JSON", ["label"]),
        ("Text: The mood was good. Return JSON.", []),
    ],
)
def test_keys_with_choices_are_found(text: str, keys: list[str]) -> None:
    assert list(find_keys(text)) == keys


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Paris is where I live. What is the weather there?", ("Paris",)),
        ("New York is large.", ("New York",)),
        ("I moved. London: is it raining?", ("London",)),
        ("Bob's birthday is soon.", ("Bob",)),
        ("What is it? Tell me.", ()),
        ("This is it. Hello! Return JSON.", ()),
        ("Rome is where I am. Fly to Oslo.", ("Oslo", "Rome")),
    ],
)
def test_names_at_the_start_of_a_sentence(text: str, names: tuple[str, ...]) -> None:
    assert read_vocabulary(text).names == names


@pytest.mark.parametrize(
    "text",
    [
        "mood: one of" + " " * 290,
        "a: " * 2500,
        "return json with keys " + "ab, " * 2000,
        "return json with " + "(" * 4000 + " " * 4000,
    ],
)
def test_text_that_repeats_itself_is_soon_read(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[str] = []

    def look(hint: str) -> list[str | int]:
        looks.append(hint)
        return read_choices(hint)

    monkeypatch.setattr(choices, "read_choices", look)
    assert len(find_keys(text)) <= 30
    assert len(looks) < 1000
