"""OpenAPI Overlay 1.0: read, check and apply.

The subset that this project writes, which is all of Overlay 1.0 but `extends`. Targets are
RFC 9535 JSONPath. Two things are stricter than the standard: an action whose target matches
nothing is an error, because it means that upstream has moved; and a correction carries
`x-reason` and `x-evidence`.
"""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING, Any

import attrs
import jsonpath_rfc9535 as jsonpath

from document.declarations import with_source
from document.problems import DocumentProblem, read_part
from document.staleness import compiled, created_keys, missing_names, without
from document.tree import Tree, duplicate
from document.yaml_text import read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

Location = tuple[str | int, ...]
_MONTHS = re.compile(r"20\d\d(-\d\d( to 20\d\d-\d\d)?)?")
"""When something was recorded; a year alone where no more is known."""
ITEM = re.compile(r"  - \S")
"""How the line begins with which an action does."""
_FIELDS = {"target", "description", "update", "remove"}
_SCHEMAS = "#/components/schemas/"
_IN_EXAMPLE = re.compile(r"\.examples?\b.*\.value\b")
"""A target inside an example, whose fields are data."""
DRAFT = "x-draft"
"""Marks an action that a person still has to go over."""


@attrs.frozen
class Action:
    """One change: merge `update` into every target, or remove the targets."""

    target: str
    update: Any
    remove: bool
    where: str
    """File and position, for messages."""
    words: bool = False
    """Whether it is made of words alone, which create nothing."""
    draft: bool = False
    """Whether a program wrote it for a person to go over."""


@attrs.frozen
class Overlay:
    """One overlay document."""

    name: str
    actions: tuple[Action, ...]


def read_overlay(path: Path, *, reasons: bool) -> Overlay:
    """Return the overlay in the file; `reasons` demands `x-reason` and `x-evidence` of each action.

    Raises:
        DocumentProblem: The file is not an overlay, or an action is malformed.

    """
    text = read_part(path)
    data = read_yaml(text, str(path))
    lines = [at for at, line in enumerate(text.splitlines(), start=1) if ITEM.match(line)]
    return parse_overlay(data, f"{path.parent.name}/{path.name}", reasons=reasons, lines=lines)


def parse_overlay(
    data: object, name: str, *, reasons: bool = False, lines: Sequence[int] = ()
) -> Overlay:
    """Return the overlay that the YAML value stands for; errors as in `read_overlay`.

    `lines` are those at which its actions begin, which messages name.
    """
    if not isinstance(data, dict) or not str(data.get("overlay", "")).startswith("1.0"):
        raise DocumentProblem(
            f"{name} is not an Overlay 1.0 document; begin it with overlay: 1.0.0"
        )
    info, actions = data.get("info"), data.get("actions")
    if not isinstance(info, dict) or not {"title", "version"} <= set(info):
        raise DocumentProblem(f"{name}: an overlay needs info with title and version")
    if actions is None:
        return Overlay(name, ())  # all of them are commented out
    if not isinstance(actions, list) or not actions:
        raise DocumentProblem(f"{name}: an overlay needs at least one action")
    return Overlay(
        name,
        tuple(
            _action(action, f"{name}, action {at}{_line(lines, at, actions)}", reasons=reasons)
            for at, action in enumerate(actions, start=1)
        ),
    )


def _line(lines: Sequence[int], at: int, actions: list[object]) -> str:
    """Return where an action begins; nothing where the file is not written as the others are."""
    return f" in line {lines[at - 1]}" if len(lines) == len(actions) else ""


def _action(data: object, where: str, *, reasons: bool) -> Action:
    """Return the action, checked."""
    if not isinstance(data, dict) or not isinstance(data.get("target"), str):
        raise DocumentProblem(f"{where}: an action needs a target, a JSONPath")
    where = f"{where} ({data['target']})"
    unknown = {key for key in data if key not in _FIELDS and not key.startswith("x-")}
    if unknown:
        raise DocumentProblem(f"{where}: unknown keys {', '.join(sorted(unknown))}")
    if ("update" in data) == (data.get("remove") is True):
        raise DocumentProblem(f"{where}: an action needs either update or `remove: true`")
    if reasons and not (data.get("x-reason") and data.get("x-evidence")):
        raise DocumentProblem(f"{where}: a correction needs x-reason and x-evidence")
    _check_evidence(data.get("x-evidence"), where)
    update = data.get("update")
    if reasons:
        update = with_source(update, data["x-reason"], data["x-evidence"])
    return Action(
        data["target"],
        update,
        data.get("remove") is True,
        where,
        words=not reasons,
        draft=data.get(DRAFT) is True,
    )


