"""Where the servers of two documents are, which part of a path they have, how callers authorize.

`https://api.example.org/v1` with `/models` and `https://api.example.org` with `/v1/models` are one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from changes.api import Endpoint, read_endpoints
from changes.change import Change, Text, change
from changes.values import escaped

if TYPE_CHECKING:
    from document.tree import Tree

Bases = tuple[str, str]
_NONE: Bases = ("", "")


def read_both(old: Tree, new: Tree) -> tuple[list[Endpoint], list[Endpoint], Bases]:
    """Return both documents' operations, and what of their servers' addresses is in the paths.

    Only where more operations are the same with it: else a new address is told as such.
    """
    plain = read_endpoints(old), read_endpoints(new)
    bases = _base(old), _base(new)
    if bases[0] == bases[1]:
        return *plain, _NONE
    full = read_endpoints(old, bases[0]), read_endpoints(new, bases[1])
    return (*full, bases) if _same(*full) > _same(*plain) else (*plain, _NONE)


def _same(old: list[Endpoint], new: list[Endpoint]) -> int:
    before, after = ({(one.method, one.shape) for one in each} for each in (old, new))
    return len(before & after)


def _base(document: Tree) -> str:
    """Return the path that all servers of the document have; none where they differ."""
    paths = {urlsplit(url).path for url in _addresses(document)}
    return paths.pop() if len(paths) == 1 else ""


def _addresses(document: Tree) -> list[str]:
    return [str(one.get("url", "")).rstrip("/") for one in document.get("servers") or ()]


def compare_servers(documents: tuple[Tree, Tree], bases: Bases) -> list[Change]:
    """Return which servers came and went; `bases` is what counts as part of the paths."""
    before, after = (
        [each.removesuffix(base) for each in _addresses(one)]
        for one, base in zip(documents, bases, strict=True)
    )
    if not (before and after):
        return []
    gone, added = (
        [each for each in one if each not in other]
        for one, other in ((before, after), (after, before))
    )
    if gone and added and not set(before) & set(after):
        told = {"old": Text(", ".join(gone)), "new": Text(", ".join(added))}
        return [change("servers-replaced", "#/servers", **told)]
    return [change("server-removed", "#/servers", old=Text(each)) for each in gone] + [
        change("server-added", "#/servers", new=Text(each)) for each in added
    ]


def compare_schemes(old: Tree, new: Tree) -> list[Change]:
    """Security schemes and webhooks."""
    changes: list[Change] = []
    before, after = (
        (one.get("components") or {}).get("securitySchemes") or {} for one in (old, new)
    )
    at = "#/components/securitySchemes"
    for name in before:
        if name not in after:
            changes.append(
                change("security-scheme-removed", f"{at}/{escaped(name)}", old=Text(name))
            )
        elif _scheme(before[name]) != _scheme(after[name]):
            schemes = [Text(_scheme(each[name])) for each in (before, after)]
            told = {"name": Text(name), "old": schemes[0], "new": schemes[1]}
            changes.append(change("security-scheme-changed", f"{at}/{escaped(name)}", **told))
    changes += [
        change("security-scheme-added", f"{at}/{escaped(name)}", new=Text(name))
        for name in after
        if name not in before
    ]
    hooks = [one.get("webhooks") or {} for one in (old, new)]
    for kind, one, other in (("removed", *hooks), ("added", *reversed(hooks))):
        changes += [
            change(f"webhook-{kind}", f"#/webhooks/{escaped(name)}", old=Text(name), new=Text(name))
            for name in one
            if name not in other
        ]
    return changes


def _scheme(scheme: Tree) -> str:
    """Return a security scheme as far as a caller has to follow it."""
    said = ("type", "scheme", "in", "name", "openIdConnectUrl")
    return " ".join(str(scheme[key]).lower() for key in said if key in scheme)
