from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from document.yaml_text import read_yaml

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest
    from tests.unit.updates.conftest import Project

    Newer = Callable[[Callable[[dict[str, Any]], object]], dict[str, Any]]

SHELF = "/v1/shelves/{shelf_id}"


def _document(project: Project) -> dict[str, Any]:
    path = project.root / "openapi/mistral_openapi/document.json"
    document: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return document


def _content(project: Project) -> dict[str, Any]:
    """The document without its date."""
    return {key: value for key, value in _document(project).items() if key != "info"}


def _deprecate(document: dict[str, Any]) -> None:
    document["components"]["schemas"]["Wood"]["enum"] = ["oak"]


def test_a_run_leaves_document_client_and_kept_facts(project: Project) -> None:
    there = project.contents()
    assert "openapi/sources/2026-05-01.json" in there
    assert "openapi/mistral.yaml" in there
    assert "generated/mistral_generated/api/shelves/get.py" in there
    assert not [name for name in there if name.startswith((".build", "openapi/."))]


def test_the_newer_document_alone_is_enough(project: Project, newer: Newer) -> None:
    assert project.update(project.write(newer(_deprecate), "2026-06-01")) == 0
    assert _document(project)["components"]["schemas"]["Wood"]["enum"] == ["oak"]
    listed = (project.root / "openapi/source.toml").read_text("utf-8")
    assert listed.index("2026-06-01") < listed.index("2026-05-01")


def test_report_and_changelog_tell_what_changed(project: Project, newer: Newer) -> None:
    assert project.update(project.write(newer(_deprecate), "2026-06-01")) == 0
    report = (project.root / "openapi/drift/2026-06-01.md").read_text("utf-8")
    assert "response-enum-value-removed" in report
    log = (project.root / "CHANGELOG.md").read_text("utf-8")
    assert "## [Unreleased]" in log
    assert "Next version: 0.3.2 (compatible: " in log


def test_what_breaks_asks_for_the_next_minor_version(
    project: Project, newer: Newer, capsys: pytest.CaptureFixture[str]
) -> None:
    def drop(document: dict[str, Any]) -> None:
        del document["components"]["schemas"]["Shelf"]["properties"]["title"]
        document["components"]["schemas"]["Shelf"]["required"] = []

    project.edit("prose/all.yaml", "{title: Poems}", "{description: Poems}")
    assert project.update(project.write(newer(drop), "2026-06-01")) == 0
    assert "next version: 0.4.0 (breaking: " in capsys.readouterr().out


def test_the_same_document_again_changes_nothing(project: Project, newer: Newer) -> None:
    document = project.write(newer(_deprecate), "2026-06-01")
    assert project.update(document) == 0
    before = project.contents()
    assert project.update(document) == 0
    assert project.contents() == before
    assert project.update() == 0
    assert project.contents() == before


def test_a_draft_that_was_released_does_not_come_back(project: Project, newer: Newer) -> None:
    assert project.update(project.write(newer(_deprecate), "2026-06-01")) == 0
    log, report = (project.root / one for one in ("CHANGELOG.md", "openapi/drift/2026-06-01.md"))
    fresh = report.read_bytes()
    log.write_text("# Changelog\n\n## [0.4.0]\n\n- Oak alone.\n", encoding="utf-8")
    report.write_text("As an older version of this project told it.", encoding="utf-8")
    assert project.update() == 0
    assert "## [Unreleased]" not in log.read_text("utf-8")
    assert report.read_bytes() == fresh


def test_an_operation_that_only_the_older_document_has_stays(
    project: Project, newer: Newer
) -> None:
    document = newer(lambda document: document["paths"].pop("/v1/books"))
    path = project.write(document, "2026-06-01")
    assert project.update(path, "--accept-removals") == 0
    books = _document(project)["paths"]["/v1/books"]["get"]
    assert books["x-mistral-gone"] == "2026-06-01"
    assert "Book" in _document(project)["components"]["schemas"]


def test_a_document_that_drops_more_than_a_tenth_is_refused(
    project: Project, newer: Newer, capsys: pytest.CaptureFixture[str]
) -> None:
    before = project.contents()
    document = newer(lambda document: document["paths"].pop("/v1/books"))
    assert project.update(project.write(document, "2026-06-01")) == 1
    told = capsys.readouterr().err
    assert "1 of the 2 operations" in told
    assert "GET /v1/books" in told
    assert "--accept-removals" in told
    assert project.contents() == before


