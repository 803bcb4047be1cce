"""The curated document of the Mistral AI HTTP API, ready to load.

Nothing but the standard library is needed, and nothing is read before `load` is called.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["DOCUMENT", "METHODS", "Operation", "load", "operations", "resolve"]

DOCUMENT = Path(__file__).with_name("document.json")
"""The file that holds the document as JSON."""

METHODS = ("get", "post", "put", "patch", "delete")
"""The methods that the document uses, in lower case as in path items."""


class Operation(NamedTuple):
    """One operation and where it stands in the document."""

    id: str
    """The dotted call, such as `beta.libraries.documents.upload`."""
    method: str
    """Upper case."""
    path: str
    """The template, such as `/v1/libraries/{library_id}`."""
    tag: str
    object: dict[str, Any]
    """The operation object, part of the loaded document: read it, don't change it."""

    def extension(self, name: str) -> Any:  # noqa: ANN401 - JSON of any kind
        """Return the value of `x-mistral-<name>`, or None when the operation does not carry it."""
        return self.object.get(f"x-mistral-{name}")


@cache
def load() -> dict[str, Any]:
    """Return the whole document; every call returns the same object: read it, don't change it."""
    document: dict[str, Any] = json.loads(DOCUMENT.read_bytes())
    return document


def operations(document: dict[str, Any] | None = None) -> Iterator[Operation]:
    """Yield every operation, in the order of the document (the bundled one by default)."""
    for template, item in (document or load())["paths"].items():
        for method in METHODS:
            if method in item:
                operation = item[method]
                yield Operation(
                    operation["operationId"],
                    method.upper(),
                    template,
                    operation["tags"][0],
                    operation,
                )


def resolve(node: dict[str, Any], document: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the object itself where a local `$ref` may stand (references to references too).

    Raises:
        KeyError: The reference leads nowhere, which a curated document never does.

    """
    whole = document or load()
    while "$ref" in node:
        target: Any = whole
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part.replace("~1", "/").replace("~0", "~")]
        node = target
    return node
