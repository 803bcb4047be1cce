"""What the mock remembers of texts that callers choose stays small."""

from __future__ import annotations

import ast
import gc
import platform
import subprocess
import sys
import tracemalloc
import weakref
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import mistral_mock
from mistral_mock.completion.values import patterns
from mistral_mock.journal import export
from mistral_mock.journal.exchange import Exchange
from mistral_mock.resources import invention, references
from mistral_mock.resources.speech import spell_sound
from mistral_mock.short_cache import cache_short
from mistral_mock.sound import tones
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


HELD = """
import resource, threading
from pathlib import Path
from mistral_mock.memory import give_back_memory

def measure():
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() >> 20

def work():
    bytes(30 << 20)  # a large block that comes and goes
    large = [bytearray(4 << 20) for _ in range(8)]
    small.append(bytearray(4096))  # it stays behind the large ones
    del large

give_back_memory()
small = []
before = measure()
for _ in range(4):
    worker = threading.Thread(target=work)
    worker.start()
    worker.join()
print(measure() - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the advice is for glibc")
def test_memory_of_large_answers_goes_back_to_the_system() -> None:
    """Without the advice 32 MB and more stay."""
    given = [sys.executable, "-c", HELD]
    done = subprocess.run(given, check=True, capture_output=True, text=True)
    assert int(done.stdout) < 16


def measure_peak(work: Callable[[], object]) -> int:
    """The most memory that Python objects take meanwhile, in bytes."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_long_sound_is_there_once() -> None:
    text = "x" * 5_000
    size = len(spell_sound("wav", text, tones.speak(text, 100.0), ""))
    assert measure_peak(lambda: spell_sound("wav", text, tones.speak(text, 100.0), "")) < size * 1.5
    assert measure_peak(lambda: spell_sound("mp3", text, tones.speak(text, 100.0), "")) < size / 4


@pytest.mark.parametrize("write", [export.make_har, export.make_lines])
def test_journal_is_written_piece_by_piece(write: Callable[[list[Exchange]], bytes]) -> None:
    """A tree of everything takes several times what its JSON does."""
    body = {"messages": [{"role": "user", "content": "Hi", "n": n} for n in range(20)]}
    found = [
        Exchange(
            number=n,
            moment=NOW,
            operation="",
            method="POST",
            path="/",
            query="a=1",
            headers=[(b"a", b"b")] * 10,
        )
        for n in range(500)
    ]
    for one in found:
        one.take(body, {}, size=0)
    assert measure_peak(lambda: write(found)) < 3 * len(write(found))
