"""What files beside the document say of something that it has lost: settings, dates."""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING

from document.curated import LOADABLE
from document.survey import SHARED, Task
from eras.calendar import NOTES, UNFIT, unfit_notes

from updates.stale import StaleDraft

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from document.tree import Tree

_SETTINGS = "../overrides/generator.toml"
_GONE = "the schema is gone; delete the row, or give it the new name"


def stale_rows(document: Tree, folder: Path) -> Iterator[Task]:
    """Yield a task for each row about a schema that was there at the last update and is no more."""
    before = folder / LOADABLE
    if not before.exists():
        return
    known = json.loads(before.read_bytes()).get("components", {}).get("schemas", {})
    lost = known.keys() - document.get("components", {}).get("schemas", {}).keys()
    for table, name in _rows(tomllib.loads((folder / _SETTINGS).read_text("utf-8"))):
        if name.partition(".")[0].partition("[")[0] in lost:
            yield Task(SHARED, "shared", _SETTINGS, f"[{table}] {name}", _GONE)


def stale_notes(document: Tree, folder: Path) -> dict[Task, StaleDraft]:
    """Return a task for each entry about dates that fits nothing any more, with its draft."""
    return {
        Task(SHARED, "shared", NOTES, name, UNFIT): StaleDraft(NOTES, number, ())
        for number, name in unfit_notes(folder, document)
    }


def _rows(settings: Tree) -> Iterator[tuple[str, str]]:
    """Table and name of each row that is about a schema."""
    additions = settings.get("additions", {})
    tables = {
        "generator.class_overrides": settings.get("generator", {}).get("class_overrides", {}),
        "names": settings.get("names", {}),
        "additions": [name for name in additions if name != "pages"],
        "additions.pages": additions.get("pages", {}),
        "types": settings.get("types", {}),
        "arguments": settings.get("arguments", {}).get("loose", ()),
    }
    for table, names in tables.items():
        yield from ((table, name) for name in names)