def _check_evidence(evidence: object, where: str) -> None:
    """Accept text, or an object that says what was recorded on a live server, when and where."""
    if not isinstance(evidence, dict):
        return
    if evidence.get("kind") != "recorded" or set(evidence) != {"kind", "when", "where"}:
        raise DocumentProblem(f"{where}: evidence is text, or `kind: recorded` with when and where")
    if not _MONTHS.fullmatch(str(evidence["when"])):
        raise DocumentProblem(f"{where}: `when` is a month or two, such as 2025-09 to 2026-02")


def apply_overlay(
    overlay: Overlay, document: Tree, problems: list[DocumentProblem] | None = None
) -> Tree:
    """Return a new document with every action applied in order.

    With `problems`, an action that does not fit is left out and added there, so that all of them
    are known at once.

    Raises:
        DocumentProblem: A target is no JSONPath, matches nothing, or cannot take the update.

    """
    return apply_overlays([overlay], document, problems)


def apply_overlays(
    overlays: Iterable[Overlay], document: Tree, problems: list[DocumentProblem] | None = None
) -> Tree:
    """Return a new document with the overlays applied one after another.

    Else as `apply_overlay`.
    """
    changed: Tree = duplicate(document)
    for action in chain.from_iterable(overlay.actions for overlay in overlays):
        found: list[DocumentProblem] = []
        try:
            _apply(action, changed, found)
        except DocumentProblem as problem:
            found.append(problem)
        if found and problems is None:
            raise found[0]
        if problems is not None:
            problems += found
    return changed


def _apply(action: Action, document: Tree, problems: list[DocumentProblem]) -> None:
    """Apply one action in place, as far as it fits; what is stale in it goes to the problems."""
    if action.draft:
        problems.append(
            DocumentProblem(
                f"{action.where}: a draft; go over it, then take away its `{DRAFT}: true`"
            )
        )
    try:
        found = compiled(action.target).find(document)
    except jsonpath.JSONPathError as error:
        raise DocumentProblem(f"{action.where}: not an RFC 9535 JSONPath: {error}") from error
    if not found:
        raise DocumentProblem(
            f"{action.where}: the target matches nothing; upstream may have changed: "
            "correct the target or drop the action"
        )
    gone = list(missing_names(action.target, document))
    if action.remove:
        # Later items first, so that removing one does not move the next.
        for location in sorted((node.location for node in found), key=_removal_order):
            _remove(document, location, action.where)
    else:
        gone += [name for node in found for name in _update_fitting(node.value, action)]
    if gone:
        names = list(dict.fromkeys(gone))
        is_not, it = ("is not", "it") if len(names) == 1 else ("are not", "them")
        problems.append(
            DocumentProblem(
                f"{action.where}: stale, {', '.join(names)} {is_not} there; upstream may have "
                f"dropped {it}: take {it} out of the action, or drop the action"
            )
        )


def _update_fitting(target: Any, action: Action) -> list[str]:  # noqa: ANN401 - JSON of any kind
    """Update with all but what would bring back something that is gone; what that is."""
    shells: list[tuple[str, ...]] = []
    is_example = _IN_EXAMPLE.search(action.target) is not None
    if isinstance(target, dict) and isinstance(action.update, dict) and not is_example:
        shells = list(created_keys(target, action.update, words=action.words))
    if shells:
        action = attrs.evolve(action, update=without(action.update, shells))
    _update(target, action)
    return [".".join(path) for path in shells]


def _removal_order(location: Location) -> tuple[int, ...]:
    """Sorts deep places first and high list positions before low ones."""
    return (-len(location), *(-part if isinstance(part, int) else 0 for part in location))


def _remove(document: Tree, location: Location, where: str) -> None:
    if not location:
        raise DocumentProblem(f"{where}: the whole document cannot be removed")
    parent: Any = document
    for part in location[:-1]:
        parent = parent[part]
    del parent[location[-1]]


def _update(target: object, action: Action) -> None:
    """Merge into an object, append to a list."""
    if isinstance(target, list):
        target.append(duplicate(action.update))
    elif isinstance(target, dict) and isinstance(action.update, dict):
        _merge(target, duplicate(action.update))
    else:
        raise DocumentProblem(
            f"{action.where}: only an object or a list takes an update, and an object takes "
            "an object; target the object around the value"
        )


def _stands_alone(value: Tree) -> bool:
    """Say whether it is a reference that OpenAPI allows nothing beside, unlike for schemas."""
    reference = str(value.get("$ref", _SCHEMAS))
    return not reference.startswith(_SCHEMAS)


def _merge(target: Tree, update: Tree) -> None:
    """Merge objects, join lists, replace everything else.

    A reference to a shared answer, parameter or body stands alone, so it replaces what is there.
    """
    for key, value in update.items():
        present = target.get(key)
        if isinstance(present, dict) and isinstance(value, dict) and not _stands_alone(value):
            _merge(present, value)
        elif isinstance(present, list) and isinstance(value, list):
            present.extend(value)
        else:
            target[key] = value