def test_words_for_a_field_that_was_dropped_are_stale(
    project: Project, newer: Newer, capsys: pytest.CaptureFixture[str]
) -> None:
    words = "  - target: $.components.schemas.Shelf\n    update:\n      properties:\n"
    words += "        wood: {description: What it is made of.}\n"
    path = project.root / "openapi/prose/all.yaml"
    path.write_text(path.read_text("utf-8") + words, encoding="utf-8")
    before = project.contents()
    document = newer(
        lambda document: document["components"]["schemas"]["Shelf"]["properties"].pop("wood")
    )
    assert project.update(project.write(document, "2026-06-01")) == 3
    told = capsys.readouterr()
    assert "stale, properties.wood is not there" in told.out
    assert "openapi/prose/all.yaml" in told.out
    assert project.contents() == before


def _add(document: dict[str, Any]) -> None:
    """A new operation with all that can be missing."""
    answer = {"application/json": {"schema": {"$ref": "#/components/schemas/RackOut"}}}
    document["paths"]["/v1/shelves/{shelf_id}/rack"] = {
        "get": {
            "operationId": "rack_v1",
            "parameters": document["paths"][SHELF]["parameters"],
            "responses": {"200": {"content": answer}},
        }
    }
    document["components"]["schemas"]["RackOut"] = {
        "type": "object",
        "additionalProperties": False,
        "required": ["colour"],
        "properties": {"colour": {"type": "string", "enum": ["red", "blue"]}},
    }


def test_all_that_is_missing_is_told_at_once_with_drafts(
    project: Project, newer: Newer, capsys: pytest.CaptureFixture[str]
) -> None:
    before = project.contents()
    assert project.update(project.write(newer(_add), "2026-06-01")) == 3
    told = capsys.readouterr()
    assert "\nGET /v1/shelves/{shelf_id}/rack\n" in told.out
    for part in (
        "no operationId",
        "operationId: shelves.get_rack",
        "closes an answer",
        "mark it in enums_open.yaml",
        "title: Rack",
        "its summary has to be",
        "no example",
        "openapi/prose/shelves.yaml",
        "x-draft: true",
    ):
        assert part in told.out
    assert "nothing has changed" in told.err
    assert project.contents() == before


def _go_over(project: Project) -> int:
    """Make words of all drafts; how many there were."""
    count = 0
    for path in (project.root / "openapi").glob("[cp][ur]*/*.yaml"):
        text = path.read_text("utf-8")
        count += text.count("x-draft: true")
        undrafted = re.sub(r"(?m)^    x-draft: true\n|^ *# DRAFT.*\n", "", text)
        path.write_text(undrafted.replace("DRAFT: ", "A "), encoding="utf-8")
    return count


def _add_group(document: dict[str, Any]) -> None:
    """New operations under a path of their own: two that may stream, one that only does."""
    reference = {"schema": {"$ref": "#/components/schemas/Vase"}}
    both = {"application/json": reference, "text/event-stream": reference}
    for path in ("/v1/vases", "/v1/vases/{vase_id}"):
        ok = {"200": {"description": "d", "content": both}}
        document["paths"][path] = {"post": {"operationId": path, "responses": ok}}
    identified = {"name": "vase_id", "in": "path", "required": True, "schema": {"type": "string"}}
    document["paths"]["/v1/vases/{vase_id}"]["post"]["parameters"] = [identified]
    events = {"text/event-stream": {"schema": {"$ref": "#/components/schemas/VaseEvent"}}}
    document["paths"]["/v1/vases/{vase_id}/watch"] = {
        "get": {
            "operationId": "watch",
            "parameters": [identified],
            "responses": {"200": {"description": "d", "content": events}},
        }
    }
    kinds = {name: _thing(kind={"const": name.lower()}) for name in ("Cracked", "Filled")}
    either = [{"$ref": f"#/components/schemas/{name}"} for name in kinds]
    document["components"]["schemas"] |= kinds | {
        "Vase": _thing(height={"type": "integer"}),
        "VaseEvent": _thing(event={"type": "string"}, data={"oneOf": either}),
    }


def _thing(**fields: Any) -> dict[str, Any]:
    """An object that requires all its fields."""
    return {"type": "object", "required": list(fields), "properties": fields}


