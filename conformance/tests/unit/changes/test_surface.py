from __future__ import annotations

from typing import TYPE_CHECKING

import compare_surface
import pytest

if TYPE_CHECKING:
    from pathlib import Path

OLD = """\
Wood: TypeAlias = Literal["oak", "elm"] | str


class Shelves:
    '''Shelves.'''

    size: int

    def get(self, *, shelf_id: str, wood: str | None = None) -> str:
        '''Get one.'''

    def burn(self) -> None:
        '''Burn all.'''


def prepare(a: int) -> int:
    '''Inner.'''
"""
CHANGES = {
    "a method that is gone": ("    def burn(self)", "    def _burn(self)", "burn"),
    "a parameter that is required": ("wood: str | None = None", "wood: str", "required: wood"),
    "a parameter that is gone": (", wood: str | None = None", "", "removed: wood"),
    "a class that is gone": ("class Shelves", "class Racks", "Shelves"),
    "a value that is gone": ('"oak", "elm"', '"elm"', "Enum values were removed: 'oak'"),
    "values that became all": (" | str", "", "Enum no longer takes other values"),
}


def _package(folder: Path, text: str) -> str:
    (folder / "mistral_generated").mkdir(parents=True)
    (folder / "mistral_generated/__init__.py").write_text(text)
    return str(folder)


@pytest.mark.parametrize("case", CHANGES)
def test_what_code_of_callers_would_miss_is_told(
    tmp_path: Path, case: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before, after, told = CHANGES[case]
    old = _package(tmp_path / "old", OLD)
    new = _package(tmp_path / "new", OLD.replace(before, after))
    assert compare_surface.main([old, new]) == 1
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith(("mistral_generated.Shelves", "mistral_generated.Wood"))
    assert told in line


def test_other_words_and_inner_functions_break_nobody(tmp_path: Path) -> None:
    old = _package(tmp_path / "old", OLD)
    new = OLD.replace("Get one.", "Give one.").replace("a: int", "b: int")
    assert compare_surface.main([old, _package(tmp_path / "new", new)]) == 0


def test_values_that_come_to_an_enum_break_nobody(tmp_path: Path) -> None:
    old = _package(tmp_path / "old", OLD.replace(" | str", ""))
    new = _package(tmp_path / "new", OLD.replace('"oak"', '"ash", "oak"'))
    assert compare_surface.main([old, new]) == 0


def test_a_folder_without_the_package_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compare_surface.main([str(tmp_path), str(tmp_path)]) == 2
    assert "does not hold mistral_generated" in capsys.readouterr().err
