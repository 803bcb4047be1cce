from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mistral_mock.completion import tokens


@given(st.text())
def test_tokens_put_together_give_the_text(text: str) -> None:
    assert "".join(tokens.split(text)) == text


@given(st.text())
def test_count_is_the_number_of_tokens(text: str) -> None:
    assert tokens.count_tokens(text) == len(tokens.split(text))


@given(st.text(), st.integers(0, 20))
def test_first_tokens_are_a_beginning_of_the_text(text: str, limit: int) -> None:
    taken = tokens.take(text, limit)
    assert text.startswith(taken)
    assert tokens.count_tokens(taken) == min(limit, tokens.count_tokens(text))


def test_words_of_usual_length_are_one_token() -> None:
    assert tokens.count_tokens("The cat sat down.") == 5
