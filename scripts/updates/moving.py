"""Paths that upstream has moved: what is said of them here moves along."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from changes.api import read_endpoints
from changes.matching import match
from document.folding import shape
from document.problems import read_part

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from document.sources import SourceList
    from document.tree import Tree

_OVERLAYS = ("curation", "prose")
_ABOUT_PATHS = re.compile(r"^.*\$\.paths\[.*$|^ +['\"]?/\S+:$", re.MULTILINE)
"""Targets, and keys of updates of all paths."""


def fresh_moves(old: Tree, new: Tree, sources: SourceList) -> dict[str, str]:
    """Return where the paths are in the new document that are taken here and moved as a whole."""
    before, after = read_endpoints(old), read_endpoints(new)
    present = {_bare(one.shape) for one in after}
    targets: dict[str, set[str]] = {}
    for one, other in match(before, after).moved:
        if one.method == other.method:
            targets.setdefault(_bare(one.path), set()).add(_bare(other.path))
    stayed = {_bare(one.path) for one in before} - targets.keys()
    found: dict[str, str] = {}
    for path, places in targets.items():
        methods = {one.method for one in before if _bare(one.path) == path}
        target = next(iter(places))
        arrived = {one.method for one in after if _bare(one.path) == target}
        taken = any(sources.group_of(method, path) for method in methods)
        is_whole = len(places) == 1 and methods <= arrived and path not in stayed
        if taken and is_whole and shape(path) not in present:
            found[sources.paths.get(path, path)] = target
    return found


def _bare(path: str) -> str:
    """Return the path without what tells its variants apart."""
    return path.partition("#")[0]


def with_moves(known: Mapping[str, str], fresh: Mapping[str, str]) -> dict[str, str]:
    """Return all moves; what has moved twice is where it came to last."""
    return {old: fresh.get(new, new) for old, new in known.items()} | dict(fresh)


def retargeted(folder: Path, moves: Mapping[str, str]) -> dict[Path, bytes]:
    """Return the overlays below the folder (`openapi`) that target moved paths, with new ones."""
    files: dict[Path, bytes] = {}
    for path in sorted(one for name in _OVERLAYS for one in (folder / name).glob("*.yaml")):
        text = read_part(path)
        changed = _ABOUT_PATHS.sub(lambda line: _moved(line[0], moves), text)
        if changed != text:
            files[path] = changed.encode()
    return files


def _moved(line: str, moves: Mapping[str, str]) -> str:
    """Return the line with the new paths, in quotes or as a key."""
    return re.sub(r"(?<=['\"\s])/[^'\"]*(?=['\":])", lambda name: moves.get(name[0], name[0]), line)
