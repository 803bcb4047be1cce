"""The guard against a document that has lost more than upstream would drop at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from document.folding import shape
from document.keeping import read_kept
from document.problems import DocumentProblem
from document.sources import read_sources
from document.tree import operations

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from document.sources import SourceList
    from document.upstream import Upstream

LIMIT = 0.1
"""The share of operations that may go without a word."""
_SHOWN = 10


def refuse_removals(read: Sequence[Upstream], folder: Path) -> None:
    """Let no newer document drop more than a tenth of the operations that are taken.

    Raises:
        DocumentProblem: It would.

    """
    sources = read_sources(folder / "source.toml")
    kept = [one for one in sources.origins if not one.history]
    newest = max(read, key=lambda one: one.date, default=None)
    if not kept or newest is None or newest.date <= kept[0].date:
        return
    before = _taken(read_kept(folder, kept[0]), sources)
    moved = {shape(old): shape(new) for old, new in sources.moved.items()}
    there = _taken(newest, sources)
    gone = sorted(
        (method, path)
        for method, path in before
        if not {(method, path), (method, moved.get(path, path))} & there.keys()
    )
    if len(gone) > LIMIT * len(before):
        named = "".join(f"\n  {before[one]}" for one in gone[:_SHOWN])
        more = f"\n  ... and {len(gone) - _SHOWN} more" if len(gone) > _SHOWN else ""
        raise DocumentProblem(
            f"{newest.name} has not {len(gone)} of the {len(before)} operations of {kept[0].name}; "
            f"is it complete? When they are gone, say --accept-removals:{named}{more}"
        )


def untaken(read: Sequence[Upstream], folder: Path) -> list[str]:
    """Return the operations of newer documents that no group takes, and that no kept one had."""
    sources = read_sources(folder / "source.toml")
    known = {
        _key(method, path)
        for origin in sources.origins
        for path, method, _ in operations(read_kept(folder, origin).document)
    }
    found = {
        f"{method.upper()} {path.partition('#')[0]}": None
        for one in read
        for path, method, _ in operations(one.document)
        if _key(method, path) not in known and not sources.group_of(method, path)
    }
    return list(found)


def _taken(upstream: Upstream, sources: SourceList) -> dict[tuple[str, str], str]:
    """Return the operations that the project takes, by method and path without names."""
    return {
        _key(method, path): f"{method.upper()} {path}"
        for path, method, _ in operations(upstream.document)
        if sources.group_of(method, path)
    }


def _key(method: str, path: str) -> tuple[str, str]:
    """Return what makes an operation the same in two documents, not its fragment or ids' names."""
    return method, shape(path.partition("#")[0])