def test_a_new_group_with_streams_is_whole_once_its_drafts_are_gone_over(
    project: Project, newer: Newer, capsys: pytest.CaptureFixture[str]
) -> None:
    group = '[[group]]\nname = "vases"\noperations = ["* /v1/vases", "* /v1/vases/*"]\n\n[[group]]'
    path = project.root / "openapi/source.toml"
    path.write_text(path.read_text("utf-8").replace("[[group]]", group, 1), encoding="utf-8")
    assert project.update(project.write(newer(_add_group), "2026-06-01"), "--drafts") == 3
    assert "tag vases: no entry in tags" in capsys.readouterr().out
    assert _go_over(project) > 4
    assert project.update() == 0, capsys.readouterr()
    added = _document(project)["paths"]["/v1/vases"]["post"]
    assert added["tags"] == ["vases"]
    vase = "#/components/schemas/Vase"
    assert added["x-mistral-stream"] == {"method": "stream", "data": vase, "when": {"stream": True}}
    again = _document(project)["paths"]["/v1/vases/{vase_id}"]["post"]
    assert again["operationId"] == "vases.create_again"
    assert again["x-mistral-stream"]["method"] == "stream_again"
    watch = _document(project)["paths"]["/v1/vases/{vase_id}/watch"]["get"]
    assert watch["operationId"] == "vases.watch.get"
    assert watch["x-mistral-stream"] == {
        "method": "get",
        "data": "#/components/schemas/VaseEventData",
    }


def test_drafts_are_written_marked_and_refused_until_they_are_gone_over(
    project: Project, newer: Newer, capsys: pytest.CaptureFixture[str]
) -> None:
    document = project.write(newer(_add), "2026-06-01")
    assert project.update(document, "--drafts") == 3
    capsys.readouterr()
    assert project.update() == 3
    assert "a draft; go over it" in capsys.readouterr().out
    assert _go_over(project) > 4
    assert project.update() == 0, capsys.readouterr()
    added = _document(project)["paths"]["/v1/shelves/{shelf_id}/rack"]["get"]
    assert added["operationId"] == "shelves.get_rack"
    assert "Rack" in _document(project)["components"]["schemas"]


def test_a_broken_target_hides_no_other_problem(
    project: Project, newer: Newer, capsys: pytest.CaptureFixture[str]
) -> None:
    project.edit("curation/names.yaml", "$.components.schemas.Wood\n", "$.components.schemas.Oak\n")
    assert project.update(project.write(newer(_add), "2026-06-01")) == 3
    told = capsys.readouterr().out
    assert "the target matches nothing" in told
    assert "no operationId" in told


def test_a_client_that_cannot_be_generated_leaves_everything(
    project: Project, newer: Newer, capsys: pytest.CaptureFixture[str]
) -> None:
    for template in (project.root / "overrides/templates").glob("*.jinja"):
        template.write_text("{{ this is no template", encoding="utf-8")
    before = project.contents()
    assert project.update(project.write(newer(_deprecate), "2026-06-01")) == 1
    told = capsys.readouterr().err
    assert "step 5/6 client: " in told
    assert ".jinja, line 1: " in told
    assert project.contents() == before


def test_kept_facts_hold_no_sentence(project: Project) -> None:
    text = (project.root / "openapi/sources/2026-05-01.json").read_text("utf-8")
    kept = read_yaml(text, "kept")
    assert "/v1/lamps" in kept["paths"]
    for words in ("Fetches the shelf", "What is on this shelf", "All the shelves", "Poems"):
        assert words not in text


def test_a_file_without_a_date_is_of_the_day_that_is_given(project: Project, newer: Newer) -> None:
    path = project.write(newer(_deprecate), "2026-06-01").rename(project.beside / "shelves.yaml")
    assert project.update(path, "--date", "2026-06-02") == 0
    assert (project.root / "openapi/sources/2026-06-02.json").exists()


def _called(project: Project, name: str) -> str:
    """The facade of a group, as text."""
    return (project.root / f"generated/mistral_generated/api/{name}/__init__.py").read_text("utf-8")


