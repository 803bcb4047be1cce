from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mistral_mock.extraction import summarise
from mistral_mock.extraction.summary import LONGEST_SENTENCE

TEXT = (
    "Weather is nice. The museum lends paintings to other museum collections. "
    "Museum collections grow. Nothing more."
)


def test_summary_takes_the_sentences_with_the_most_used_words_in_their_order() -> None:
    assert summarise(TEXT) == (
        "The museum lends paintings to other museum collections. Museum collections grow."
    )


def test_summary_has_as_many_sentences_as_asked_for() -> None:
    assert summarise(TEXT, sentences=1).count(".") == 1


def test_summary_keeps_the_order_of_the_text_when_a_later_sentence_weighs_more() -> None:
    text = "Owls hunt mice. Nothing else. Owls watch owls while other owls sleep."
    assert summarise(text) == "Owls hunt mice. Owls watch owls while other owls sleep."


def test_summary_of_nothing_is_nothing() -> None:
    assert summarise(" \n\n ") == ""


def test_summary_cuts_a_sentence_that_never_ends() -> None:
    assert len(summarise("word " * 1000)) <= LONGEST_SENTENCE


@given(st.text())
def test_summary_says_only_what_the_text_says(text: str) -> None:
    words = set(text.replace("…", "").split())
    assert set(summarise(text).replace("…", "").split()) <= words
