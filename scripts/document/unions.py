"""Unions whose members may leave out their tag.

Upstream writes `oneOf` wherever a union has a tag. That says that no value fits two members, which
only the tag can promise: where a member may do without it, `anyOf` is what is true.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from document.tree import follow
from document.walk import schemas

if TYPE_CHECKING:
    from document.tree import Tree


def open_unions(document: Tree) -> None:
    """Make `anyOf`, in place, of every tagged union with a member that does not require the tag.

    A union with members that are written in place stays, because they need names first.
    """
    for place in schemas(document):
        stated, union = place.node.get("discriminator"), place.node.get("oneOf", ())
        if stated and union and all("$ref" in each for each in union):
            members = [follow(document, each["$ref"]) or {} for each in union]
            if any(stated["propertyName"] not in each.get("required", ()) for each in members):
                place.node["anyOf"] = place.node.pop("oneOf")