def test_a_method_with_another_name_keeps_the_old_one_until_after_the_next_release(
    project: Project,
) -> None:
    project.edit("curation/names.yaml", "shelves.get", "shelves.fetch")
    assert project.update() == 0
    renamed = project.root / "openapi/renamed.yaml"
    assert "old: shelves.get\n  new: shelves.fetch\n  after: 0.3.1" in renamed.read_text("utf-8")
    assert "    def get(" in _called(project, "shelves")
    log = project.root / "CHANGELOG.md"
    assert "- `client.shelves.get` is called `client.shelves.fetch`." in log.read_text("utf-8")
    before = project.contents()
    assert project.update() == 0
    assert project.contents() == before
    text = log.read_text("utf-8").replace("## [Unreleased]", "## [Unreleased]\n\n## [0.4.0]")
    log.write_text(text, encoding="utf-8")
    assert project.update() == 0
    assert not renamed.exists()
    assert "    def get(" not in _called(project, "shelves")


def test_a_name_that_comes_back_is_no_old_one_any_more(project: Project) -> None:
    project.edit("curation/names.yaml", "shelves.get", "shelves.fetch")
    assert project.update() == 0
    project.edit("curation/names.yaml", "shelves.fetch", "shelves.get")
    assert project.update() == 0
    assert "old: shelves.fetch" in (project.root / "openapi/renamed.yaml").read_text("utf-8")
    assert "old: shelves.get" not in (project.root / "openapi/renamed.yaml").read_text("utf-8")


def test_new_operations_that_no_group_takes_are_named(
    project: Project, newer: Newer, capsys: pytest.CaptureFixture[str]
) -> None:
    def add(document: dict[str, Any]) -> None:
        answers = {"200": {"description": "d"}}
        document["paths"]["/v9/hooks"] = {"get": {"operationId": "h", "responses": answers}}

    assert project.update(project.write(newer(add), "2026-06-01")) == 0
    told = capsys.readouterr().out
    assert "1 new operation in no group" in told
    assert "GET /v9/hooks" in told


def test_a_schema_that_upstream_calls_otherwise_keeps_name_and_words(
    project: Project, newer: Newer
) -> None:
    def rename(document: dict[str, Any]) -> None:
        text = json.dumps(document).replace("schemas/Shelf", "schemas/Board")
        document |= json.loads(text)
        document["components"]["schemas"]["Board"] = document["components"]["schemas"].pop("Shelf")

    before = _content(project)
    assert project.update(project.write(newer(rename), "2026-06-01")) == 0
    assert _content(project) == before
    listed = (project.root / "openapi/source.toml").read_text("utf-8")
    assert '[schemas]\n"Board" = "Shelf"\n' in listed
    report = (project.root / "openapi/drift/2026-06-01.md").read_text("utf-8")
    assert "`GET /v1/shelves/{shelf_id}` | `client.shelves.get`" in report


def test_a_placeholder_that_upstream_calls_otherwise_keeps_its_name(
    project: Project, newer: Newer
) -> None:
    def rename(document: dict[str, Any]) -> None:
        item = document["paths"].pop(SHELF)
        item["parameters"][0]["name"] = "id"
        document["paths"]["/v1/shelves/{id}"] = item

    before = _content(project)
    assert project.update(project.write(newer(rename), "2026-06-01")) == 0
    assert _content(project) == before


def test_the_changelog_names_the_methods_of_a_change(project: Project, newer: Newer) -> None:
    def narrow(document: dict[str, Any]) -> None:
        document["components"]["schemas"]["Shelf"]["properties"]["title"]["type"] = "integer"

    project.edit("prose/all.yaml", "{title: Poems}", "{title: 1}")
    assert project.update(project.write(newer(narrow), "2026-06-01")) == 0
    log = (project.root / "CHANGELOG.md").read_text("utf-8")
    assert "(`client.shelves.get`)" in log


def test_an_answer_that_upstream_documents_now_gives_way_to_the_shared_one(
    project: Project, newer: Newer, capsys: pytest.CaptureFixture[str]
) -> None:
    before = _content(project)

    def document_it(document: dict[str, Any]) -> None:
        content = {"application/json": {"schema": {"type": "string"}}}
        answers = document["paths"][SHELF]["get"]["responses"]
        answers["429"] = {"description": "Too many of them.", "content": content}

    assert project.update(project.write(newer(document_it), "2026-06-01")) == 0, capsys.readouterr()
    assert _content(project) == before


def _move(document: dict[str, Any]) -> None:
    document["paths"]["/v2/books"] = document["paths"].pop("/v1/books")


