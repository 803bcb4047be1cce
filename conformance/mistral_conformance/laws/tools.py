"""Tools and forms of answers that any model can be asked for, and whether an answer fits them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jsonschema_rs

if TYPE_CHECKING:
    from mistral_conformance.model.document import Json

CITY = "Name one city with how many people live there, as a JSON object."
"""Asks for JSON, as a prompt has to whose answer shall be of this form."""
KEYS = 'Name one city as a JSON object with the keys "city" and "people".'
PRICE = "Name the price of one loaf of bread, as a JSON object."


def make_tool(name: str, about: str, **properties: str | list[str]) -> Json:
    """Return a function whose parameters, each given with its type or texts, are all required."""
    told = {each: {"type": of} for each, of in properties.items() if isinstance(of, str)}
    texts = {each: of for each, of in properties.items() if not isinstance(of, str)}
    listed = {each: {"type": "string", "enum": of} for each, of in texts.items()}
    parameters = {
        "type": "object",
        "properties": {**told, **listed},
        "required": list(properties),
    }
    return {
        "type": "function",
        "function": {
            "name": name,
            "description": about,
            "parameters": parameters,
            "strict": True,  # else a model may call it with anything
        },
    }


WEATHER = make_tool(
    "get_weather", "Tells the weather of a city.", city="string", days="integer", unit=["°C"]
)
TIME = make_tool("getTime", "Tells the time in a city.", city="string")
TOOLS = (WEATHER, TIME)
FORCED: Json = {"tools": [WEATHER], "tool_choice": "any"}
SEVERAL: Json = {"tools": list(TOOLS), "tool_choice": "any"}
REQUIRED: Json = {"tools": list(TOOLS), "tool_choice": "required"}
SILENT: Json = {"tools": list(TOOLS), "tool_choice": "none"}
NAMED: Json = {
    "tools": list(TOOLS),
    "tool_choice": {"type": "function", "function": {"name": "getTime"}},
}
SCHEMA: Json = {
    "type": "object",
    "title": "City",
    "properties": {
        "city": {"type": "string"},
        "people": {"type": "integer"},
        "climate": {"type": "string", "enum": ["warm", "cold", "mild"]},
        "language": {"type": "string", "enum": ["français"]},
    },
    "required": ["city", "people", "climate", "language"],
    "additionalProperties": False,
}
JSON_SCHEMA: Json = {
    "type": "json_schema",
    "json_schema": {"name": "city", "schema": SCHEMA, "strict": True},
}
NAMESAKE: Json = {
    "type": "json_schema",
    "json_schema": {
        "name": "city",
        "schema": {
            "type": "object",
            "properties": {
                "price": {"$ref": "#/$defs/Price"},
                "shop": {
                    "type": "object",
                    "properties": {"name": {"type": "string"}, "open": {"type": "boolean"}},
                    "required": ["name", "open"],
                    "additionalProperties": False,
                },
            },
            "required": ["price", "shop"],
            "additionalProperties": False,
            "$defs": {
                "Price": {
                    "type": "object",
                    "properties": {
                        "amount": {"type": "integer"},
                        "currency": {"type": "string", "enum": ["€", "¥"]},
                    },
                    "required": ["amount", "currency"],
                    "additionalProperties": False,
                }
            },
        },
        "strict": True,
    },
}
"""Another form under the same name, of two models: each request brings its own."""


def names_of(tools: Json) -> set[str]:
    """Return the names of the functions that a request offers."""
    return {each["function"]["name"] for each in tools["tools"]}


def fits_tool(name: str, arguments: object) -> bool:
    """Say whether arguments fit the parameters of a tool of that name."""
    parameters = {each["function"]["name"]: each["function"]["parameters"] for each in TOOLS}
    return name in parameters and fits(arguments, parameters[name])


def fits(value: object, schema: Json) -> bool:
    """Say whether a value fits a JSON Schema."""
    return bool(jsonschema_rs.Draft202012Validator(schema).is_valid(value))
