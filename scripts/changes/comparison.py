"""Two documents compared as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
from document.folding import shape
from document.tree import operations

from changes.change import Change, Operation, Text, change
from changes.matching import Match, match
from changes.operations import compare_operations
from changes.schemas import Comparer
from changes.servers import compare_servers, read_both
from changes.values import COMPONENT, escaped

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from document.tree import Tree

    from changes.api import Endpoint
    from changes.operations import Result


_OF_STATUSES = frozenset(
    {"error-status-added", "error-status-removed"}
    | {"default-answer-added", "default-answer-removed"}
)
_MANY = 10
"""How many operations share a status before they are counted and not told one by one."""
_NAMED_MAX = 4
"""How many operations a sentence names."""


@attrs.frozen
class Methods:
    """The client's method of each operation."""

    known: Mapping[tuple[str, str], str]
    """By HTTP method and path with nameless placeholders."""

    @classmethod
    def of(cls, curated: Tree) -> Methods:
        """The methods that a client has which is made from the curated document."""
        return cls(
            {
                (method, shape(path)): operation["operationId"]
                for path, method, operation in operations(curated)
            }
        )

    def named(self, endpoint: Endpoint) -> Operation:
        """The operation, with the client's method where there is one."""
        known = self.known.get((endpoint.method, endpoint.shape.partition("#")[0]))
        return Operation(endpoint.name, f"client.{known}" if known else None)


def compare(old: Tree, new: Tree, methods: Methods) -> list[Change]:
    """All that changed, the worst first; what reaches more operations before what reaches less."""
    before, after, bases = read_both(old, new)
    found = match(before, after)
    comparer = Comparer(old, new)
    changes = [
        *_fates(found, methods),
        *compare_servers((old, new), bases),
        *_compare_frames(old, new),
    ]
    reached: dict[tuple[str, str, str], list[Operation]] = {}
    for one, other in _pairs(found):
        named = methods.named(other)
        named = named if named.method else attrs.evolve(named, method=methods.named(one).method)
        result = compare_operations(one, other, comparer)
        changes += [attrs.evolve(each, operations=(named,)) for each in result.changes]
        _note_reached(result, comparer, named, reached)
    for key, finding in comparer.components.items():
        reaching = tuple(dict.fromkeys(reached.get(key, ())))
        changes += [attrs.evolve(one, operations=reaching) for one in finding.changes]
    changes += _renamed_schemas(old, new, comparer, reached)
    return _ordered(_shared(_merged(changes)))


def _pairs(found: Match) -> list[tuple[Endpoint, Endpoint]]:
    """All operations of which one is, or is a part of, the other."""
    pairs = [*found.same, *found.moved]
    pairs += [(one, after) for parts, after in found.merged for one in parts]
    pairs += [(before, one) for before, parts in found.split for one in parts]
    return pairs


def _note_reached(
    result: Result,
    comparer: Comparer,
    named: Operation,
    reached: dict[tuple[str, str, str], list[Operation]],
) -> None:
    for key in {each for one in result.findings for each in comparer.reached(one)}:
        reached.setdefault(key, []).append(named)


def _merged(changes: Iterable[Change]) -> list[Change]:
    """Each change once, with the operations of all its finders."""
    found: dict[tuple[str, str, str], Change] = {}
    for one in changes:
        key = (one.kind.id, one.pointer, str(sorted(one.values.items())))
        if known := found.get(key):
            both = tuple(dict.fromkeys((*known.operations, *one.operations)))
            one = attrs.evolve(known, operations=both)  # noqa: PLW2901 - the two are one change
        found[key] = one
    # Operations that were merged lose the same thing in several places.
    told = {
        (one.kind.id, str(sorted(one.values.items())), one.operations or one.pointer): one
        for one in reversed(found.values())
    }
    return list(reversed(told.values()))


def _shared(changes: list[Change]) -> list[Change]:
    """A status that came to many operations at once, or went from them, is told once."""
    told = [one for one in changes if one.kind.id not in _OF_STATUSES]
    alike: dict[tuple[str, ...], list[Change]] = {}
    for one in changes:
        if one.kind.id in _OF_STATUSES:
            key = (one.kind.id, one.values["old"], one.values["new"])
            alike.setdefault(key, []).append(one)
    for each in alike.values():
        if len(each) < _MANY:
            told += each
            continue
        where = tuple(dict.fromkeys(name for one in each for name in one.operations))
        values = each[0].values | {"name": f"{len(where)} operations"}
        told.append(attrs.evolve(each[0], values=values, operations=where))
    return told


def _ordered(changes: list[Change]) -> list[Change]:
    return sorted(changes, key=lambda one: (-one.severity.rank, one.kind.id, one.pointer))


def _fates(found: Match, methods: Methods) -> list[Change]:
    """What became of operations as a whole."""
    changes: list[Change] = []

    def add(kind: str, endpoints: list[Endpoint], at: str, **values: object) -> None:
        named = tuple(dict.fromkeys(methods.named(one) for one in endpoints))
        changes.append(attrs.evolve(change(kind, at, **values), operations=named))

    for one in found.gone:
        kind = "deprecated-operation-removed" if one.deprecated else "operation-removed"
        add(kind, [one], one.at, name=Text(one.name))
    for one in found.added:
        add("operation-added", [one], one.at, name=Text(one.name))
    for before, after in found.moved:
        same_path = before.shape == after.shape
        kind = "operation-method-changed" if same_path else "operation-moved"
        add(kind, [before, after], after.at, old=Text(before.name), new=Text(after.name))
    for parts, after in found.merged:
        add("operations-merged", [*parts, after], after.at, old=_all(parts), new=Text(after.name))
    for before, parts in found.split:
        add("operation-split", [before, *parts], before.at, old=Text(before.name), new=_all(parts))
    return changes


def _all(endpoints: list[Endpoint]) -> Text:
    named = [one.name for one in endpoints[:_NAMED_MAX]]
    more = len(endpoints) - len(named)
    return Text(", ".join(named) + (f" and {more} more" if more else ""))


def _compare_frames(old: Tree, new: Tree) -> list[Change]:
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
    """A security scheme as far as a caller has to follow it."""
    said = ("type", "scheme", "in", "name", "openIdConnectUrl")
    return " ".join(str(scheme[key]).lower() for key in said if key in scheme)


def _renamed_schemas(
    old: Tree,
    new: Tree,
    comparer: Comparer,
    reached: Mapping[tuple[str, str, str], list[Operation]],
) -> list[Change]:
    """Components that are found under another name, which the old document did not have."""
    before, after = ((one.get("components") or {}).get("schemas") or {} for one in (old, new))
    renamed = {
        name: next(iter(found))
        for name, found in comparer.names.items()
        if len(found) == 1 and name not in after and next(iter(found)) not in before
    }
    users = {
        pair: tuple(
            dict.fromkeys(one for key, all_ in reached.items() if pair == key[:2] for one in all_)
        )
        for pair in renamed.items()
    }
    return [
        attrs.evolve(
            change("schema-renamed", COMPONENT + escaped(now), old=Text(name), new=Text(now)),
            operations=users[name, now],
        )
        for name, now in renamed.items()
    ]