def test_a_path_that_upstream_moved_takes_operation_words_and_corrections_along(
    project: Project, newer: Newer, capsys: pytest.CaptureFixture[str]
) -> None:
    old = "  - target: $.paths['/v1/books'].get\n    update: {operationId: books.list, "
    head = "  - target: $.paths\n    update:\n      /v1/books:\n"
    keyed = head + "        get: {operationId: books.list, "
    project.edit("curation/names.yaml", f"{old}x-mistral", f"{keyed}x-mistral")
    before = _document(project)["paths"]
    assert project.update(project.write(newer(_move), "2026-06-01")) == 0
    assert "/v1/books is /v2/books now" in capsys.readouterr().out
    moved = _document(project)["paths"]
    assert moved.pop("/v2/books") == before.pop("/v1/books")
    assert moved == before
    listed = (project.root / "openapi/source.toml").read_text("utf-8")
    assert '[moved]\n"/v1/books" = "/v2/books"\n' in listed


def test_a_path_that_moved_twice_is_where_it_came_to_last(project: Project, newer: Newer) -> None:
    def again(document: dict[str, Any]) -> None:
        document["paths"]["/v3/books"] = document["paths"].pop("/v1/books")

    assert project.update(project.write(newer(_move), "2026-06-01")) == 0
    assert project.update(project.write(newer(again), "2026-07-01")) == 0
    assert "/v3/books" in _document(project)["paths"]
    assert not {"/v1/books", "/v2/books"} & _document(project)["paths"].keys()


def test_a_path_of_which_a_method_stays_does_not_move(project: Project, newer: Newer) -> None:
    def part(document: dict[str, Any]) -> None:
        answers = {"204": {"description": "d"}}
        document["paths"]["/v1/books"]["delete"] = {"operationId": "b", "responses": answers}

    def move(document: dict[str, Any]) -> None:
        part(document)
        document["paths"]["/v2/books"] = {"get": document["paths"]["/v1/books"].pop("get")}

    assert project.update(project.write(newer(part), "2026-06-01")) == 0
    new = project.write(newer(move), "2026-07-01")
    assert project.update(new, "--accept-removals") == 0
    assert "/v1/books" in _document(project)["paths"]


def test_a_document_in_the_words_of_openapi_3_0_changes_nothing(
    project: Project, newer: Newer
) -> None:
    def plainly(document: dict[str, Any]) -> None:
        field = document["components"]["schemas"]["Shelf"]["properties"]["description"]
        field |= {"anyOf": [{"type": field.pop("type")}, {"type": "null"}]}

    def otherwise(document: dict[str, Any]) -> None:
        document["openapi"] = "3.0.3"
        document["components"]["schemas"]["Shelf"]["properties"]["description"]["nullable"] = True

    assert project.update(project.write(newer(plainly), "2026-06-01")) == 0
    before = _content(project)
    assert project.update(project.write(newer(otherwise), "2026-07-01")) == 0
    assert _content(project) == before


def test_a_correction_that_removes_what_is_used_hides_no_other_problem(
    project: Project, newer: Newer, capsys: pytest.CaptureFixture[str]
) -> None:
    names = project.root / "openapi/curation/names.yaml"
    action = "  - target: $.components.schemas.Book\n    remove: true\n"
    sources = "    x-reason: Nothing uses it.\n    x-evidence: Our choice.\n"
    names.write_text(names.read_text("utf-8") + action + sources, encoding="utf-8")
    assert project.update(project.write(newer(_add), "2026-06-01")) == 3
    told = capsys.readouterr().out
    assert "removes Book, which is used; take it out" in told
    assert "nothing is there" not in told
    assert "no operationId" in told


def test_what_pages_by_something_that_is_gone_is_told_with_the_file_about_paging(
    project: Project, newer: Newer, capsys: pytest.CaptureFixture[str]
) -> None:
    def rename(document: dict[str, Any]) -> None:
        document["paths"]["/v1/books"]["get"]["parameters"][0]["name"] = "after"

    assert project.update(project.write(newer(rename), "2026-06-01")) == 3
    told = capsys.readouterr().out
    assert (
        "openapi/curation/paging.yaml\n    - GET /v1/books: pages by the parameter 'page'" in told
    )


