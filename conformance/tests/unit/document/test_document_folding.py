from __future__ import annotations

from typing import Any

import pytest
from document.folding import normalise
from document.problems import DocumentProblem


def _operation(name: str, media: str, request: str) -> dict[str, Any]:
    return {
        "operationId": name,
        "requestBody": {"content": {"application/json": {"schema": {"$ref": request}}}},
        "responses": {"200": {"content": {media: {"schema": {"type": "object"}}}}},
    }


def test_a_stream_variant_folds_into_the_operation_of_the_same_url() -> None:
    document: dict[str, Any] = {
        "paths": {
            "/talk#stream": {"post": _operation("talk_stream", "text/event-stream", "#/c/Stream")},
            "/talk": {"post": _operation("talk", "application/json", "#/c/Plain")},
        }
    }
    paths = normalise(document)["paths"]
    assert list(paths) == ["/talk"]
    operation = paths["/talk"]["post"]
    assert operation["operationId"] == "talk"
    assert list(operation["responses"]["200"]["content"]) == [
        "application/json",
        "text/event-stream",
    ]
    assert operation["x-mistral-folded"] == [
        {
            "fragment": "stream",
            "upstream-id": "talk_stream",
            "request": {"application/json": {"$ref": "#/c/Stream"}},
        }
    ]


def test_a_fragment_without_a_plain_twin_is_just_cut_off() -> None:
    document: dict[str, Any] = {"paths": {"/c/{id_or_name}#both": {"get": {"responses": {}}}}}
    assert list(normalise(document)["paths"]) == ["/c/{id_or_name}"]


def test_paths_that_differ_in_placeholder_names_are_one_path() -> None:
    parameter = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    document: dict[str, Any] = {
        "paths": {
            "/c/{id_or_name}": {"get": {"responses": {}}},
            "/c/{id}#id": {"delete": {"parameters": [parameter], "responses": {}}},
        }
    }
    paths = normalise(document)["paths"]
    assert list(paths) == ["/c/{id_or_name}"]
    assert paths["/c/{id_or_name}"]["delete"]["parameters"][0]["name"] == "id_or_name"


def test_one_method_under_two_placeholder_names_is_refused() -> None:
    document: dict[str, Any] = {
        "paths": {"/c/{a}": {"get": {"responses": {}}}, "/c/{b}": {"get": {"responses": {}}}}
    }
    with pytest.raises(DocumentProblem, match="get is there twice"):
        normalise(document)


def test_parameters_of_a_path_become_those_of_its_operations() -> None:
    shared = {"name": "id", "in": "path", "required": True}
    own = {"name": "page", "in": "query"}
    document: dict[str, Any] = {
        "paths": {"/c/{id}": {"parameters": [shared], "get": {"parameters": [own]}}}
    }
    operation = normalise(document)["paths"]["/c/{id}"]["get"]
    assert [one["name"] for one in operation["parameters"]] == ["page", "id"]


def test_a_referenced_parameter_is_written_out() -> None:
    document: dict[str, Any] = {
        "paths": {"/c": {"get": {"parameters": [{"$ref": "#/components/parameters/Page"}]}}},
        "components": {"parameters": {"Page": {"name": "page", "in": "query"}}},
    }
    parameters = normalise(document)["paths"]["/c"]["get"]["parameters"]
    assert parameters == [{"name": "page", "in": "query"}]


def test_a_reference_to_no_parameter_is_refused() -> None:
    document: dict[str, Any] = {
        "paths": {"/c": {"get": {"parameters": [{"$ref": "#/components/parameters/P"}]}}}
    }
    with pytest.raises(DocumentProblem, match="components/parameters/P does not exist"):
        normalise(document)


def test_local_definitions_become_components_and_their_references_follow() -> None:
    local = {
        "$defs": {"Delta": {"type": "object", "properties": {"kind": {"$ref": "#/$defs/Kind"}}},
                  "Kind": {"type": "string"}},
        "oneOf": [{"$ref": "#/$defs/Delta"}],
        "discriminator": {"propertyName": "kind", "mapping": {"d": "#/$defs/Delta"}},
    }  # fmt: skip
    document: dict[str, Any] = {"paths": {}, "components": {"schemas": {"Event": local}}}
    schemas = normalise(document)["components"]["schemas"]
    assert schemas["Event"] == {
        "oneOf": [{"$ref": "#/components/schemas/Delta"}],
        "discriminator": {"propertyName": "kind", "mapping": {"d": "#/components/schemas/Delta"}},
    }
    assert schemas["Delta"]["properties"]["kind"] == {"$ref": "#/components/schemas/Kind"}


def test_a_local_definition_never_replaces_a_component_of_its_name() -> None:
    inline = {"title": "Event", "$defs": {"Usage": {"type": "string"}}, "$ref": "#/$defs/Usage"}
    answer = {"200": {"content": {"application/json": {"schema": inline}}}}
    document: dict[str, Any] = {
        "paths": {"/c": {"get": {"responses": answer}}},
        "components": {"schemas": {"Usage": {"type": "integer"}}},
    }
    normal = normalise(document)
    assert normal["components"]["schemas"] == {
        "Usage": {"type": "integer"},
        "EventUsage": {"type": "string"},
    }
    content = normal["paths"]["/c"]["get"]["responses"]["200"]["content"]
    assert content["application/json"]["schema"]["$ref"] == "#/components/schemas/EventUsage"


def test_the_given_document_is_left_alone() -> None:
    document: dict[str, Any] = {
        "paths": {"/c#x": {"get": {}}},
        "components": {"schemas": {"E": {"$defs": {}}}},
    }
    before = repr(document)
    normalise(document)
    assert repr(document) == before


@pytest.mark.parametrize(("at", "name"), [("$defs/Rect", "Rect"), ("properties/box", "PageBox")])
def test_what_a_reference_reaches_inside_a_component_becomes_one(at: str, name: str) -> None:
    kind, key = at.split("/")
    body = {"type": "object", "properties": {"width": {"type": "number"}}}
    page = {"type": "object", kind: {key: body}}
    other = {"items": {"$ref": f"#/components/schemas/Page/{at}"}}
    document = {
        "openapi": "3.1.0",
        "paths": {},
        "components": {"schemas": {"Page": page, "Other": other}},
    }
    schemas = normalise(document)["components"]["schemas"]
    assert schemas[name] == body
    assert schemas["Other"] == {"items": {"$ref": f"#/components/schemas/{name}"}}
    assert schemas.keys() == {"Page", "Other", name}
