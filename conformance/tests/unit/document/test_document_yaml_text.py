from __future__ import annotations

import pytest
from document.problems import DocumentProblem
from document.yaml_text import read_yaml, write_yaml


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e+09", 1e9),
        ("on", "on"),
        ("no", "no"),
        ("2024-05-14", "2024-05-14"),
        ("0o17", 15),
        ("017", 17),
        ("0x1F", 31),
        ("1:30", "1:30"),
        ("~", None),
        ("'null'", "null"),
        (".5", 0.5),
        ("true", True),
        ("=", "="),
    ],
)
def test_scalars_are_read_as_yaml_1_2_says(text: str, value: object) -> None:
    read = read_yaml(text, "a test")
    assert read == value
    assert type(read) is type(value)


def test_a_repeated_key_is_refused_with_its_line() -> None:
    with pytest.raises(DocumentProblem, match=r"'a' is there twice.*line 2"):
        read_yaml("a: 1\na: 2\n", "a test")


def test_a_key_that_is_a_map_is_refused() -> None:
    with pytest.raises(DocumentProblem, match=r"a key has to be plain text"):
        read_yaml("{a: 1}: b", "a test")


def test_text_that_is_no_yaml_is_refused_by_name() -> None:
    with pytest.raises(DocumentProblem, match=r"broken\.yaml is not valid YAML"):
        read_yaml("a: [1\nb: 2", "broken.yaml")


@pytest.mark.parametrize(
    "value",
    [
        "1e5", "on", "yes", "null", "", " lead", "trail ", "a: b", "# no", "2024-05-14", "1_000",
        "12:30", "=", "<<", "0o7", "two\nlines", "a\n\n  b\n", "tab\there", "é",
        "word " * 40, ("word " * 40).strip(), "x" * 200, ["a", {"b": []}], {}, 1.5, 1e20, True,
    ],
)  # fmt: skip
def test_what_is_written_reads_back_the_same(value: object) -> None:
    assert read_yaml(write_yaml({"key": value}), "a test") == {"key": value}


def test_equal_parts_are_written_out_instead_of_anchors() -> None:
    part = {"a": 1}
    assert "&" not in write_yaml([part, part])


def test_what_is_in_a_list_stands_to_the_right_of_its_key() -> None:
    value = {"a": [{"b": [1, []], "c": {}}, ["x"]], "200": "no"}
    written = "a:\n  - b:\n      - 1\n      - []\n    c: {}\n  - - x\n'200': 'no'\n"
    assert write_yaml(value) == written


@pytest.mark.parametrize("depth", [0, 8])
def test_long_text_is_folded_at_the_last_column_at_any_depth(depth: int) -> None:
    value: object = {"text": " ".join(["word"] * 60)}
    for _ in range(depth):
        value = {"inner": value}
    head, *folded = write_yaml(value).splitlines()[depth:]
    assert head.endswith("text: >-")
    assert 100 <= max(len(line) for line in folded) <= 100 + len("word")


def test_text_of_several_lines_is_a_block() -> None:
    assert write_yaml({"text": "one\ntwo"}) == "text: |-\n  one\n  two\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[" * 50_000, "nested more than 500 levels"),
        ("- " * 50_000 + "a", "nested more than 500 levels"),
        ("\n".join(" " * depth + "a:" for depth in range(3_000)), "nested more than 500 levels"),
        ("a: &x [*x]", "more than 3000000 values"),
        ("a: &x {b: *x}", "more than 3000000 values"),
        (
            "a0: &a0 [1,1,1,1,1,1,1,1,1,1]\n"
            + "".join(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)),
            "more than 3000000 values",
        ),
    ],
    ids=["brackets", "dashes", "indents", "list in itself", "map in itself", "laughs"],
)
def test_text_beyond_all_sense_is_refused_by_name(text: str, words: str) -> None:
    with pytest.raises(DocumentProblem, match=words) as caught:
        read_yaml(text, "hostile.yaml")
    assert "hostile.yaml" in str(caught.value)


def test_brackets_in_words_and_plain_aliases_are_fine() -> None:
    assert read_yaml("a: &x '[[[ ]'\nb: *x", "a test") == {"a": "[[[ ]", "b": "[[[ ]"}
