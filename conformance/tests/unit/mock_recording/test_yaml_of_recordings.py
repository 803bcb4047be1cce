"""What is written as YAML reads the same, here and by any other reader."""

from __future__ import annotations

import pytest
import yaml

from mistral_mock import yaml_text

LIKE_OTHER_TYPES = [
    *("1", "1.5", "0x1f", "1e+5", ".inf", "1:30", "yes", "No", "on", "null", "~", "=", "<<"),
    *("2026-01-01", "2026-01-01T00:00:00Z", "", "---", "...", "- x", "a: b", "# c", "'", '"'),
]
OTHERS = ["a\nb", "a\nb\n", "\n", "a\r\nb", "tab\t", "é", "\u2028", "x" * 300, " a ", "{", "%"]


@pytest.mark.parametrize("text", LIKE_OTHER_TYPES + OTHERS)
def test_texts_stay_texts(text: str) -> None:
    value = {text: [text, {"a": text}], "end": [1, 1.5, True, None, {}, [], 10**20]}
    written = yaml_text.spell(value)
    assert yaml_text.read(written) == value
    assert yaml.safe_load(written) == value


def test_texts_of_several_lines_are_blocks() -> None:
    assert yaml_text.spell({"a": "b\nc\n", "d": "e"}) == b"a: |\n  b\n  c\nd: e\n"
