"""The next version with its reason, and what the changelog says of a drift."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from typing import TYPE_CHECKING

import attrs
from changes.kinds import Severity
from changes.report import NAMED_MAX, counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from changes.change import Change

UNRELEASED = "## [Unreleased]"
_TITLES = ("Added", "Changed", "Deprecated", "Removed")
_RELEASED = re.compile(r"^## \[(\d+)\.(\d+)\.(\d+)\]", re.MULTILINE)


@attrs.frozen
class Version:
    """A version number, and why it is that."""

    number: str
    reason: str


def next_version(pyproject: str, changelog: str, changes: Sequence[Change]) -> Version:
    """Return the version that comes after the last released one with these changes."""
    stated: str = tomllib.loads(pyproject)["project"]["version"]
    found = _RELEASED.search(changelog)
    if found is None:
        return Version(stated, f"{stated} has not been released yet")
    major, minor, patch = (int(part) for part in found.groups())
    worst = max(changes, key=lambda one: one.severity.rank, default=None)
    if worst is None:
        return Version(f"{major}.{minor}.{patch + 1}", "nothing changed for callers")
    reason = f"{worst.severity}: {worst.sentence}"
    if worst.severity is Severity.COMPATIBLE:
        bumped = f"{major}.{minor + 1}.0" if major else f"{major}.{minor}.{patch + 1}"
        return Version(bumped, reason)
    return Version(f"{major + 1}.0.0" if major else f"{major}.{minor + 1}.0", reason)


def last_release(changelog: str) -> str:
    """Return the newest version that was released, or `none`."""
    found = _RELEASED.search(changelog)
    return ".".join(found.groups()) if found else "none"


def with_draft(changelog: str, day: str, changes: Sequence[Change], version: Version) -> str:
    """Return the changelog with a draft of what changed, in place of an earlier one of that day."""
    lines = [f"Next version: {version.number} ({version.reason}).", ""]
    for title in _TITLES:
        told = [_told(one) for one in changes if _title(one) == title and _is_told(one)]
        if told:
            lines += [f"### {title}", "", *(f"- {one}" for one in dict.fromkeys(told)), ""]
    silent = Counter(one.kind.id for one in changes if not _is_told(one))
    if silent:
        lines += [f"Compatible besides: {counted(sum(silent.values()), 'change')}.", ""]
    return inserted(changelog, _name(day), lines)


def has_draft(changelog: str, day: str) -> bool:
    """Say whether the draft of that day is still there, for a person to go over."""
    return f"<!-- {_name(day)} -->" in changelog


def _name(day: str) -> str:
    return f"drift of {day}"


def inserted(changelog: str, name: str, lines: Sequence[str]) -> str:
    """Return the changelog with a draft under its unreleased part, in place of an earlier one."""
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    plain = re.sub(rf"{re.escape(begin)}.*?{re.escape(end)}\n*", "", changelog, flags=re.DOTALL)
    if UNRELEASED not in plain:
        head, found, rest = plain.partition("\n## ")
        plain = f"{head.rstrip()}\n\n{UNRELEASED}\n{found}{rest}"
    block = "\n".join([begin, *lines, end])
    return plain.replace(
        f"{UNRELEASED}\n", f"{UNRELEASED}\n\n{block}\n" if lines else f"{UNRELEASED}\n", 1
    )


def _title(one: Change) -> str:
    kind = one.kind.id
    if kind.endswith(("-removed", "-gone")) and not one.kind.is_schema:
        return "Removed"
    if kind.endswith("deprecated") and "undeprecated" not in kind:
        return "Deprecated"
    return "Added" if kind == "operation-added" else "Changed"


def _told(one: Change) -> str:
    """Return the sentence with the methods it is about, or the operations if it names none."""
    names = [f"`{each.method or each.name}`" for each in one.operations]
    if any(each.name in one.sentence and not each.method for each in one.operations):
        names = []
    more = len(dict.fromkeys(names)) - NAMED_MAX
    shown = ", ".join(list(dict.fromkeys(names))[:NAMED_MAX])
    where = f" ({shown}{f' and {more} more' if more > 0 else ''})" if shown else ""
    return f"{one.sentence}{where}"


def _is_told(one: Change) -> bool:
    """Say whether a reader of the changelog meets it: all but what asks nothing of anybody."""
    return one.severity is not Severity.COMPATIBLE or _title(one) in {"Added", "Deprecated"}
