"""Verdicts that a person would give, written down without a look at the table."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from changes.comparison import Methods, compare
from changes.kinds import Side
from tests.unit.changes.change_corpus import SHELF, document, in_component, in_field

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
BREAKING = {
    "removed value": ({"enum": ["a", "b"]}, {"enum": ["a"]}, Side.REQUEST),
    "narrower bound": ({"type": "integer"}, {"type": "integer", "maximum": 5}, Side.REQUEST),
    "null refused": ({"type": ["string", "null"]}, TEXT, Side.REQUEST),
    "null answered": (TEXT, {"type": ["string", "null"]}, Side.RESPONSE),
    "another type": (TEXT, {"type": "integer"}, Side.RESPONSE),
    "type lost": ({"type": "integer"}, {}, Side.RESPONSE),
    "fraction refused": ({"type": "number"}, {"type": "integer"}, Side.REQUEST),
}
COMPATIBLE = {
    "value taken": ({"enum": ["a"]}, {"enum": ["a", "b"]}, Side.REQUEST),
    "wider bound": ({"type": "integer", "maximum": 5}, {"type": "integer"}, Side.REQUEST),
    "null taken": (TEXT, {"type": ["string", "null"]}, Side.REQUEST),
    "null gone": ({"type": ["string", "null"]}, TEXT, Side.RESPONSE),
    "value gone": ({"enum": ["a", "b"]}, {"enum": ["a"]}, Side.RESPONSE),
    "anything taken": (TEXT, {}, Side.REQUEST),
}
RISKY = {
    "value answered": ({"enum": ["a"]}, {"enum": ["a", "b"]}, Side.RESPONSE),
    "another default": (TEXT | {"default": "a"}, TEXT | {"default": "b"}, Side.REQUEST),
    "default of nothing": (TEXT | {"default": ""}, TEXT | {"default": "b"}, Side.REQUEST),
    "default of zero": ({"type": "integer", "default": 0}, {"type": "integer"}, Side.REQUEST),
}


@pytest.mark.parametrize(
    ("severity", "old", "new", "side"),
    [
        pytest.param(severity, *case, id=name)
        for severity, cases in (
            ("breaking", BREAKING),
            ("compatible", COMPATIBLE),
            ("risky", RISKY),
        )
        for name, case in cases.items()
    ],
)
def test_the_severity_is_what_a_caller_meets(
    severity: str, old: Schema, new: Schema, side: Side, no_methods: Methods
) -> None:
    found = compare(in_component(old, side), in_component(new, side), no_methods)
    assert [one.severity for one in found] == [severity]


def test_a_schema_that_is_sent_and_answered_is_told_on_both_sides(no_methods: Methods) -> None:
    def both(schema: Schema) -> Schema:
        one, other = in_component(schema, Side.REQUEST), in_component(schema, Side.RESPONSE)
        paths, others = one["paths"], other["paths"]
        paths[SHELF]["get"]["responses"] = others[SHELF]["get"]["responses"]
        return one

    found = compare(both({"enum": ["a"]}), both({"enum": ["a", "b"]}), no_methods)
    assert {(one.side, one.severity) for one in found} == {
        ("request", "compatible"),
        ("response", "risky"),
    }


def test_a_change_of_a_shared_schema_names_all_its_operations(no_methods: Methods) -> None:
    old = in_component({"enum": ["a", "b"]}, Side.RESPONSE)
    operation = old["paths"]["/v1/shelves/{shelf_id}"]["get"]
    old["paths"]["/v1/racks/{shelf_id}"] = {"get": copy.deepcopy(operation)}
    new = copy.deepcopy(old)
    new["components"]["schemas"]["Shelf"]["properties"]["part"] = {"enum": ["a"]}
    (found,) = compare(old, new, no_methods)
    assert [each.name for each in found.operations] == [
        "GET /v1/shelves/{shelf_id}",
        "GET /v1/racks/{shelf_id}",
    ]


def test_the_pointer_leads_to_what_is_gone_in_the_old_document(no_methods: Methods) -> None:
    (found,) = compare(
        in_field({"type": "object", "properties": {"a/b": TEXT}}, Side.RESPONSE),
        in_field({"type": "object", "properties": {}}, Side.RESPONSE),
        no_methods,
    )
    assert found.pointer.endswith("/schema/properties/part/properties/a~1b")


def test_the_client_method_is_found_whatever_the_placeholder_is_called() -> None:
    methods = Methods({("get", "/v1/shelves/{}"): "shelves.get"})
    (found,) = compare(document({}), document({"deprecated": True}), methods)
    assert found.operations[0].method == "client.shelves.get"


def test_a_prefix_that_changed_moves_every_operation(no_methods: Methods) -> None:
    answer = {"responses": {"200": {"description": "d"}}}
    paths = ("users/{id}", "users/{id}/keys", "roles", "audit-logs")
    old, new = (
        {
            "openapi": "3.1.0",
            "paths": {f"/{prefix}/admin/{path}": {"get": answer} for path in paths},
        }
        for prefix in ("api", "v1")
    )
    assert {one.kind.id for one in compare(old, new, no_methods)} == {"operation-moved"}


def test_a_field_for_servers_alone_may_go_from_requests(no_methods: Methods) -> None:
    old = {"type": "object", "properties": {"id": TEXT | {"readOnly": True}}}
    new: Schema = {"type": "object", "properties": {}}
    assert compare(in_field(old, Side.REQUEST), in_field(new, Side.REQUEST), no_methods) == []


def test_a_shared_union_is_told_once_however_many_fields_hold_it() -> None:
    union: Schema = {"oneOf": [{"$ref": f"#/components/schemas/{one}"} for one in ("Chair",)]}
    union["oneOf"].append(TEXT)
    wider: Schema = {"oneOf": [*union["oneOf"], {"$ref": "#/components/schemas/Table"}]}
    reference = {"$ref": "#/components/schemas/Seat"}
    operation = {
        "requestBody": {
            "content": {
                "application/json": {
                    "schema": {"type": "object", "properties": {"a": reference, "b": reference}}
                }
            }
        }
    }
    old, new = (document(operation, {"Seat": each}) for each in (union, wider))
    [change] = compare(old, new, Methods({}))
    assert change.kind.id == "request-union-member-added"
    assert change.values["name"] == "`Seat`"


def test_what_operations_share_of_authorization_is_told_once() -> None:
    old, new = (document({}) | {"security": [{scheme: []}]} for scheme in ("Key", "Token"))
    [change] = compare(old, new, Methods({}))
    assert (change.kind.id, change.pointer) == ("security-changed", "#/security")
    assert len(change.operations) == 2


@pytest.mark.parametrize(("count", "told"), [(4, 4), (5, 1)])
def test_an_error_that_came_to_many_operations_is_told_once(count: int, told: int) -> None:
    old = document({})
    item = old["paths"].pop("/v1/shelves/{shelf_id}")
    old["paths"] = {f"/v1/shelves{at}/{{shelf_id}}": copy.deepcopy(item) for at in range(count)}
    new = copy.deepcopy(old)
    for each in new["paths"].values():
        each["get"]["responses"]["429"] = {"description": "Wait."}
    changes = compare(old, new, Methods({}))
    assert len(changes) == told
    assert sum(len(each.operations) for each in changes) == count
    first = "Each of 5 operations may answer 429." if told == 1 else "GET"
    assert changes[0].sentence.startswith(first)
    assert sum(len(each.pointers) for each in changes) == count


def test_a_parameter_that_many_operations_lost_is_told_once(no_methods: Methods) -> None:
    def racks(*parameters: Schema) -> Schema:
        operation = document({"parameters": list(parameters)})["paths"][SHELF]["get"]
        paths = {f"/v1/racks{at}/{{shelf_id}}": {"get": operation} for at in range(3)}
        return document({}) | {"paths": paths}

    page = {"name": "page", "in": "query", "schema": NUMBER}
    [change] = compare(racks(page), racks(), no_methods)
    assert (change.kind.id, len(change.operations), len(change.pointers)) == (
        "parameter-removed",
        3,
        3,
    )


def test_what_stands_beside_a_shared_schema_does_not_repeat_its_changes(
    no_methods: Methods,
) -> None:
    def extended(part: Schema) -> Schema:
        tree = in_component(part, Side.RESPONSE)
        reference = {"$ref": "#/components/schemas/Shelf"}
        for at in range(3):
            own = {"type": "object", "properties": {f"own{at}": TEXT}}
            operation = copy.deepcopy(tree["paths"][SHELF]["get"])
            media = operation["responses"]["200"]["content"]["application/json"]
            media["schema"] = {"allOf": [reference, own]}
            tree["paths"][f"/v1/racks{at}/{{shelf_id}}"] = {"get": operation}
        return tree

    changes = compare(extended({"enum": ["a", "b"]}), extended({"enum": ["b"]}), no_methods)
    assert len({one.sentence for one in changes}) == len(changes)
    assert {len(one.operations) for one in changes} == {1, 3}


def test_operations_that_moved_together_are_told_as_one(no_methods: Methods) -> None:
    def under(prefix: str) -> Schema:
        one = {"responses": {"200": {"description": "d"}}}
        names = ("racks", "racks/{id}", "racks/{id}/boards", "racks/{id}/nails", "racks/{id}/oil")
        return {
            "openapi": "3.1.0",
            "paths": {f"{prefix}/{name}": {"get": one} for name in names},
        }

    [change] = compare(under("/v1"), under("/v2/wood"), no_methods)
    assert change.kind.id == "operation-moved"
    assert "/v1/racks with 5 operations moved to /v2/wood/racks." in change.sentence
    assert len(change.operations) == 10


def test_ids_of_operations_that_are_others_are_told_once(no_methods: Methods) -> None:
    def with_ids(suffix: str) -> Schema:
        paths = {
            f"/v1/racks{at}": {"get": {"operationId": f"Racks_{at}{suffix}", "responses": {}}}
            for at in range(6)
        }
        return {"openapi": "3.1.0", "paths": paths}

    [change] = compare(with_ids(""), with_ids("_v2"), no_methods)
    assert "each of 6 operations" in change.sentence
    assert "Racks_0_v2" in change.sentence


def _with_fields(*names: str, **others: Schema) -> Schema:
    return {"type": "object", "properties": dict.fromkeys(names, TEXT) | others}


NUMBER: Schema = {"type": "integer"}
RENAMED: dict[str, Any] = {
    "another spelling, and another type": (
        ("pageSize",),
        {},
        ("page_size",),
        {"page_size": NUMBER},
    ),
    "a word in common": (("nb_documents",), {}, ("document_count",), {}),
    "alike": (("color",), {}, ("colour",), {}),
    "the same neighbours": (("id", "summary", "size"), {}, ("id", "abstract", "size"), {}),
}


@pytest.mark.parametrize("case", RENAMED)
def test_a_field_that_is_called_otherwise_is_one_change(case: str, no_methods: Methods) -> None:
    names, fields, new_names, new_fields = RENAMED[case]
    old, new = _with_fields(*names, **fields), _with_fields(*new_names, **new_fields)
    found = compare(in_field(old, Side.RESPONSE), in_field(new, Side.RESPONSE), no_methods)
    renames = [one for one in found if one.kind.id == "response-field-renamed"]
    assert len(renames) == 1
    assert not [one for one in found if "removed" in one.kind.id or "added" in one.kind.id]
    assert renames[0].severity == "breaking"


APART = {
    "other types": (_with_fields("size"), _with_fields(sizes=NUMBER)),
    "two that fit": (_with_fields("shelf"), _with_fields("shelf_id", "shelf_name")),
    "two that it may be": (_with_fields("shelf_id", "shelf_name"), _with_fields("shelf")),
    "nothing that stayed": (_with_fields("made", "oak"), _with_fields("pine", "sold")),
    "one more that may be": (_with_fields("id", "made"), _with_fields("oak", "sold", "id")),
}


@pytest.mark.parametrize("case", APART)
def test_fields_that_may_have_nothing_to_do_with_each_other_are_two_changes(
    case: str, no_methods: Methods
) -> None:
    old, new = APART[case]
    found = compare(in_field(old, Side.REQUEST), in_field(new, Side.REQUEST), no_methods)
    kinds = {one.kind.id for one in found}
    assert kinds == {"request-optional-field-removed", "request-optional-field-added"}


PROBABLE: dict[str, tuple[Schema, Schema, dict[str, str]]] = {
    "another name at another place": (
        _with_fields("id", "wood"),
        _with_fields("number", "id"),
        {"wood": "number"},
    ),
    "words that say nothing": (
        _with_fields("id", "made_at"),
        _with_fields("sold_at", "id"),
        {"made_at": "sold_at"},
    ),
    "several in their order": (
        _with_fields("id", "prompt_tokens", "answer_tokens"),
        _with_fields("id", "input_tokens", "output_tokens"),
        {"prompt_tokens": "input_tokens", "answer_tokens": "output_tokens"},
    ),
}


@pytest.mark.parametrize("side", [Side.REQUEST, Side.RESPONSE])
@pytest.mark.parametrize("case", PROBABLE)
def test_a_field_that_went_where_one_alike_came_was_probably_renamed(
    case: str, side: Side, no_methods: Methods
) -> None:
    old, new, names = PROBABLE[case]
    found = compare(in_component(old, side), in_component(new, side), no_methods)
    assert {one.kind.id for one in found} == {f"{side}-field-probably-renamed"}
    assert {one.severity for one in found} == {"breaking"}
    assert {
        one.values["name"].strip("`").rpartition(".")[2]: one.values["new"] for one in found
    } == {name: f"`{now}`" for name, now in names.items()}


def test_a_required_field_is_no_optional_one_that_was_renamed(no_methods: Methods) -> None:
    old, new = (
        _with_fields("id", "wood") | {"required": ["wood"]},
        _with_fields("number", "id"),
    )
    found = compare(in_field(old, Side.RESPONSE), in_field(new, Side.RESPONSE), no_methods)
    assert "response-required-field-removed" in {one.kind.id for one in found}


def _page_of(items: Schema, **others: Schema) -> Schema:
    listed = {"type": "array", "items": items}
    return {"type": "object", "properties": {"data": listed, "cursor": TEXT} | others}


CHAIR: Schema = {"$ref": "#/components/schemas/Chair"}
TABLE: Schema = {"$ref": "#/components/schemas/Table"}
LIST: Schema = {"type": "array", "items": CHAIR}
EITHER: Schema = {"oneOf": [CHAIR, TABLE]}
WRAPPED: dict[str, tuple[Schema, Schema, str]] = {
    "a list into a page": (LIST, _page_of(CHAIR), "`data`"),
    "a list beside another": (
        LIST,
        _page_of(CHAIR, tags={"type": "array", "items": TEXT}),
        "`data`",
    ),
    "a component": (CHAIR, {"type": "object", "properties": {"chair": CHAIR}}, "`chair`"),
    "a union": (EITHER, {"type": "object", "properties": {"seat": EITHER}}, "`seat`"),
}


@pytest.mark.parametrize("side", [Side.REQUEST, Side.RESPONSE])
@pytest.mark.parametrize("case", WRAPPED)
def test_what_stands_in_an_object_now_is_told_as_wrapped(
    case: str, side: Side, no_methods: Methods
) -> None:
    inner, outer, name = WRAPPED[case]
    old, new = (in_field(each, side) for each in (inner, outer))
    [told] = compare(old, new, no_methods)
    assert (told.kind.id, told.values["new"], told.severity) == (
        f"{side}-wrapped",
        name,
        "breaking",
    )
    [back] = compare(new, old, no_methods)
    assert (back.kind.id, back.values["old"]) == (f"{side}-unwrapped", name)


def test_what_changed_inside_a_list_that_was_wrapped_is_told_too(no_methods: Methods) -> None:
    old, new = (in_field(each, Side.RESPONSE) for each in (LIST, _page_of(TABLE)))
    kinds = [one.kind.id for one in compare(old, new, no_methods)]
    assert "response-wrapped" in kinds
    assert "response-const-changed" in kinds


def test_an_object_that_only_grew_is_not_wrapped(no_methods: Methods) -> None:
    node: Schema = {"type": "object", "properties": {"id": TEXT, "size": TEXT}}
    grown: Schema = {"type": "object", "properties": node["properties"] | {"next": CHAIR}}
    found = compare(in_field(node, Side.RESPONSE), in_field(grown, Side.RESPONSE), no_methods)
    assert [one.kind.id for one in found] == ["response-optional-field-added"]


def test_a_parameter_that_went_where_one_alike_came_was_probably_renamed(
    no_methods: Methods,
) -> None:
    def with_parameters(*names: str) -> Schema:
        listed = [{"name": name, "in": "query", "schema": NUMBER} for name in names]
        return document({"parameters": listed})

    [told] = compare(with_parameters("page", "size"), with_parameters("size", "start"), no_methods)
    assert (told.kind.id, told.values["new"]) == ("parameter-probably-renamed", "`start`")


def test_a_schema_that_is_two_now_is_told_as_split(no_methods: Methods) -> None:
    def racks(first: str) -> Schema:
        tree = document({}, {name: _with_fields("id") for name in ("Rack", "RackSummary")})
        for at, name in enumerate((first, "Rack")):
            schema = {"$ref": f"#/components/schemas/{name}"}
            content = {"content": {"application/json": {"schema": schema}}}
            tree["paths"][f"/v1/racks{at}"] = {"get": {"responses": {"200": content}}}
        if first == "Rack":
            del tree["components"]["schemas"]["RackSummary"]
        return tree

    one, two = racks("Rack"), racks("RackSummary")
    [told] = compare(one, two, no_methods)
    assert (told.kind.id, told.values["new"]) == ("schema-split", "Rack and RackSummary")
    assert [each.name for each in told.operations] == ["GET /v1/racks0"]
    [back] = compare(two, one, no_methods)
    assert back.kind.id == "schema-merged"


def test_a_parameter_that_is_called_otherwise_is_one_change(no_methods: Methods) -> None:
    def with_parameters(*names: str) -> Schema:
        listed = [{"name": name, "in": "query", "schema": NUMBER} for name in names]
        return document({"parameters": listed})

    old = with_parameters("page", "page_size", "before")
    for new in (
        with_parameters("page", "size", "before"),
        with_parameters("page", "limit", "before"),
    ):
        (found,) = compare(old, new, no_methods)
        assert found.kind.id == "parameter-renamed"


def test_a_field_that_was_renamed_in_a_shared_schema_is_told_once(no_methods: Methods) -> None:
    def shared(name: str) -> Schema:
        return in_component(_with_fields("id", name, "size"), Side.REQUEST)

    (found,) = compare(shared("file_name"), shared("name"), no_methods)
    assert (found.kind.id, found.values["new"]) == ("request-field-renamed", "`name`")


def test_a_parameter_that_moved_into_the_path_along_with_its_operation_is_told_as_such(
    no_methods: Methods,
) -> None:
    def at(path: str, place: str) -> Schema:
        name = {"name": "label", "in": place, "required": True, "schema": {"type": "string"}}
        one = {"operationId": "drop", "parameters": [name], "responses": {}}
        return {"openapi": "3.1.0", "paths": {path: {"delete": one}}}

    changes = compare(at("/v1/racks", "query"), at("/v1/racks/{label}", "path"), no_methods)
    assert {one.kind.id for one in changes} == {"operation-moved", "parameter-moved"}


def test_a_parameter_of_a_path_that_was_forgotten_is_no_change(no_methods: Methods) -> None:
    def listing(*parameters: Schema) -> Schema:
        one = {"parameters": list(parameters), "responses": {}}
        return {"openapi": "3.1.0", "paths": {"/v1/racks/{id}": {"delete": one}}}

    whole = listing({"name": "id", "in": "path", "required": True, "schema": {"type": "string"}})
    assert compare(whole, listing(), no_methods) == []
    assert compare(listing(), whole, no_methods) == []
