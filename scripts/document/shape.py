"""The shape that an upstream document needs so that facts can be taken from it.

Much less than the meta-schema of OpenAPI asks for: upstream documents break that in places that
do not matter here.
"""

from __future__ import annotations

from typing import Any

import jsonschema_rs

from document.tree import METHODS

_MEDIA = {"type": "object", "additionalProperties": {"type": "object"}}
_OPERATION = {
    "type": "object",
    "properties": {
        "operationId": {"type": "string"},
        "parameters": {"$ref": "#/$defs/parameters"},
        "requestBody": {"type": "object", "properties": {"content": _MEDIA}},
        "responses": {
            "type": "object",
            "additionalProperties": {"type": "object", "properties": {"content": _MEDIA}},
        },
        "security": {"type": "array", "items": {"type": "object"}},
    },
}
_PARAMETERS = {
    "type": "array",
    "items": {
        "type": "object",
        "anyOf": [{"required": ["name", "in"]}, {"required": ["$ref"]}],
        "properties": {"name": {"type": "string"}, "in": {"type": "string"}},
    },
}
SHAPE: dict[str, Any] = {
    "type": "object",
    "required": ["openapi", "paths"],
    "properties": {
        "openapi": {"type": "string", "pattern": r"^3\."},
        "info": {"type": "object"},
        "servers": {"type": "array", "items": {"type": "object", "required": ["url"]}},
        "security": {"type": "array", "items": {"type": "object"}},
        "paths": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "properties": dict.fromkeys(METHODS, _OPERATION)
                | {"parameters": {"$ref": "#/$defs/parameters"}},
            },
        },
        "components": {
            "type": "object",
            "properties": {
                "schemas": {
                    "type": "object",
                    "additionalProperties": {"type": ["object", "boolean"]},
                },
                "securitySchemes": {"type": "object", "additionalProperties": {"type": "object"}},
            },
        },
    },
    "$defs": {"parameters": _PARAMETERS},
}


def misshapen(document: object) -> str | None:
    """Where and how the document is not in shape, or None when it is."""
    for error in jsonschema_rs.Draft202012Validator(SHAPE).iter_errors(document):
        where = " > ".join(str(part) for part in error.instance_path) or "its top"
        return f"at {where}: {error.message[:200]}"
    return None
