"""What is deprecated warns once, at the caller's line, and says what to do instead."""

from __future__ import annotations

import copy
import pickle
import warnings
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from tests.unit.client.harness import LIBRARY, Server, answer

from mistral_generated import base
from mistral_generated.models import Library

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.unit.client.harness import Both

OLD = {**LIBRARY, "chunk_size": 512}
PAGE = {"data": [LIBRARY], "pagination": {"has_more": False, "total_items": 1}}


@pytest.fixture(autouse=True)
def nothing_warned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every test be the first to warn."""
    monkeypatch.setattr(base, "_warned", set())


@pytest.fixture
def heard() -> Iterator[list[warnings.WarningMessage]]:
    """Return the warnings of the test."""
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        yield found


def messages(heard: list[warnings.WarningMessage]) -> list[str]:
    assert all(each.category is DeprecationWarning for each in heard)
    return [str(each.message) for each in heard]


@pytest.mark.parametrize(
    ("case", "words"),
    [
        (
            lambda client: client.beta.libraries.update_with_put("l", name="n"),
            "beta.libraries.update_with_put is deprecated. PUT does exactly what PATCH does",
        ),
        (
            lambda client: client.beta.libraries.list(page=0),
            "beta.libraries.list(page=...) is deprecated. Paging by number",
        ),
        (
            lambda client: client.beta.libraries.create(name="n", chunk_size=512),
            "beta.libraries.create(chunk_size=...) is deprecated. The service will choose",
        ),
    ],
)
def test_calls_warn_once_with_what_to_do(
    both: Both,
    heard: list[warnings.WarningMessage],
    case: Callable[[Any], Any],
    words: str,
) -> None:
    for _ in range(2):
        both.run(answer(200, OLD), case)
    (message,) = messages(heard)
    assert message.startswith(words)


def test_call_without_deprecated_arguments_is_silent(
    both: Both, heard: list[warnings.WarningMessage]
) -> None:
    both.run(answer(200, PAGE), lambda client: client.beta.libraries.list(page_size=5))
    assert heard == []


def test_walk_that_pages_by_number_itself_is_silent(
    both: Both, heard: list[warnings.WarningMessage]
) -> None:
    more = {**PAGE, "data": [{**LIBRARY, "id": "other"}], "pagination": {"has_more": True}}
    server = Server([answer(200, more), answer(200, PAGE)])
    both.items(server, lambda client: client.beta.libraries.list_all())
    assert len(server.requests) == 2
    assert heard == []


def test_field_warns_when_it_is_first_read(heard: list[warnings.WarningMessage]) -> None:
    library = Library.from_dict(OLD)
    assert (library.chunk_size, library.chunk_size) == (512, 512)
    (message,) = messages(heard)
    assert message == "Library.chunk_size is deprecated. Servers will stop sending this field."


def test_warning_points_at_the_reader(heard: list[warnings.WarningMessage]) -> None:
    _ = Library.from_dict(OLD).chunk_size
    assert heard[0].filename == __file__


def test_call_warns_at_the_callers_line(both: Both, heard: list[warnings.WarningMessage]) -> None:
    both.run(answer(200, PAGE), lambda client: client.beta.libraries.list(page=0))
    assert "mistral_client" not in heard[0].filename
    assert "mistral_generated" not in heard[0].filename


def test_nothing_but_reading_warns(heard: list[warnings.WarningMessage]) -> None:
    library = Library.from_dict(OLD)
    other = pickle.loads(pickle.dumps(library))  # noqa: S301 - our own bytes
    assert other == copy.deepcopy(library) == library
    assert library.to_dict()["chunk_size"] == 512
    assert "chunk_size=512" in repr(library)
    assert attrs.evolve(library, name="n").to_dict()["chunk_size"] == 512
    assert heard == []


def test_warning_that_is_made_an_error_is_one_every_time() -> None:
    library = Library.from_dict(OLD)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(2):
            with pytest.raises(DeprecationWarning):
                _ = library.chunk_size