def test_a_parameter_that_pages_is_not_asked_what_it_is_besides(
    project: Project, newer: Newer, capsys: pytest.CaptureFixture[str]
) -> None:
    def rename(document: dict[str, Any]) -> None:
        parameters = document["paths"]["/v1/books"]["get"]["parameters"]
        parameters[0]["name"] = "page_number"
        parameters.append({"name": "turn", "in": "query", "schema": {"type": "integer"}})

    path = project.root / "openapi/source.toml"
    text = path.read_text("utf-8").replace("[[group]]\n", "[[group]]\ndeclared = true\n")
    path.write_text(text, encoding="utf-8")
    listed = "page: page}, x-mistral-resource: {name: shelf, role: list}}"
    project.edit("curation/names.yaml", "page: page}}", listed)
    assert project.update(project.write(newer(rename), "2026-06-01")) == 3
    told = capsys.readouterr().out
    assert "page: page_number" in told
    assert "the parameter turn is no paging, filter or sort" in told
    assert "the parameter page_number is" not in told


def test_an_example_that_does_not_fit_any_more_is_mended_by_its_drafts(
    project: Project, newer: Newer, capsys: pytest.CaptureFixture[str]
) -> None:
    def measure(document: dict[str, Any]) -> None:
        shelf = document["components"]["schemas"]["Shelf"]
        shelf["properties"]["size"] = {"$ref": "#/components/schemas/Size"}
        shelf["required"] = [*shelf["required"], "size"]
        document["components"]["schemas"]["Size"] = _thing(width={"type": "integer"})

    assert project.update(project.write(newer(measure), "2026-06-01"), "--drafts") == 3
    assert '"size" is a required property' in capsys.readouterr().out
    assert _go_over(project) > 0
    assert project.update() == 0, capsys.readouterr()
    answer = _document(project)["paths"][SHELF]["get"]["responses"]["200"]
    [example] = answer["content"]["application/json"]["examples"].values()
    assert example["value"]["size"] == {"width": 1}


def test_members_of_a_union_that_are_written_in_place_have_names_of_their_own(
    project: Project, newer: Newer, capsys: pytest.CaptureFixture[str]
) -> None:
    def add_unions(document: dict[str, Any]) -> None:
        kinds = [
            _thing(kind={"const": kind}, height={"type": "integer"}) for kind in ("oak", "ash")
        ]
        tag = {"propertyName": "kind"}
        plain = [_thing(width={"type": "integer"}), _thing(depth={"type": "integer"})]
        document["components"]["schemas"]["Shelf"]["properties"] |= {
            "tree": {"oneOf": kinds, "discriminator": tag},
            "measure": {"anyOf": plain},
        }

    assert project.update(project.write(newer(add_unions), "2026-06-01"), "--drafts") == 3
    assert "None" not in capsys.readouterr().out
    _go_over(project)
    assert project.update() == 0, capsys.readouterr()
    schemas = _document(project)["components"]["schemas"]
    assert schemas["ShelfTree"]["discriminator"]["mapping"].keys() == {"oak", "ash"}
    assert schemas["ShelfTreeOak"]["properties"].keys() == {"kind", "height"}
    assert schemas["ShelfMeasureOther"]["properties"].keys() == {"depth"}


def test_a_schema_whose_name_has_dots_and_dashes_gets_drafts_too(
    project: Project, newer: Newer, capsys: pytest.CaptureFixture[str]
) -> None:
    def add(document: dict[str, Any]) -> None:
        schemas = document["components"]["schemas"]
        schemas["api.v1.Rack-Output"] = _thing(width={"type": "integer"})
        rack = {"$ref": "#/components/schemas/api.v1.Rack-Output"}
        schemas["Shelf"]["properties"]["rack"] = rack

    assert project.update(project.write(newer(add), "2026-06-01"), "--drafts") == 3
    capsys.readouterr()
    _go_over(project)
    assert project.update() == 0, capsys.readouterr()
    schemas = _document(project)["components"]["schemas"]
    assert not [name for name in schemas if not name.isalnum()]
    assert [one for one in schemas.values() if "width" in one.get("properties", {})]


def test_a_file_that_cannot_be_read_is_named_where_it_is(
    project: Project, newer: Newer, capsys: pytest.CaptureFixture[str]
) -> None:
    path = project.root / "openapi/source.toml"
    path.write_text("no toml", encoding="utf-8")
    assert project.update(project.write(newer(_deprecate), "2026-06-01")) == 1
    assert f"{path} cannot be read" in capsys.readouterr().err


