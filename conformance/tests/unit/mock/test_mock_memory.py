"""What the mock remembers of texts that callers choose stays small."""

from __future__ import annotations

import ast
import gc
import tracemalloc
import weakref
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import mistral_mock
from mistral_mock.completion.values import patterns
from mistral_mock.resources import invention, references
from mistral_mock.short_cache import cache_short
from mistral_mock.timetable import compile_definition

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def count_calls() -> tuple[list[str], Callable[[str], str]]:
    """A function of a text that is cached, and the texts for which it has run."""
    seen: list[str] = []

    @cache_short(4, longest=10)
    def spell(text: str) -> str:
        seen.append(text)
        return text.upper()

    return seen, spell


def test_short_texts_are_remembered() -> None:
    seen, spell = count_calls()
    assert [spell("short"), spell("short")] == ["SHORT", "SHORT"]
    assert seen == ["short"]


def test_long_texts_are_not_remembered() -> None:
    seen, spell = count_calls()
    assert spell("longer than ten") == spell("longer than ten") == "LONGER THAN TEN"
    assert len(seen) == 2


def test_tree_of_a_long_pattern_goes_when_it_has_been_used() -> None:
    tree = weakref.ref(patterns.parse("(ab)?" * 2_000))
    gc.collect()
    assert tree() is None


def test_timetable_of_a_long_definition_goes_when_it_has_been_used() -> None:
    times = [{"every": f"PT{hours}H", "offset": None} for hours in range(1, 1_000)]
    table = compile_definition({"intervals": times})
    assert table.following(NOW) is not None
    left = weakref.ref(table)
    del table
    gc.collect()
    assert left() is None


def test_timetable_of_a_short_definition_is_remembered() -> None:
    definition = {"cron_expressions": ["0 9 * * 1-5"]}
    assert compile_definition(definition) is compile_definition(dict(definition))


def find_text_caches(source: str) -> Iterator[str]:
    """Yield the functions with `lru_cache` that take a text."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            marks = [ast.unparse(each) for each in node.decorator_list]
            kinds = [ast.unparse(each.annotation) for each in node.args.args if each.annotation]
            if any(mark.startswith("lru_cache") for mark in marks) and "str" in kinds:
                yield node.name


def test_text_that_callers_choose_is_remembered_by_its_length() -> None:
    folder = Path(mistral_mock.__file__).parent
    found = {
        f"{file.relative_to(folder)}: {name}"
        for file in folder.rglob("*.py")
        for name in find_text_caches(file.read_text("utf-8"))
    }
    assert not found, "use cache_short: lru_cache keeps texts of any size"


def test_cache_of_texts_is_found() -> None:
    source = "@lru_cache(maxsize=4)\ndef spell(kind: int, name: str) -> str: ..."
    assert list(find_text_caches(source)) == ["spell"]


def test_long_addresses_do_not_pile_up() -> None:
    addresses = [f"https://example.org/{number}/" + "x" * 100_000 for number in range(50)]
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for address in addresses:
            assert references.find_host(address) == "example.org"
            assert invention.find_title(address)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 3_000_000
