"""What upstream calls otherwise keeps its name here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from changes.comparison import Methods, compare
from updates.renaming import with_schemas_kept

if TYPE_CHECKING:
    from document.tree import Tree

NAMES = ("Shelf", "Book", "Wood")
METHODS = Methods.of(
    {"paths": {f"/v1/{name}": {"get": {"operationId": f"{name}.get"}} for name in NAMES}}
)


def _document(beginning: str, *, unused: str) -> Tree:
    """Three schemas that operations use, and one that none does."""
    schemas = {
        f"{beginning}{name}": {"type": "object", "properties": {name: {"type": "string"}}}
        for name in NAMES
    }
    answers = {
        name: {
            "200": {
                "description": "d",
                "content": {
                    "application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}
                },
            }
        }
        for name in schemas
    }
    return {
        "openapi": "3.1.0",
        "paths": {
            f"/v1/{name.removeprefix(beginning)}": {"get": {"responses": answer}}
            for name, answer in answers.items()
        },
        "components": {"schemas": {**schemas, unused: {"type": "object"}}},
    }


def test_what_nothing_compares_follows_the_rule_of_all_other_names() -> None:
    old, new = _document("", unused="Lamp"), _document("api.v1.", unused="api.v1.Lamp")
    there = with_schemas_kept({}, compare(old, new, METHODS), old, new)
    assert there == {f"api.v1.{name}": name for name in (*NAMES, "Lamp")}
    back = with_schemas_kept(there, compare(new, old, METHODS), new, old)
    assert {name: back[name] for name in (*NAMES, "Lamp")} == {n: n for n in (*NAMES, "Lamp")}


def test_a_new_name_that_follows_no_rule_is_another_schema() -> None:
    old, new = _document("", unused="Lamp"), _document("api.v1.", unused="Lantern")
    assert "Lantern" not in with_schemas_kept({}, compare(old, new, METHODS), old, new)
