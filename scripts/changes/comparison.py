"""Two documents compared as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
from document.folding import shape
from document.tree import operations

from changes.change import Change, Operation, Text, change
from changes.fates import tell_fates
from changes.matching import Match, match
from changes.operations import compare_operations
from changes.schemas import Comparer
from changes.servers import compare_schemes, compare_servers, read_both
from changes.telling import told_once
from changes.values import COMPONENT, escaped

if TYPE_CHECKING:
    from collections.abc import Mapping

    from document.tree import Tree

    from changes.api import Endpoint
    from changes.operations import Result


@attrs.frozen
class Methods:
    """The client's method of each operation."""

    known: Mapping[tuple[str, str], str]
    """By HTTP method and path with nameless placeholders."""

    @classmethod
    def of(cls, curated: Tree) -> Methods:
        """Return the methods that a client has which is made from the curated document."""
        return cls(
            {
                (method, shape(path)): operation["operationId"]
                for path, method, operation in operations(curated)
            }
        )

    def named(self, endpoint: Endpoint) -> Operation:
        """Return the operation, with the client's method where there is one."""
        known = self.known.get((endpoint.method, endpoint.shape.partition("#")[0]))
        return Operation(endpoint.name, f"client.{known}" if known else None)


def compare(old: Tree, new: Tree, methods: Methods) -> list[Change]:
    """Return all that changed, the worst first.

    What reaches more operations before what reaches less.
    """
    before, after, bases = read_both(old, new)
    found = match(before, after)
    comparer = Comparer(old, new)
    changes = [
        *tell_fates(found, methods.named),
        *compare_servers((old, new), bases),
        *compare_schemes(old, new),
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
    return _ordered(told_once(changes))


def _pairs(found: Match) -> list[tuple[Endpoint, Endpoint]]:
    """Return all operations of which one is, or is a part of, the other."""
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


def _ordered(changes: list[Change]) -> list[Change]:
    return sorted(changes, key=lambda one: (-one.severity.rank, one.kind.id, one.pointer))


def _renamed_schemas(
    old: Tree,
    new: Tree,
    comparer: Comparer,
    reached: Mapping[tuple[str, str, str], list[Operation]],
) -> list[Change]:
    """Components that are found under other names, which the old document did not have."""
    before, after = ((one.get("components") or {}).get("schemas") or {} for one in (old, new))
    changes: list[Change] = []
    for name, found in comparer.names.items():
        fresh = sorted(one for one in found if one not in before)
        one = len(found) == 1 and name not in after
        if not (fresh or one):
            continue
        kind = "schema-split" if not one else "schema-renamed" if fresh else "schema-merged"
        fresh = fresh or sorted(found)
        now = " and ".join(sorted(found))
        users = [
            each
            for key, all_ in reached.items()
            if key[0] == name and key[1] in fresh
            for each in all_
        ]
        told = change(kind, COMPONENT + escaped(fresh[0]), old=Text(name), new=Text(now))
        changes.append(attrs.evolve(told, operations=tuple(dict.fromkeys(users))))
    return changes
