"""The facts of each source, kept in `openapi/sources/<date>.json`.

All operations of a document, also those that the project does not take, without a sentence: enough
to merge it again, to compare it with others and to tell since when something exists. One line for
each path and each schema, so that a difference of two versions can be read.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from document.folding import hoist
from document.problems import DocumentProblem, read_part
from document.stripping import (
    keep_body,
    keep_parameter,
    keep_response,
    keep_schema,
    keep_security,
    keep_whole_operation,
)
from document.tree import METHODS, Tree, duplicate
from document.upstream import Upstream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from document.sources import Origin

FOLDER = "sources"
"""Where the kept facts are, below the folder `openapi`."""
_COMPONENTS: dict[str, Callable[[Any, str], Any]] = {
    "schemas": keep_schema,
    "parameters": keep_parameter,
    "responses": keep_response,
    "requestBodies": keep_body,
    "headers": keep_parameter,
    "securitySchemes": keep_security,
}


def keep(document: Tree) -> Tree:
    """Return the facts of the whole document.

    Raises:
        DocumentProblem: It has a keyword that the importer does not know.

    """
    plain = hoist(duplicate(document))
    components = plain.get("components") or {}
    return {
        "openapi": plain["openapi"],
        "servers": [{"url": server["url"]} for server in plain.get("servers") or ()],
        "security": plain.get("security") or [],
        "paths": {path: _keep_path(path, item) for path, item in plain["paths"].items()},
        "components": {
            kind: {
                name: keep_one(one, f"{kind} {name}")
                for name, one in (components.get(kind) or {}).items()
            }
            for kind, keep_one in _COMPONENTS.items()
            if components.get(kind) or kind == "schemas"
        },
    }


def _keep_path(path: str, item: Tree) -> Tree:
    kept: Tree = {}
    if "$ref" in item:
        kept["$ref"] = item["$ref"]
    if item.get("parameters"):
        kept["parameters"] = [keep_parameter(one, path) for one in item["parameters"]]
    for method in METHODS:
        if method in item:
            kept[method] = keep_whole_operation(item[method], f"{method.upper()} {path}")
    return kept


def write_kept(kept: Tree) -> bytes:
    """Return the text of the file: the same facts, the same bytes."""
    lines = [f'"{key}":{_json(kept[key])}' for key in ("openapi", "servers", "security")]
    kinds = [f"{_json(kind)}:{_members(all_)}" for kind, all_ in kept["components"].items()]
    lines.append(f'"paths":{_members(kept["paths"])}')
    lines.append('"components":{\n' + ",\n".join(kinds) + "\n}")
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def _members(named: Tree) -> str:
    lines = [f"{_json(name)}:{_json(one)}" for name, one in named.items()]
    return "{\n" + ",\n".join(lines) + "\n}"


def _json(value: Any) -> str:  # noqa: ANN401 - JSON of any kind
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def read_kept(folder: Path, origin: Origin) -> Upstream:
    """Return the source as it was kept below the folder (`openapi`).

    Raises:
        DocumentProblem: Its file is missing or damaged.

    """
    path = file_of(folder, origin)
    try:
        document = json.loads(read_part(path))
    except (FileNotFoundError, ValueError) as error:
        raise _lost(path, origin) from error
    document["info"] = {"title": origin.title}
    return Upstream(origin.name, origin.date, origin.sha256, document, origin.address)


def check_kept(folder: Path, origins: Iterable[Origin]) -> None:
    """Ask for the file of each source, before anything that takes long is done with them.

    Raises:
        DocumentProblem: One is missing.

    """
    for origin in origins:
        if not (path := file_of(folder, origin)).exists():
            raise _lost(path, origin)


def _lost(path: Path, origin: Origin) -> DocumentProblem:
    return DocumentProblem(
        f"{path} is missing or damaged; restore it from version control, or give "
        f"{origin.name} itself along"
    )


def file_of(folder: Path, origin: Origin | Upstream) -> Path:
    """Return where the facts of a source are kept."""
    return folder / FOLDER / f"{origin.date.isoformat()}.json"
