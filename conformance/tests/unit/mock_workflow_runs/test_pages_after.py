"""Pages that go on after an item, whatever happens to the list meanwhile."""

from __future__ import annotations

import pytest
from attrs import frozen

from mistral_mock.clock import Clock
from mistral_mock.pages import slice_after
from mistral_mock.signing import Signer


@frozen
class Letter:
    """An item whose id is a letter."""

    id: str


@pytest.mark.parametrize(
    ("after", "wanted"),
    [
        ("abcdef", "cd"),
        ("xabcdef", "cd"),
        ("bcdef", "cd"),
        ("acdef", "cd"),
        ("b", ""),
        ("a", ""),
        ("bc", "c"),
        ("", ""),
    ],
)
def test_a_page_goes_on_after_the_last_item_or_takes_what_moved_up(after: str, wanted: str) -> None:
    signer = Signer(0, Clock())
    before = [Letter(each) for each in "abcdef"]
    _, token = slice_after(signer, before, None, 2, "cursor")
    page, _ = slice_after(signer, [Letter(each) for each in after], token, 2, "cursor")
    assert "".join(each.id for each in page) == wanted
