"""What breaks in the Python surface of the generated package: imports, signatures, attributes."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
        """The break as a line for people."""
        return f"{self.name}: {self.what}"


def compare_surfaces(old: Path, new: Path, package: str = PACKAGE) -> list[Break]:
    """What breaks between two folders that hold the package; sync and async each count."""
    before, after = (_load(folder, package) for folder in (old, new))
    return list(dict.fromkeys(_breaks(before, after)))


def _load(folder: Path, package: str) -> griffe.Object | griffe.Alias:
    """The package as its source says, nothing of it imported."""
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


def as_markdown(breaks: list[Break]) -> str:
    """A list of the breaks."""
    return "".join(f"- `{one.name}`: {one.what}\n" for one in breaks)
