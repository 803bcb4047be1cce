from __future__ import annotations

import pytest
from document.fingerprints import (
    fingerprints,
    of_document,
    read_fingerprints,
    texts,
    write_fingerprints,
)
from document.problems import DocumentProblem


def test_a_sentence_is_known_again_inside_other_text() -> None:
    theirs = fingerprints("Returns the shelf that you have asked for.")
    ours = fingerprints("It is simple. Returns the SHELF, that you have asked for! And so on.")
    assert theirs & ours


def test_short_phrases_are_nobodys() -> None:
    assert fingerprints("The id of it.") == set()


def test_no_word_can_be_read_from_the_file() -> None:
    prints = of_document({"description": "Returns the shelf that you have asked for."})
    text = write_fingerprints(prints, "# header\n")
    assert "shelf" not in text
    assert read_fingerprints(text, "f") == prints


def test_a_property_named_description_is_no_text() -> None:
    assert of_document({"properties": {"description": {"type": "string"}}}) == set()


def test_a_tag_of_that_name_is_no_text() -> None:
    mapping = {"title": "#/components/schemas/Title", "text": "#/components/schemas/Text"}
    assert list(texts({"propertyName": "type", "mapping": mapping})) == []


def test_a_line_that_is_no_fingerprint_is_refused() -> None:
    with pytest.raises(DocumentProblem, match="'shelf' is no fingerprint"):
        read_fingerprints("# header\nshelf\n", "f")
