"""What the model derives from shapes and names, and what declarations change."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest

import mistral_openapi
from mistral_conformance.laws import load_laws
from mistral_conformance.laws.law import QUICK, Law, Subject
from mistral_conformance.laws.schemas import changing_schema
from mistral_conformance.model import Origin, load_model, read_model
from mistral_conformance.model.document import Document
from mistral_conformance.model.gaps import find_gaps
from mistral_conformance.report.knowledge import tell_resource, tell_resources
from mistral_conformance.verdict.requirement import MUST, SHOULD

if TYPE_CHECKING:
    from collections.abc import Callable

GROUPS = ("beta.libraries.", "files.", "models.", "chat.")


@pytest.fixture
def raw() -> dict[str, Any]:
    """A copy of the document to change."""
    return deepcopy(mistral_openapi.load())


def test_paths_tell_what_operations_do() -> None:
    library = load_model().resources["library"]
    assert library.create == "beta.libraries.create"
    assert library.read == "beta.libraries.get"
    assert library.changes == ("beta.libraries.update", "beta.libraries.update_with_put")
    assert library.children == ("document", "access")


def test_urls_are_links_and_bytes_are_content() -> None:
    file = load_model().resources["file"]
    assert file.links == ("files.get_signed_url",)
    assert file.content == "files.download"


def test_states_move_by_themselves_wherever_they_are_declared() -> None:
    model = load_model()
    states = {name: model.states_of(name) for name in model.resources}
    moves = {name: model.resources[name].fields[s.field].moves for name, s in states.items() if s}
    assert set(moves.values()) == {"alone"}
    assert {"batch_job", "fine_tuning_job", "document", "execution"} <= moves.keys()


@pytest.mark.parametrize(
    ("operation", "parameter", "resource"),
    [
        ("fine_tuning.jobs.get", "job_id", "fine_tuning_job"),
        ("batch.jobs.get", "job_id", "batch_job"),
        ("workflows.runs.get_run", "run_id", "workflow_run"),
        ("beta.skills.get_version", "version", "skill_version"),
    ],
)
def test_parameters_of_one_name_are_told_apart_by_their_paths(
    operation: str, parameter: str, resource: str
) -> None:
    found = [
        each.resource
        for each in load_model().references
        if (each.place.operation, each.place.name) == (operation, parameter)
    ]
    assert found == [resource]


def test_methods_tell_the_level_that_operations_take() -> None:
    levels = {each.operation: each for each in load_model().levels}
    assert levels["beta.libraries.documents.text_content"].level == "view"
    assert levels["beta.libraries.update"].level == "edit"
    assert str(levels["beta.libraries.update"].origin) == "derived: the method PATCH"
    assert levels["beta.libraries.delete"].level == "own"
    assert levels["beta.libraries.delete"].origin.chosen


def test_a_share_gives_a_level_to_a_user_a_workspace_or_an_organisation() -> None:
    (grant,) = load_model().grants
    assert (grant.resource, grant.parent) == ("access", "library")
    assert grant.word("edit") == "Editor"
    assert list(grant.kinds.values()) == ["user", "workspace", "org"]


def test_a_link_lives_as_its_parameter_asks() -> None:
    lives = {each.operation: each for each in load_model().lifetimes}
    life = lives["files.get_signed_url"]
    assert (life.lifetime_s, life.least, life.most) == (86400, 1, 168)


def test_ids_inside_of_bodies_are_references() -> None:
    places = {str(each.place): each.resource for each in load_model().references}
    assert places["chat.complete:messages.*.content.*.file_id"] == "file"
    assert places["chat.complete:tools.*.library_ids"] == "library"


def test_collections_of_one_name_are_told_apart() -> None:
    assert {"batch_job", "fine_tuning_job"} <= load_model().resources.keys()


def test_nobody_knows_what_null_does_where_the_document_says_so() -> None:
    model = load_model()
    unknown = {"models.update": {"name", "description"}}
    said: dict[str, set[str]] = {}
    for resource in model.resources.values():
        for field in filter(lambda each: each.changed, resource.fields.values()):
            schema = changing_schema(model.document, resource, field)
            if re.search("null (does|clears it) is nowhere told", schema.get("description", "")):
                assert field.null != "clears", f"{resource.name}.{field.name}"
                said.setdefault(field.through or resource.changes[0], set()).add(field.changed)
    assert unknown.items() <= said.items()


def test_what_requests_take_and_answers_show_is_the_clients() -> None:
    fields = load_model().resources["library"].fields
    assert fields["description"].owner == "client"
    assert fields["description"].null == "clears"
    assert fields["created_at"].owner == "server"
    assert str(fields["description"].origin).startswith("derived: ")


def test_a_declaration_brings_its_reason_and_evidence() -> None:
    origin = load_model().resources["document"].fields["size"].origin
    assert origin.pointer == "/components/schemas/Document/properties/size/x-mistral-field"
    assert origin.why.startswith("An upload is one part")
    assert origin.evidence.startswith("reference-page")


def test_parameters_named_like_fields_are_filters() -> None:
    filters = {each.parameter: each for each in load_model().lists["files.list"].filters}
    assert filters["mimetypes"].field == "mimetype"
    assert filters["mimetypes"].repeats
    assert filters["search"].compare == "contains"


def test_an_id_in_a_path_refers_to_its_resource() -> None:
    found = {str(each.place): each.resource for each in load_model().references}
    assert found["files.retrieve:file_id"] == "file"
    assert found["beta.libraries.documents.get:library_id"] == "library"
    assert found["chat.complete:model"] == "model"


def test_declared_groups_leave_nothing_open() -> None:
    model = load_model()
    gaps = {
        each.id: list(find_gaps(model, each))
        for each in model.document.operations.values()
        if each.id.startswith(GROUPS)
    }
    assert {name: each for name, each in gaps.items() if each} == {}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda paths: paths["/v1/files"]["get"]["parameters"].append(
            {"name": "colour", "in": "query", "schema": {"type": "string"}}
        ), "the parameter colour is no paging, filter or sort"),
        (lambda paths: paths["/v1/files"]["get"]["parameters"].append(
            {"name": "planet_id", "in": "query", "schema": {"type": "string"}}
        ), "the parameter planet_id is an id of nothing"),
        (lambda paths: paths["/v1/chat/completions"]["post"].pop("x-mistral-resource"),
         "belongs to no resource"),
        (lambda paths: paths["/v1/files/{file_id}/url"]["get"].pop("x-mistral-link"),
         "nothing says how long its URL opens"),
    ],
)  # fmt: skip
def test_what_nobody_declared_is_a_gap(
    raw: dict[str, Any], change: Callable[[Any], object], told: str
) -> None:
    change(raw["paths"])
    model = read_model(Document(raw))
    gaps = [gap for each in model.document.operations.values() for gap in find_gaps(model, each)]
    assert any(told in each for each in gaps)


@pytest.mark.parametrize(
    ("component", "name", "schema", "told"),
    [
        ("Library", "status", {"enum": ["open", "shut"]}, "a state without ends"),
        ("Library", "state", {"anyOf": [{"const": "a"}, {"const": "b"}]}, "a state without ends"),
        ("CompletionChunk", "planet_id", {"type": "string"}, "an id of nothing"),
    ],
)
def test_fields_of_answers_and_of_events_are_declared_where_they_stand(
    raw: dict[str, Any], component: str, name: str, schema: dict[str, Any], told: str
) -> None:
    raw["components"]["schemas"][component]["properties"][name] = schema
    model = read_model(Document(raw))
    gaps = {gap for each in model.document.operations.values() for gap in find_gaps(model, each)}
    at = f"/components/schemas/{component}/properties/{name} is {told}"
    assert any(each.startswith(at) for each in gaps)


def test_what_is_told_of_a_resource_fits_80_columns() -> None:
    model = load_model()
    for name in model.resources:
        assert max(len(line) for line in tell_resource(model, name).splitlines()) <= 80
    assert "library" in tell_resources(model)


@pytest.mark.parametrize(
    ("evidence", "harm", "level"),
    [("libraries-page", False, MUST), ("our choice", False, SHOULD), ("our choice", True, MUST)],
)
def test_a_choice_alone_makes_no_must(evidence: str, harm: bool, level: str) -> None:
    origin = Origin("why", "/somewhere", evidence)
    subject = Subject("one", None, ("models.list",), origins=(origin,))
    law = Law("a.b", MUST, "source", "Sentence.", lambda _: [subject], print, harm=harm)
    rule, name = next(law.cases(load_model(), QUICK))
    assert (rule.level, name) == (level, "one")


def test_every_law_has_a_subject() -> None:
    model = load_model()
    assert [each.id for each in load_laws() if not list(each.over(model))] == []
