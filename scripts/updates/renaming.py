"""Methods of the client that an update gives another name: their old names stay for one release."""

from __future__ import annotations

from typing import TYPE_CHECKING

from changes.api import read_endpoints
from changes.matching import match
from generation.renamed import Renamed

from updates.release import inserted, last_release

if TYPE_CHECKING:
    from collections.abc import Sequence

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
