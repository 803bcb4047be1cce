"""What breaks in the Python surface of the generated package.

That is imports, signatures and attributes, which griffe compares, and the values of enums, which
are types of literals and of which it says nothing.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

import attrs
import griffe

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PACKAGE = "mistral_generated"
_INNER = ("prepare", "parse")
"""Functions that only the facades call; what breaks in them shows there."""


@attrs.frozen
class Break:
    """One thing that code written for the old package cannot do with the new one."""

    name: str
    """The object, as `mistral_generated.api.beta_libraries.Libraries.list`."""
    what: str
    """What happened to it, as `Parameter is now required: search`."""

    def __str__(self) -> str:
        """Return the break as a line for people."""
        return f"{self.name}: {self.what}"


def compare_surfaces(old: Path, new: Path, package: str = PACKAGE) -> list[Break]:
    """Return what breaks between two folders that hold the package; sync and async each count."""
    before, after = (_load(folder, package) for folder in (old, new))
    return list(dict.fromkeys([*_breaks(before, after), *_enum_breaks(before, after)]))


def _load(folder: Path, package: str) -> griffe.Object | griffe.Alias:
    """Return the package as its source says, nothing of it imported."""
    return griffe.load(
        package, search_paths=[folder], try_relative_path=False, allow_inspection=False
    )


def _breaks(
    before: griffe.Object | griffe.Alias, after: griffe.Object | griffe.Alias
) -> Iterator[Break]:
    for found in griffe.find_breaking_changes(before, after):
        told = found.as_dict()
        if told["object_path"].rpartition(".")[2] not in _INNER:
            values = [told["old_value"], told["new_value"]]
            named = next((one.name for one in values if isinstance(one, griffe.Parameter)), None)
            yield Break(told["object_path"], found.kind.value + (f": {named}" if named else ""))


def _enum_breaks(before: Any, after: Any) -> Iterator[Break]:  # noqa: ANN401 - modules, classes
    """Yield what enums lost: values, and that others may come."""
    for name, one in before.members.items():
        other = after.members.get(name)
        if other is None or one.is_alias or other.is_alias or one.kind != other.kind:
            continue
        if one.is_module or one.is_class:
            yield from _enum_breaks(one, other)
        elif one.is_attribute:
            old, new = _Enum.of(one.value), _Enum.of(other.value)
            if old and new:
                yield from (Break(one.path, what) for what in old.lost_in(new))


@attrs.frozen
class _Enum:
    """The values that a type of literals lists, and whether others may come."""

    values: tuple[object, ...]
    is_open: bool

    @classmethod
    def of(cls, value: object) -> _Enum | None:
        """Return the enum that a type alias stands for, or None for anything else."""
        text = str(value or "")
        if not text.startswith("Literal["):
            return None
        tree = ast.parse(text, mode="eval").body
        is_open = isinstance(tree, ast.BinOp)
        listed = [each.value for each in ast.walk(tree) if isinstance(each, ast.Constant)]
        return cls(tuple(listed), is_open)

    def lost_in(self, new: _Enum) -> Iterator[str]:
        """Yield what code that relies on these values would miss in the new ones."""
        gone = [repr(value) for value in self.values if value not in new.values]
        if gone:
            yield f"Enum values were removed: {', '.join(gone)}"
        if self.is_open and not new.is_open:
            yield "Enum no longer takes other values"


def as_markdown(breaks: list[Break]) -> str:
    """Return a list of the breaks."""
    return "".join(f"- `{one.name}`: {one.what}\n" for one in breaks)
