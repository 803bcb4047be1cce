"""What an update would call otherwise.

Old names of methods stay for one release; those of schemas and placeholders for good, because they
do not go over the wire.
"""

from __future__ import annotations

from collections import Counter
from itertools import takewhile
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
_ENOUGH = 3
"""How many schemas have to have got one other beginning for it to be a rule."""


def renamed_methods(
    before: Tree, after: Tree, known: Sequence[Renamed], changelog: str
) -> list[Renamed]:
    """Return the old names that the client has to keep: those that no release has warned of yet."""
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


def with_schemas_kept(
    called: Mapping[str, str], changes: Sequence[Change], old: Tree, new: Tree
) -> dict[str, str]:
    """Return the names of schemas here by upstream's, with those that upstream has just changed."""
    renamed: dict[str, str] = {
        one.values["old"]: one.values["new"]
        for one in changes
        if one.kind.id == "schema-renamed" and any(each.method for each in one.operations)
    }
    renamed |= _renamed_alike(renamed, *(_schemas(one) for one in (old, new)))
    return {**called, **{now: called.get(before, before) for before, now in renamed.items()}}


def _renamed_alike(renamed: Mapping[str, str], old: set[str], new: set[str]) -> dict[str, str]:
    """Return the other schemas with another beginning, where most new names have got that one.

    Those that nothing compares, as what only `allOf` or a deep place uses, are found by that alone.
    """
    rules = Counter(_beginnings(*pair) for pair in renamed.items())
    (before, now), count = next(iter(rules.most_common(1)), (("", ""), 0))
    if count < _ENOUGH or count * 2 <= len(renamed):
        return {}
    left = {name for name in old - new - renamed.keys() if name.startswith(before)}
    found = {name: now + name.removeprefix(before) for name in left}
    return {name: other for name, other in found.items() if other in new - old}


def _beginnings(before: str, now: str) -> tuple[str, str]:
    """Return what two names begin with that end alike."""
    pairs = zip(reversed(before), reversed(now), strict=False)
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    return before[: len(before) - same], now[: len(now) - same]


def _schemas(document: Tree) -> set[str]:
    return set(document.get("components", {}).get("schemas", {}))


def with_paths_kept(called: Mapping[str, str], old: Tree, new: Tree) -> dict[str, str]:
    """Return the paths here by upstream's, with those whose placeholders just got other names."""
    before = {shape(path): path for path in _plain(old)}
    kept = dict(called)
    for path in _plain(new):
        known = before.get(shape(path), path)
        if known != path and path not in _plain(old):
            kept[path] = called.get(known, known)
    return kept


def _plain(document: Tree) -> list[str]:
    """Return the paths without what tells their variants apart."""
    return [path.partition("#")[0] for path in document["paths"]]


def with_renamed(changelog: str, renamed: Sequence[Renamed]) -> str:
    """Return the changelog with a draft of which methods have another name."""
    lines = [
        f"- `client.{one.old}` is called `client.{one.new}`. The old name warns in this release,"
        " and goes with the next."
        for one in renamed
    ]
    if not lines and _TITLE not in changelog:
        return changelog
    return inserted(changelog, _TITLE, ["### Deprecated", "", *lines, ""] if lines else [])
