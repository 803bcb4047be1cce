"""A document with one operation of each shape that the real one has, or will have."""

from __future__ import annotations

from typing import Any

REF = "#/components/schemas/"


def ref(name: str) -> dict[str, Any]:
    """A reference to a schema."""
    return {"$ref": REF + name}


def json_body(schema: dict[str, Any]) -> dict[str, Any]:
    """Content of the JSON kind."""
    return {"application/json": {"schema": schema}}


def operation(name: str, answer: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """An operation whose 200 has an answer of a schema, or nothing to say."""
    success: dict[str, Any] = {"description": "fine"}
    if answer is not None:
        success["content"] = json_body(answer)
    return {
        "operationId": name,
        "summary": f"Do {name}",
        "tags": [name.rpartition(".")[0]],
        "responses": {"200": success, "404": {"description": "gone"}},
        **more,
    }


SCHEMAS: dict[str, Any] = {
    "Circle": {
        "type": "object",
        "required": ["kind", "radius"],
        "properties": {"kind": {"const": "circle"}, "radius": {"type": "number"}},
    },
    "Square": {
        "type": "object",
        "required": ["kind", "side"],
        "properties": {
            "kind": {"const": "square"},
            "side": {"type": "number"},
            "$unit": {"type": "string"},
        },
    },
    "Blob": {"type": "object", "required": ["mass"], "properties": {"mass": {"type": "integer"}}},
    "Cloud": {
        "type": "object",
        "required": ["mass", "height"],
        "properties": {"mass": {"type": "integer"}, "height": {"type": "integer"}},
    },
    "Tree": {
        "type": "object",
        "required": ["children"],
        "properties": {"children": {"type": "array", "items": ref("Tree")}},
    },
    "Everything": {
        "type": "object",
        "properties": {
            "shape": {"oneOf": [ref("Circle"), ref("Square")]},
            "stuff": {"anyOf": [ref("Blob"), ref("Cloud"), {"type": "string"}]},
            "thing": {"anyOf": [ref("Blob"), {"type": "object", "additionalProperties": True}]},
            "table": {"type": "object", "additionalProperties": ref("Blob")},
            "grid": {"type": "array", "items": {"type": "array", "items": ref("Blob")}},
            "times": {"type": "array", "items": {"type": "string", "format": "date-time"}},
            "day": {"type": "string", "format": "date"},
            "size": {"type": ["integer", "null"]},
            "ratio": {"type": "number"},
            "either": {"anyOf": [{"type": "integer"}, {"type": "string"}]},
            "inside": {"type": "object", "properties": {"flag": {"type": "boolean"}}},
            "from": {"type": "string"},
            "fileName": {"type": "string"},
            "to_dict": {"type": "string"},
            "level": {"enum": ["low", "high", None], "x-mistral-open": True},
        },
    },
}
TOKEN = {"name": "token", "in": "query", "schema": {"type": "string"}}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Small", "version": "1"},
    "tags": [{"name": "things", "description": "Things."}],
    "paths": {
        "/things": {
            "get": operation(
                "things.list",
                {"type": "array", "items": ref("Everything")},
                parameters=[TOKEN],
                **{"x-mistral-paging": {"style": "token", "token": "token", "items": ""}},
            ),
            "post": operation(
                "things.draw",
                ref("Everything"),
                requestBody={
                    "required": True,
                    "content": json_body({"oneOf": [ref("Circle"), ref("Square")]}),
                },
            ),
            "put": operation(
                "things.draw_many",
                {"anyOf": [{"type": "array", "items": ref("Blob")}, {"type": "string"}]},
                requestBody={
                    "required": True,
                    "content": json_body({"type": "array", "items": ref("Blob")}),
                },
            ),
            "patch": operation(
                "things.pause",
                requestBody={"content": json_body(ref("Blob"))},
            ),
        },
        "/things/{id}/deep": {
            "get": operation(
                "things.deep.find",
                {},
                parameters=[
                    {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}},
                    {"name": "X-Trace", "in": "header", "schema": {"type": "string"}},
                    {"name": "filter", "in": "query", "content": json_body({"type": "object"})},
                    {"name": "timeout", "in": "query", "schema": {"type": "integer"}},
                ],
            ),
            "post": {
                **operation("things.deep.watch"),
                "responses": {
                    "200": {
                        "description": "events",
                        "content": {"text/event-stream": {"schema": ref("Everything")}},
                    }
                },
                "parameters": [
                    {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
                ],
                "x-mistral-stream": {"method": "watch", "data": REF + "Everything"},
            },
        },
    },
    "components": {"schemas": SCHEMAS},
}
