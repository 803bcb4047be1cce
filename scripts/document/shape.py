"""The shape that an upstream document needs so that facts can be taken from it.

Much less than the meta-schema of OpenAPI asks for: upstream documents break that in places that
do not matter here.
"""

from __future__ import annotations

from typing import Any

import jsonschema_rs

from document.tree import METHODS

_SCHEMA = {"$ref": "#/$defs/schema"}
_NAMED = {"type": "object", "additionalProperties": _SCHEMA}
_LISTED = {"type": "array", "items": _SCHEMA}
_MEDIA = {
    "type": "object",
    "additionalProperties": {
        "type": "object",
        "properties": {
            "schema": _SCHEMA,
            "encoding": {"type": "object", "additionalProperties": {"type": "object"}},
        },
    },
}
_PARAMETER = {
    "type": "object",
    "anyOf": [{"required": ["name", "in"]}, {"required": ["$ref"]}],
    "properties": {
        "name": {"type": "string"},
        "in": {"type": "string"},
        "schema": _SCHEMA,
        "content": _MEDIA,
    },
}
_ANSWER = {
    "type": "object",
    "properties": {
        "content": _MEDIA,
        "links": {"type": "object"},
        "headers": {
            "type": "object",
            "additionalProperties": {"type": "object", "properties": {"schema": _SCHEMA}},
        },
    },
}
_SECURITY = {
    "type": "array",
    "items": {
        "type": "object",
        "additionalProperties": {"type": "array", "items": {"type": "string"}},
    },
}
_OPERATION = {
    "type": "object",
    "properties": {
        "operationId": {"type": "string"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "parameters": {"$ref": "#/$defs/parameters"},
        "requestBody": {"type": "object", "properties": {"content": _MEDIA}},
        "responses": {"type": "object", "additionalProperties": _ANSWER},
        "security": _SECURITY,
        "callbacks": {"type": "object"},
    },
}
_AROUND = ("summary", "description", "servers", "$ref")
"""What a path may have beside operations and parameters."""
_PATH = {
    "type": "object",
    "properties": dict.fromkeys(METHODS, _OPERATION)
    | {"parameters": {"$ref": "#/$defs/parameters"}}
    | dict.fromkeys(_AROUND, True),
    "patternProperties": {"^x-": True},
    "additionalProperties": False,
}
_COMPONENTS = {
    "type": "object",
    "properties": {
        "schemas": _NAMED,
        "parameters": {"type": "object", "additionalProperties": _PARAMETER},
        "responses": {"type": "object", "additionalProperties": _ANSWER},
        "requestBodies": {"type": "object", "additionalProperties": {"type": "object"}},
        "headers": {"type": "object", "additionalProperties": {"type": "object"}},
        "securitySchemes": {"type": "object", "additionalProperties": {"type": "object"}},
    },
}
_COUNTS = ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties")
_KEYWORDS = (
    dict.fromkeys(("properties", "patternProperties", "$defs", "dependentSchemas"), _NAMED)
    | dict.fromkeys(("anyOf", "oneOf", "allOf", "prefixItems"), _LISTED)
    | dict.fromkeys(("additionalProperties", "not", "contains", "propertyNames"), _SCHEMA)
    | {key: {"type": "number", "minimum": 0} for key in _COUNTS}
    | {key: {"type": "number"} for key in ("minimum", "maximum", "multipleOf")}
    | {key: {"type": ["number", "boolean"]} for key in ("exclusiveMinimum", "exclusiveMaximum")}
    | {key: {"type": "string"} for key in ("format", "pattern", "contentEncoding")}
    | {
        "items": {"anyOf": [_SCHEMA, _LISTED]},
        "$ref": {"type": "string"},
        "type": {"type": ["string", "array"], "items": {"type": "string"}},
        "required": {"type": "array", "items": {"type": "string"}},
        "enum": {"type": "array"},
        "discriminator": {
            "type": "object",
            "properties": {"mapping": {"additionalProperties": {"type": "string"}}},
        },
    }
)
SHAPE: dict[str, Any] = {
    "type": "object",
    "required": ["openapi", "paths"],
    "properties": {
        "openapi": {"type": "string", "pattern": r"^3\."},
        "info": {"type": "object"},
        "servers": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["url"],
                "properties": {"url": {"type": "string"}},
            },
        },
        "security": _SECURITY,
        "paths": {
            "type": "object",
            "propertyNames": {"pattern": "^/"},
            "additionalProperties": _PATH,
        },
        "webhooks": {"type": "object"},
        "components": _COMPONENTS,
    },
    "$defs": {
        "parameters": {"type": "array", "items": _PARAMETER},
        "schema": {"type": ["object", "boolean"], "properties": _KEYWORDS},
    },
}


def misshapen(document: object) -> str | None:
    """Return where and how the document is not in shape, or None when it is."""
    for error in jsonschema_rs.Draft202012Validator(SHAPE).iter_errors(document):
        at = [str(part) for part in error.instance_path]
        where = " > ".join(at) or "its top"
        if len(at) == 2 and at[0] == "paths" and "dditional" in error.message:
            known = ", ".join(METHODS)
            return f"at {where}: {error.message[:200]}; an operation is one of {known}"
        return f"at {where}: {error.message[:200]}"
    return None
