"""The table of substitutions is complete, and a wrong one is refused with the row's name."""

from __future__ import annotations

from pathlib import Path

import pytest
from examples.table import Row, TableError, load_table

TABLE = Path(__file__).parent / "substitutions.toml"


def written(folder: Path, text: str) -> Path:
    path = folder / "table.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_row_of_the_project_s_table_gives_a_reason() -> None:
    table = load_table(TABLE)
    rows: list[Row] = [*table.replace, *table.make, *table.setup, *table.skip, *table.last]
    assert all(len(row.reason.split()) > 3 for row in rows)


def test_every_thing_that_a_row_names_has_a_row_that_makes_it() -> None:
    table = load_table(TABLE)
    made = {row.name for row in table.make}
    assert {name for row in table.setup for name in row.needs} <= made
    assert {row.upload for row in table.make if row.upload} <= {row.name for row in table.file}


@pytest.mark.parametrize(
    "code",
    [
        "pip install mistralai",
        "$ pip3 install -U mistralai",
        "python3.11 -m pip install mistralai",
        "export A=1\nuv add mistralai",
        "uv pip install mistralai",
        "sudo apt-get install curl",
        "npm i @mistralai/mistralai",
    ],
)
def test_nothing_is_installed_beside_the_runner(code: str) -> None:
    assert load_table(TABLE).skips("shell", code)
    assert not load_table(TABLE).skips("shell", f"echo {code.splitlines()[-1]!r}")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[replace]]\nfind = 'a'\nbecomes = 'b'\n", "replace row 1: .*reason"),
        ("[[replace]]\nfind = '('\nbecomes = 'b'\nreason = 'r'\n", "replace row 1: "),
        ("[[skip]]\nreason = ' '\n", "skip row 1: its reason is empty"),
        ("[[skip]]\nreason = 'r'\nwhen = 'x'\n", "skip row 1: .*when"),
        ("[[jump]]\nreason = 'r'\n", "unknown kind of row: jump"),
        ("[[skip]\n", "table.toml"),
    ],
)
def test_a_wrong_table_is_refused_with_the_row(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(TableError, match=message):
        load_table(written(tmp_path, text))


def test_a_table_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"absent\.toml"):
        load_table(tmp_path / "absent.toml")


def test_a_row_covers_its_language_and_code_only() -> None:
    row = Row(reason="r", language="python", where="client", without="Mistral")
    assert row.covers("python", "client.list()")
    assert not row.covers("shell", "client.list()")
    assert not row.covers("python", "list()")
    assert not row.covers("python", "client = Mistral()")
