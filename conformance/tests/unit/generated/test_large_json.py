"""Large bodies are read as the standard library reads them, with msgspec and without it."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mistral_generated import large_json
from mistral_generated.wire import UnreadableBody, read_json

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=-(10**40), max_value=10**40)
    | st.floats()
    | st.text()
    | st.text(alphabet=st.characters(categories=["Cs", "Lu"]))
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=30
)
PIECES = st.sampled_from(
    [*'{}[],:" \n\t-+.eE0123456789', "1e400", "NaN", "null", "true", "\\u", "d800", "é", "\ufeff"]
)
ENCODINGS = st.sampled_from(["utf-8", "utf-16", "utf-32-le"])


def outcome(loads: Any, content: bytes) -> tuple[object, ...]:
    """Return what reading comes to: types and values, or the kind of the error and its words."""
    try:
        return ("value", shown(loads(content)))
    except (ValueError, RecursionError) as error:
        return (type(error), str(error) if isinstance(error, ValueError) else "")


def shown(value: object) -> str:
    """Return a text in which equal values of other types, and NaN, are told apart."""
    return repr(value)


@given(VALUES, st.booleans(), ENCODINGS)
def test_what_is_json_is_read_alike(value: object, is_ascii: bool, encoding: str) -> None:
    text = json.dumps(value, ensure_ascii=is_ascii)
    content = text.encode(encoding, "surrogatepass")
    assert outcome(large_json.loads, content) == outcome(json.loads, content)


@given(st.lists(PIECES).map("".join))
@example("1" * 30)
@example("9" * 5000)
@example("-0")
@example("-0.0")
@example("1e400")
@example("[NaN, -Infinity]")
@example('{"a": 1, "a": 2, "b": 3, "a": 4}')
@example('"\\ud800"')
@example('{"\\udc00": "\\ud83d\\ude00"}')
@example("8.5e-324")
@example("123456789012345678901234567890.5")
@example('"\x01"')
@example("")
def test_whatever_comes_is_read_alike(text: str) -> None:
    content = text.encode()
    assert outcome(large_json.loads, content) == outcome(json.loads, content)


@given(st.binary(max_size=40))
def test_bytes_of_any_kind_are_read_alike(content: bytes) -> None:
    assert outcome(large_json.loads, content) == outcome(json.loads, content)


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="calls in C are counted apart there")
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_depth_ends_where_it_ends_in_the_standard_library(opening: str, closing: str) -> None:
    for depth in range(sys.getrecursionlimit() - 200, sys.getrecursionlimit() + 20):
        content = (opening * depth + "1" + closing * depth).encode()
        assert is_read(large_json.loads, content) is is_read(json.loads, content), depth


def is_read(loads: Any, content: bytes) -> bool:
    try:
        loads(content)
    except RecursionError:
        return False
    return True


def test_only_large_bodies_go_to_the_faster_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    monkeypatch.setattr(large_json, "loads", lambda content: seen.append(len(content)))
    small, large = b"[" + b" " * 65_533 + b"]", b"[" + b" " * 65_534 + b"]"
    assert (read_json(small), read_json(large)) == ([], None)
    assert seen == [65_536]


def test_large_body_that_is_no_json_is_unreadable() -> None:
    with pytest.raises(UnreadableBody, match="not JSON: Expecting value"):
        read_json(b"x" * 70_000)


def test_msgspec_is_used_where_it_is_installed() -> None:
    pytest.importorskip("msgspec")
    assert large_json.loads is not json.loads


def test_nothing_is_missed_where_msgspec_is_not_installed() -> None:
    code = (
        "import sys; sys.modules['msgspec'] = None\n"
        "from mistral_generated import large_json\n"
        "assert not hasattr(large_json, 'decode') and large_json.loads(b'[1]') == [1]"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)
