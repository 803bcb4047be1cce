"""What became of each operation: the same, moved, split, merged, gone or new."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from changes.api import Endpoint

TAIL = 2
"""Paths that end alike in this many literal parts, or in all of theirs, may be one that moved."""


@attrs.define
class Match:
    """The operations of two documents, put together."""

    same: list[tuple[Endpoint, Endpoint]] = attrs.field(factory=list)
    moved: list[tuple[Endpoint, Endpoint]] = attrs.field(factory=list)
    split: list[tuple[Endpoint, list[Endpoint]]] = attrs.field(factory=list)
    merged: list[tuple[list[Endpoint], Endpoint]] = attrs.field(factory=list)
    gone: list[Endpoint] = attrs.field(factory=list)
    added: list[Endpoint] = attrs.field(factory=list)


def match(old: Iterable[Endpoint], new: Iterable[Endpoint]) -> Match:
    """Return what became of each operation, the surest findings first."""
    found = Match(gone=list(old), added=list(new))
    found.moved += _pairs(found, _by_id, _is_variant_elsewhere)
    found.gone, found.added = _with_equal_variants(found.gone, found.added)
    for key in (_exact, _without_fragment):
        found.same += _pairs(found, key)
    _take_merged(found)
    _take_split(found)
    found.moved += _pairs(found, _by_id)
    found.moved += _pairs(found, _by_path_alone)
    found.moved += _moved_by_tail(found)
    found.moved += _moved_together(found)
    return found


def _with_equal_variants(
    old: list[Endpoint], new: list[Endpoint]
) -> tuple[list[Endpoint], list[Endpoint]]:
    """Return the operations, made one where the documents' `#fragment` variants of them differ.

    A fragment never reaches a server: a variant of its own and one more media type are the same.
    """
    fragments = [_fragments(each) for each in (old, new)]
    unlike = {
        key
        for key in fragments[0].keys() & fragments[1].keys()
        if fragments[0][key] != fragments[1][key]
    }
    return _folded(old, unlike), _folded(new, unlike)


def _fragments(endpoints: list[Endpoint]) -> dict[Hashable, set[str]]:
    found: dict[Hashable, set[str]] = {}
    for one in endpoints:
        found.setdefault(_without_fragment(one), set()).add(one.shape.partition("#")[2])
    return found


def _folded(endpoints: list[Endpoint], keys: set[Hashable]) -> list[Endpoint]:
    """Return the operations, each with its variants where its key is one of these."""
    groups: dict[Hashable, list[Endpoint]] = {}
    for one in endpoints:
        bare = _without_fragment(one)
        groups.setdefault(bare if bare in keys else _exact(one), []).append(one)
    return [each[0].with_variants(each[1:]) for each in map(_plain_first, groups.values())]


def _plain_first(endpoints: list[Endpoint]) -> list[Endpoint]:
    return sorted(endpoints, key=lambda one: "#" in one.path)


def _exact(one: Endpoint) -> Hashable | None:
    return one.method, one.shape


def _without_fragment(one: Endpoint) -> Hashable | None:
    return one.method, one.shape.partition("#")[0]


def _by_id(one: Endpoint) -> Hashable | None:
    return one.id


def _by_path_alone(one: Endpoint) -> Hashable | None:
    """Return one path with another method; writes only, since a read never becomes a write."""
    return one.shape if one.method in {"put", "patch", "post"} else None


def _is_variant_elsewhere(before: Endpoint, after: Endpoint) -> bool:
    """Say whether a `#fragment` variant of one path came to have a path of its own, or was one."""
    return ("#" in before.path) != ("#" in after.path) and (
        _without_fragment(before) != _without_fragment(after)
    )


def _pairs(
    found: Match,
    key: Callable[[Endpoint], Hashable | None],
    fits: Callable[[Endpoint, Endpoint], bool] = lambda *_: True,
) -> list[tuple[Endpoint, Endpoint]]:
    """Take the operations with the same key, where just one on each side has it."""
    befores, afters = _by_key(found.gone, key), _by_key(found.added, key)
    pairs = [
        (befores[each][0], afters[each][0])
        for each in befores
        if each is not None and len(befores[each]) == len(afters.get(each, ())) == 1
    ]
    pairs = [pair for pair in pairs if fits(*pair)]
    for before, after in pairs:
        found.gone.remove(before)
        found.added.remove(after)
    return pairs


def _by_key(
    endpoints: list[Endpoint], key: Callable[[Endpoint], Hashable | None]
) -> dict[Hashable | None, list[Endpoint]]:
    grouped: dict[Hashable | None, list[Endpoint]] = {}
    for one in endpoints:
        grouped.setdefault(key(one), []).append(one)
    return grouped


def _take_merged(found: Match) -> None:
    """Match several literal paths that one with a placeholder covers, or that it begins."""
    for after in list(found.added):
        parts = [one for one in found.gone if _covers(after, one)]
        if len(parts) > 1:
            found.merged.append((parts, after))
            found.added.remove(after)
            found.gone = [one for one in found.gone if one not in parts]


def _take_split(found: Match) -> None:
    for before in list(found.gone):
        parts = [one for one in found.added if _covers(before, one)]
        if len(parts) > 1:
            found.split.append((before, parts))
            found.gone.remove(before)
            found.added = [one for one in found.added if one not in parts]


def _covers(wide: Endpoint, narrow: Endpoint) -> bool:
    """Say whether one path covers another: with a placeholder, or a word less and same answers."""
    if wide.method != narrow.method:
        return False
    one, other = _words(wide), _words(narrow)
    if len(one) == len(other):
        differing = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
        return bool(differing) and all(a == "{}" for a, _ in differing)
    return len(other) == len(one) + 1 and other[:-1] == one and _content(wide) == _content(narrow)


def _words(one: Endpoint) -> list[str]:
    return one.shape.strip("/").split("/")


def _content(one: Endpoint) -> tuple[str, ...]:
    """Return the schemas that a success answers and a request takes.

    None never speaks for a match.
    """
    schemas = [
        repr(media.schema.node)
        for status, answer in one.answers.items()
        if status.startswith("2")
        for media in answer.content.values()
    ]
    schemas += [repr(media.schema.node) for media in (one.body or {}).values()]
    return tuple(sorted(schemas)) or (one.name,)


def _moved_by_tail(found: Match) -> list[tuple[Endpoint, Endpoint]]:
    """Return operations whose path changed but not its end, or not what they take and answer."""
    scored = [
        (-score, order, before, after)
        for order, before in enumerate(found.gone)
        for after in found.added
        if before.method == after.method and (score := _closeness(before, after))
    ]
    pairs: list[tuple[Endpoint, Endpoint]] = []
    for _, _, before, after in sorted(scored, key=lambda entry: entry[:2]):
        if before in found.gone and after in found.added:
            pairs.append((before, after))
            found.gone.remove(before)
            found.added.remove(after)
    return pairs


def _closeness(before: Endpoint, after: Endpoint) -> int:
    """Return how surely one path became the other; 0 when it did not."""
    one, other = _words(before), _words(after)
    tail = 0
    while tail < min(len(one), len(other)) and one[-1 - tail] == other[-1 - tail]:
        tail += 1
    literal = sum(1 for word in one[len(one) - tail :] if word != "{}")
    if literal >= TAIL or (literal and tail >= min(len(one), len(other)) - 1):
        return 10 * tail + 2 * literal
    head = 0
    while head < min(len(one), len(other)) and one[head] == other[head]:
        head += 1
    alike = _content(before) == _content(after) and len(one) == len(other)
    # `/v1/rag/search_index` became `/v1/rag/indexes`: one word is another, the content is the same.
    return 5 + head if alike and head + tail >= max(len(one) - 1, 1) and head > 1 else 0


def _moved_together(found: Match) -> list[tuple[Endpoint, Endpoint]]:
    """Return all operations of a path that went when the same methods came under the same parent.

    One method alone is no sign: something may go and something else come in one place.
    """
    before, after = _families(found.gone), _families(found.added)
    pairs: list[tuple[Endpoint, Endpoint]] = []
    for key, paths in before.items():
        if len(key[1]) > 1 and len(paths) == len(after.get(key, ())) == 1:
            pairs += zip(paths[0], after[key][0], strict=True)
    for one, other in pairs:
        found.gone.remove(one)
        found.added.remove(other)
    return pairs


Family = tuple[tuple[str, ...], tuple[str, ...]]


def _families(endpoints: list[Endpoint]) -> dict[Family, list[list[Endpoint]]]:
    """Paths by the words above them and the methods that they have."""
    families: dict[Family, list[list[Endpoint]]] = {}
    for members in _by_key(endpoints, lambda one: one.shape).values():
        members.sort(key=lambda one: one.method)
        parent = tuple(_words(members[0])[:-1])
        if len(parent) > 1:
            methods = tuple(one.method for one in members)
            families.setdefault((parent, methods), []).append(members)
    return families