def test_a_list_that_answers_otherwise_is_told_and_stops_nothing(
    project: Project, newer: Newer, capsys: pytest.CaptureFixture[str]
) -> None:
    def move(document: dict[str, Any]) -> None:
        answers = document["paths"]["/v1/books"]["get"]["responses"]
        answers["204"] = {"description": "d"}
        del answers["200"]

    before = project.contents()
    assert project.update(project.write(newer(move), "2026-06-01")) == 3
    told = capsys.readouterr().out
    assert "GET /v1/books: has no list at" in told
    assert "responses.200 is not there" in told
    assert project.contents() == before


def test_declarations_are_asked_for_together_with_all_else(
    project: Project, newer: Newer, capsys: pytest.CaptureFixture[str]
) -> None:
    def ask(document: dict[str, Any]) -> None:
        room = {"name": "room_id", "in": "query", "schema": {"type": "string"}}
        document["paths"]["/v1/books"]["get"]["parameters"].append(room)
        document["components"]["schemas"]["Shelf"]["properties"]["colour"] = {
            "type": "string",
            "enum": ["red", "blue"],
        }

    path = project.root / "openapi/source.toml"
    declared = path.read_text("utf-8").replace("[[group]]\n", "[[group]]\ndeclared = true\n")
    path.write_text(declared, encoding="utf-8")
    assert project.update(project.write(newer(ask), "2026-06-01")) == 3
    told = capsys.readouterr().out
    assert "Shelf.properties.colour: answers use this enum" in told
    assert "the parameter room_id is an id of nothing: declare" in told


def test_a_path_that_lacks_its_parameter_is_told_with_a_draft_of_it(
    project: Project, newer: Newer, capsys: pytest.CaptureFixture[str]
) -> None:
    def forget(document: dict[str, Any]) -> None:
        answers = {"204": {"description": "d"}}
        document["paths"][SHELF + "/rack"] = {"get": {"operationId": "r", "responses": answers}}

    assert project.update(project.write(newer(forget), "2026-06-01"), "--drafts") == 3
    told = capsys.readouterr().out
    assert "\nGET /v1/shelves/{shelf_id}/rack\n" in told
    assert "  openapi/curation/required.yaml\n" in told
    assert "has no path parameter 'shelf_id'; add it in curation/required.yaml" in told
    _go_over(project)
    assert project.update() == 0, capsys.readouterr()
    given = _document(project)["paths"][SHELF + "/rack"]["get"]["parameters"]
    assert [(one["name"], one["schema"]) for one in given] == [
        ("shelf_id", {"type": "string", "format": "uuid"})
    ]


def test_what_words_tell_of_something_that_is_gone_is_drafted_away(
    project: Project, newer: Newer, capsys: pytest.CaptureFixture[str]
) -> None:
    words = "  - target: $.components.schemas.Shelf\n    update:\n      properties:\n"
    words += "        title: {description: Its name.}\n        wood: {description: Oak.}\n"
    words += "  # What follows is about wood.\n  - target: $.components.schemas.Wood\n"
    words += "    update: {description: Trees.}\n"
    path = project.root / "openapi/prose/all.yaml"
    path.write_text(path.read_text("utf-8") + words, encoding="utf-8")
    document = newer(
        lambda document: document["components"]["schemas"]["Shelf"]["properties"].pop("wood")
    )
    assert project.update(project.write(document, "2026-06-01"), "--drafts") == 3
    assert "stale, properties.wood is not there" in capsys.readouterr().out
    drafted = path.read_text("utf-8")
    assert "      properties:\n        title:\n          description: Its name.\n" in drafted
    assert "  # - target: $.components.schemas.Wood\n  #   update: {des" in drafted
    _go_over(project)
    assert project.update() == 0, capsys.readouterr()


def test_declarations_of_a_new_group_come_in_the_first_round(
    project: Project, newer: Newer, capsys: pytest.CaptureFixture[str]
) -> None:
    group = '[[group]]\nname = "vases"\ndeclared = true\noperations = ["* /v1/vases", '
    path = project.root / "openapi/source.toml"
    text = path.read_text("utf-8").replace("[[group]]", f'{group}"* /v1/vases/*"]\n\n[[group]]', 1)
    path.write_text(text, encoding="utf-8")

    def add(document: dict[str, Any]) -> None:
        _add_group(document)
        asked = {"name": "wood_id", "in": "query", "schema": {"type": "string"}}
        document["paths"]["/v1/vases"]["post"]["parameters"] = [asked]

    assert project.update(project.write(newer(add), "2026-06-01"), "--drafts") == 3
    told = capsys.readouterr().out
    assert "no operationId" in told
    assert "the parameter wood_id is an id of nothing: declare x-mistral-reference" in told
    assert "openapi/curation/model_vases.yaml" in told
    _go_over(project)
    assert project.update() == 0, capsys.readouterr()


