from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from generation.source import DocumentError, derive

from .generated_fakes import Answer, json_answer
from .small_document import operation, ref

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from .conftest import Project

    Imported = Callable[[str], ModuleType]


def _read(imported: Imported, **fields: Any) -> Any:
    return imported("models").Everything.from_dict(fields)


def test_union_body_is_one_argument(small: Imported) -> None:
    draw = small("api.things.draw")
    circle = small("models").Circle(radius=2.0)
    assert draw.prepare(body=circle).json == {"kind": "circle", "radius": 2.0}
    assert draw.prepare(body={"kind": "square", "side": 1}).json == {"kind": "square", "side": 1}


def test_list_body_is_one_argument(small: Imported) -> None:
    draw_many = small("api.things.draw_many")
    blob = small("models").Blob(mass=1)
    assert draw_many.prepare(body=[blob, {"mass": 2}]).json == [{"mass": 1}, {"mass": 2}]


def test_optional_body_of_which_nothing_is_given_is_not_sent(small: Imported) -> None:
    pause = small("api.things.pause")
    assert not pause.prepare().json
    assert repr(pause.prepare().json) == "UNSET"
    assert pause.prepare(mass=1).json == {"mass": 1}


def test_header_query_text_and_option_names_are_told_apart(small: Imported) -> None:
    call = small("api.things_deep.find").prepare(7, x_trace="t", filter={"a": [1]}, timeout_=3)
    assert call.url == "/things/7/deep"
    assert call.headers == {"X-Trace": "t"}
    assert call.params == (("filter", '{"a": [1]}'), ("timeout", "3"))


def test_answer_without_a_schema_is_any_json(small: Imported) -> None:
    assert small("api.things_deep.find").parse(json_answer([1, {"a": 2}])) == [1, {"a": 2}]


def test_answer_that_is_a_list_reads_its_items(small: Imported) -> None:
    found = small("api.things.list").parse(json_answer([{"size": "4"}]))
    assert [item.size for item in found] == [4]


def test_answer_of_several_kinds_reads_each(small: Imported) -> None:
    parse = small("api.things.draw_many").parse
    assert parse(json_answer([{"mass": 1}])) == [small("models").Blob(mass=1)]
    assert parse(json_answer("none")) == "none"


def test_operation_with_events_alone_has_only_a_stream(small: Imported) -> None:
    watch = small("api.things_deep.watch")
    assert watch.prepare("x").end is None
    assert watch.READERS[None]({"size": 1}).size == 1
    facade = small("api.things_deep").Deep
    assert {name for name in vars(facade) if not name.startswith("_")} == {"find", "watch"}


def test_groups_nest_as_their_tags_do(small: Imported) -> None:
    send: Any = object()
    things = small("resources").Resources(send).things
    assert type(things.deep).__name__ == "Deep"


def test_tag_is_found_by_const_when_no_discriminator_tells(small: Imported) -> None:
    assert _read(small, shape={"kind": "square", "side": 1}).shape.side == 1
    assert _read(small, shape={"kind": "oval"}).shape == {"kind": "oval"}


def test_union_without_a_tag_takes_the_member_with_most_of_its_fields(small: Imported) -> None:
    for source, name in [
        ({"mass": 1}, "Blob"),
        ({"mass": 1, "height": 2}, "Cloud"),
        ({"x": 1}, "dict"),
    ]:
        assert type(_read(small, stuff=source).stuff).__name__ == name
    assert _read(small, stuff="text").stuff == "text"


def test_object_beside_a_free_map_is_read_only_when_it_fits(small: Imported) -> None:
    assert type(_read(small, thing={"mass": 1}).thing).__name__ == "Blob"
    assert _read(small, thing={"free": 1}).thing == {"free": 1}


def test_maps_and_nested_lists_read_their_values(small: Imported) -> None:
    blob = small("models").Blob(mass=1)
    everything = _read(small, table={"a": {"mass": "1"}}, grid=[[{"mass": 1}], "odd"])
    assert everything.table == {"a": blob}
    assert everything.grid == [[blob], "odd"]


def test_lists_of_times_and_dates_read(small: Imported) -> None:
    everything = _read(small, times=["2026-01-02T00:00:00Z"], day="2026-01-02")
    assert everything.times == [dt.datetime(2026, 1, 2, tzinfo=dt.UTC)]
    assert everything.day == dt.date(2026, 1, 2)
    assert everything.to_dict()["day"] == "2026-01-02"


def test_list_with_a_time_that_cannot_be_read_is_set_aside_whole(small: Imported) -> None:
    times = ["2026-01-02T00:00:00Z", "soon"]
    everything = _read(small, times=times)
    assert everything.times is None
    assert everything.to_dict()["times"] == times


