"""What an overlay says of something that is not there any more.

Upstream drops fields, answers and operations. Merging would bring them back: an update whose keys
are not there creates them, without a type. So words may not create anything but examples, and a
correction only what says what it is.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

import jsonpath_rfc9535 as jsonpath

if TYPE_CHECKING:
    from collections.abc import Iterator

    from document.tree import Tree

_EXAMPLES = frozenset({"examples", "example", "value"})
_ABOUT_INFO = frozenset({"info", "contact", "license", "externalDocs"})
_SAYS_NOTHING = frozenset(
    {"description", "summary", "title", "deprecated", "nullable", "readOnly", "writeOnly"}
    | {"operationId", "tags", "default", "required", "example", "examples", "externalDocs"}
)
"""Keys that tell something of a thing but not what it is."""
_NAMES = re.compile(r"\[('[^']*'(?:\s*,\s*'[^']*')+)\]")


@cache
def compiled(target: str) -> jsonpath.JSONPathQuery:
    """Return the query that a target is.

    Raises:
        JSONPathError: It is none.

    """
    return jsonpath.compile(target)


def created_keys(target: Tree, update: Tree, *, words: bool) -> Iterator[tuple[str, ...]]:
    """Yield the places, as `("properties", "size")`, that the update would bring back empty."""
    for key, value in update.items():
        if not isinstance(value, dict) or key in _EXAMPLES or key.startswith("x-"):
            continue
        present = target.get(key)
        if isinstance(present, dict):
            for inner in created_keys(present, value, words=words):
                yield (key, *inner)
        elif key not in target and key not in _ABOUT_INFO and (words or _is_shell(value)):
            yield (key,)


def _is_shell(value: Tree) -> bool:
    """Say whether nothing in it says what the thing is."""
    return bool(value) and all(
        _is_shell(inner)
        if isinstance(inner, dict) and key not in _SAYS_NOTHING and not key.startswith("x-")
        else key in _SAYS_NOTHING or key.startswith("x-")
        for key, inner in value.items()
    )


def without(update: Tree, gone: list[tuple[str, ...]]) -> Tree:
    """Return the update without these places."""
    here = {path[0] for path in gone if len(path) == 1}
    return {
        key: without(value, [path[1:] for path in gone if path[0] == key and len(path) > 1])
        if isinstance(value, dict)
        else value
        for key, value in update.items()
        if key not in here
    }


def missing_names(target: str, document: Any) -> Iterator[str]:  # noqa: ANN401 - JSON of any kind
    """Yield the names of a list of names in a target (`['A', 'B']`) that lead nowhere.

    Of a list that more steps follow, the whole way is given: what is gone may be any part of it.
    """
    for names in _NAMES.finditer(target):
        rest = target[names.end() :]
        for name in re.findall(r"'[^']*'", names[1]):
            alone = f"{target[: names.start()]}[{name}]{rest}"
            if not compiled(alone).find(document):
                yield alone if rest else name.strip("'")