SAMPLES = """\
# What the suite sends.
[targets.room_id]
operation = "books.list"

[samples."books.list"]
# What follows pages.
query = { page = "1" }
"""


def test_what_the_suite_sends_is_drafted_with_what_became_required(
    project: Project, newer: Newer, capsys: pytest.CaptureFixture[str]
) -> None:
    file = project.root / "conformance/mistral_conformance/groups/shelves.toml"
    file.parent.mkdir(parents=True)
    file.write_text(SAMPLES, encoding="utf-8")

    def demand(document: dict[str, Any]) -> None:
        room = {"name": "room_id", "in": "query", "required": True, "schema": {"type": "string"}}
        document["paths"]["/v1/books"]["get"]["parameters"].append(room)

    assert project.update(project.write(newer(demand), "2026-06-01"), "--drafts") == 3
    told = capsys.readouterr().out
    assert "\n  conformance/mistral_conformance/groups/shelves.toml\n" in told
    assert '[samples."books.list"] query: what the conformance suite sends is refused now' in told
    assert '"room_id" is a required property' in told
    drafted = file.read_text("utf-8")
    assert '# DRAFT: "room_id" is a required property\n[samples."books.list"]' in drafted
    assert 'query = { page = "1", room_id = "$room_id" }' in drafted
    assert "# What follows pages." in drafted
    assert project.update() == 3
    assert "take away its line `# DRAFT`" in capsys.readouterr().out
    file.write_text(drafted.replace("# DRAFT", "#"), encoding="utf-8")
    _go_over(project)
    assert project.update() == 0, capsys.readouterr()


def test_settings_about_a_schema_that_is_gone_are_told_with_all_else(
    project: Project, newer: Newer, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = project.root / "overrides/generator.toml"
    row = '[generator.class_overrides.Wood]\nmodule_name = "wood"\n'
    settings.write_text(settings.read_text("utf-8") + row, encoding="utf-8")
    document = newer(
        lambda document: document["components"]["schemas"]["Shelf"]["properties"].pop("wood")
    )
    assert project.update(project.write(document, "2026-06-01")) == 3
    told = capsys.readouterr().out
    assert "\n  overrides/generator.toml\n    - [generator.class_overrides] Wood: the sch" in told
    assert "openapi/curation/names.yaml" in told


def test_an_announcement_that_has_come_true_is_told_with_all_else_and_drafted_away(
    project: Project, newer: Newer, capsys: pytest.CaptureFixture[str]
) -> None:
    path = project.root / "openapi/eras.yaml"
    path.write_text(
        "dates:\n"
        "  - operations: &both [shelves.get]\n"
        "    at: [answer/200/gone]\n"
        "    document: 2026-05-01\n"
        "    day: null\n"
        "    evidence: seen\n"
        "announced:\n"
        "  - {id: wood-goes, operations: *both, at: answer/200/wood, evidence: shelves.stand}\n"
        "  - {id: title-goes, operations: *both, at: answer/200/title, evidence: shelves.stand}\n",
        encoding="utf-8",
    )

    def drop(document: dict[str, Any]) -> None:
        document["components"]["schemas"]["Shelf"]["properties"].pop("wood")

    assert project.update(project.write(newer(drop), "2026-06-01"), "--drafts") == 3
    told = capsys.readouterr().out
    assert "the announcement wood-goes: fits nothing that the documents tell now" in told
    assert "the date of shelves.get at answer/200/gone: fits nothing" in told
    assert "title-goes" not in told
    _go_over(project)
    assert project.update() == 3
    assert "openapi/eras.yaml\n    - drafts: go over each" in capsys.readouterr().out
    drafted = path.read_text("utf-8")
    assert '  # - {id: wood-goes, operations: ["shelves.get"], at: ' in drafted
    path.write_text(re.sub("(?m)^ *#.*\n", "", drafted), encoding="utf-8")
    assert project.update() == 0, capsys.readouterr()