def test_quoted_values_read_by_their_schema(small: Imported) -> None:
    everything = _read(small, size="3", ratio="0.5", either="3", inside={"flag": "TRUE"})
    assert (everything.size, everything.ratio, everything.either) == (3, 0.5, "3")
    assert everything.inside.flag is True


def test_names_that_python_or_the_models_need_get_an_underscore(small: Imported) -> None:
    source = {"from": "a", "fileName": "b", "to_dict": "c", "unknown": 1}
    everything = _read(small, **source)
    assert (everything.from_, everything.file_name, everything.to_dict_) == ("a", "b", "c")
    assert everything.additional_properties == {"unknown": 1}
    assert everything.to_dict() == source


def test_plain_dicts_keep_the_wire_s_names(small: Imported) -> None:
    params = small("params")
    assert list(params.CircleParam.__annotations__) == ["kind", "radius"]
    assert list(params.SquareParam.__annotations__) == ["kind", "side", "$unit"]


def test_model_that_holds_itself_reads_to_the_bottom(imported: Imported, project: Project) -> None:
    project.document["paths"]["/tree"] = {"get": operation("things.tree", ref("Tree"))}
    found = imported("api.things.tree").parse(json_answer({"children": [{"children": []}]}))
    assert found.children[0].children == []


def test_models_that_hold_each_other_can_be_imported_in_any_order(
    imported: Imported, project: Project
) -> None:
    schemas = project.document["components"]["schemas"]
    for name, other in (("Hen", "Egg"), ("Egg", "Hen")):
        inside = {"type": "array", "items": ref(other)}
        schemas[name] = {"type": "object", "required": ["in"], "properties": {"in": inside}}
    project.document["paths"]["/hen"] = {"get": operation("things.hen", ref("Hen"))}
    found = imported("models.egg").Egg.from_dict({"in": [{"in": [{"in": []}]}]})
    assert [type(level).__name__ for level in (found, found.in_[0], found.in_[0].in_[0])] == [
        "Egg",
        "Hen",
        "Egg",
    ]


def test_discriminator_may_give_one_member_several_tags(
    imported: Imported, project: Project
) -> None:
    shape = project.document["components"]["schemas"]["Everything"]["properties"]["shape"]
    mapping = {"circle": "Circle", "ring": "Circle", "square": "Square"}
    shape["discriminator"] = {
        "propertyName": "kind",
        "mapping": {tag: ref(name)["$ref"] for tag, name in mapping.items()},
    }
    assert _read(imported, shape={"kind": "ring", "radius": 1}).shape.radius == 1


def test_all_of_becomes_one_model(imported: Imported, project: Project) -> None:
    schemas = project.document["components"]["schemas"]
    schemas["Ball"] = {
        "allOf": [ref("Blob"), {"type": "object", "required": ["size"], "properties": {"size": {}}}]
    }
    project.document["paths"]["/ball"] = {"get": operation("things.ball", ref("Ball"))}
    ball = imported("models").Ball.from_dict({})
    assert ball.missing_fields == ("mass", "size")


def test_answer_with_and_without_a_body_may_be_none(imported: Imported, project: Project) -> None:
    found = operation("things.drop", ref("Blob"))
    found["responses"]["204"] = {"description": "gone"}
    project.document["paths"]["/drop"] = {"delete": found}
    parse = imported("api.things.drop").parse
    assert parse(Answer(status_code=204)) is None
    assert parse(json_answer({"mass": 1})).mass == 1


@pytest.mark.parametrize("prose", ['ends with "', "has a \\ in it", 'has """ in it', "ünïcode"])
def test_prose_of_any_kind_stays_prose(imported: Imported, project: Project, prose: str) -> None:
    project.document["components"]["schemas"]["Blob"]["description"] = prose
    project.document["paths"]["/things"]["get"]["summary"] = prose
    text = imported("models").Blob.__doc__
    assert text.split("\n")[0].strip() == prose.replace('"""', "'''")


def test_a_property_has_the_type_that_the_settings_state() -> None:
    thing = {"type": "object", "properties": {"size": {"type": "string", "description": "Size."}}}
    document = {
        "paths": {"/a": {"get": _answering("Thing")}},
        "components": {"schemas": {"Thing": thing}},
    }
    derived = derive(document, {}, {"Thing.size": {"type": "integer"}})
    size = derived["components"]["schemas"]["Thing"]["properties"]["size"]
    assert size == {"type": "integer", "description": "Size."}


def test_a_type_for_a_property_that_is_not_there_is_refused() -> None:
    document: dict[str, Any] = {"paths": {}, "components": {"schemas": {}}}
    with pytest.raises(DocumentError, match=r"Thing\.size, which is no property"):
        derive(document, {}, {"Thing.size": {"type": "integer"}})


def _answering(name: str) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{name}"}
    content = {"application/json": {"schema": schema}}
    return {"operationId": "things.get", "responses": {"200": {"content": content}}}
