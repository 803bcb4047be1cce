"""What an update would call otherwise.

Old names of methods stay for one release; those of schemas and placeholders for good, because they
do not go over the wire.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from changes.api import read_endpoints
from changes.matching import match
from document.folding import shape
from generation.renamed import Renamed

from updates.release import inserted, last_release

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from changes.change import Change
    from document.tree import Tree

_TITLE = "methods with another name"


def renamed_methods(
    before: Tree, after: Tree, known: Sequence[Renamed], changelog: str
) -> list[Renamed]:
    """The old names that the client has to keep: those that no release has warned of yet."""
    last = last_release(changelog)
    present = read_endpoints(after)
    found = match(read_endpoints(before), present)
    news = {str(old.id): str(new.id) for old, new in (*found.same, *found.moved)}
    there = {str(new.id) for new in present}
    names = {one.old: news.get(one.new, one.new) for one in known if one.after == last}
    names |= news
    return [
        Renamed(old, new, last)
        for old, new in sorted(names.items())
        if old not in there and new in there
    ]


def with_schemas_kept(called: Mapping[str, str], changes: Sequence[Change]) -> dict[str, str]:
    """The names of schemas here by upstream's, with those that upstream has just changed."""
    kept = dict(called)
    for one in changes:
        if one.kind.id == "schema-renamed" and any(each.method for each in one.operations):
            kept[one.values["new"]] = called.get(one.values["old"], one.values["old"])
    return kept


def with_paths_kept(called: Mapping[str, str], old: Tree, new: Tree) -> dict[str, str]:
    """The paths here by upstream's, with those whose placeholders have just got other names."""
    before = {shape(path): path for path in _plain(old)}
    kept = dict(called)
    for path in _plain(new):
        known = before.get(shape(path), path)
        if known != path and path not in _plain(old):
            kept[path] = called.get(known, known)
    return kept


def _plain(document: Tree) -> list[str]:
    """The paths without what tells their variants apart."""
    return [path.partition("#")[0] for path in document["paths"]]


def with_renamed(changelog: str, renamed: Sequence[Renamed]) -> str:
    """The changelog with a draft of which methods have another name."""
    lines = [
        f"- `client.{one.old}` is called `client.{one.new}`. The old name warns in this release,"
        " and goes with the next."
        for one in renamed
    ]
    if not lines and _TITLE not in changelog:
        return changelog
    return inserted(changelog, _TITLE, ["### Deprecated", "", *lines, ""] if lines else [])
