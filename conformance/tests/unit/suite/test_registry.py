"""What a rule must be, and which cases a plan makes of the rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mistral_conformance.model.compiled import compile_schema
from mistral_conformance.model.document import load_document
from mistral_conformance.probing.samples import load_samples
from mistral_conformance.rules import load_rules
from mistral_conformance.running.plan import (
    WrongSelection,
    default_profile,
    load_profiles,
    make_plan,
    select_operations,
    select_rules,
)
from mistral_conformance.session.markers import Marker
from mistral_conformance.session.rule import EACH, Rules, rule
from mistral_conformance.verdict.requirement import MUST
from mistral_mock.app import create_app
from mistral_mock.registry import implemented
from mistral_mock.settings import Settings

if TYPE_CHECKING:
    from mistral_conformance.session.context import Context


def check(_ctx: Context) -> None:
    """Holds always."""


def register(registry: Rules, rule_id: str = "family.name", source: str = "test") -> None:
    operations = ("models.list",)
    rule(id=rule_id, level=MUST, source=source, operations=operations, registry=registry)(check)


@pytest.mark.parametrize("rule_id", ["name", "Family.name", "family.", "family.two words", "a.b.c"])
def test_rule_id_is_family_and_name(rule_id: str) -> None:
    with pytest.raises(ValueError, match=r"family\.kebab-name"):
        register(Rules(), rule_id)


def test_rule_id_is_taken_once() -> None:
    registry = Rules()
    register(registry)
    with pytest.raises(ValueError, match="is taken"):
        register(registry)


def test_rule_has_a_source() -> None:
    with pytest.raises(ValueError, match="needs a source"):
        register(Rules(), source="")


def test_rule_names_an_operation() -> None:
    with pytest.raises(ValueError, match="names no operation"):
        rule(id="a.b", level=MUST, source="test", operations=(), registry=Rules())


def test_rule_is_named_after_its_module_and_its_function() -> None:
    registry = Rules()
    rule(MUST, "test", ("models.list",), registry=registry)(check)
    assert [each.id for each in registry] == ["test-registry.check"]


def test_sentence_is_the_first_line_of_the_docstring() -> None:
    registry = Rules()
    register(registry)
    assert registry["family.name"].sentence == "Holds always."


def test_every_rule_names_operations_of_the_document() -> None:
    known = set(load_document().operations)
    assert {one for each in load_rules() for one in each.operations} <= known


def test_rule_over_each_operation_makes_a_case_per_operation_it_applies_to() -> None:
    registry = Rules()
    rule(
        id="a.posts",
        level=MUST,
        source="test",
        operations=EACH,
        applies=lambda each: each.method == "POST",
        registry=registry,
    )(check)
    plan = make_plan(load_document(), registry, ["models.list", "chat.complete", "files.upload"])
    assert [each.name for each in plan] == ["a.posts[chat.complete]", "a.posts[files.upload]"]


def test_named_rule_runs_when_one_of_its_operations_is_selected() -> None:
    registry = Rules()
    register(registry)
    assert len(make_plan(load_document(), registry, ["models.list", "files.list"])) == 1
    assert make_plan(load_document(), registry, ["files.list"]) == []


@pytest.mark.parametrize("name", sorted(load_profiles().keys() - {"whole"}))
def test_profile_holds_only_what_the_mock_implements(name: str) -> None:
    create_app(Settings())
    assert set(select_operations(load_document(), name)) - set(implemented()) == set()


def test_mock_implements_nothing_beyond_the_profiles() -> None:
    create_app(Settings())
    names = [each for each in load_profiles() if each != "whole"]
    held = {one for name in names for one in select_operations(load_document(), name)}
    assert set(implemented()) - held == set()


def test_rule_that_touches_what_the_profile_lacks_does_not_run() -> None:
    document, operations = load_document(), ["files.upload"]
    registry = Rules()
    touched = ("files.upload", "batch.jobs.create")
    rule(id="a.files", level=MUST, source="s", operations=touched, registry=registry)(check)
    assert make_plan(document, registry, operations, "libraries") == []
    assert len(make_plan(document, registry, operations, "files-batch")) == 1
    assert len(make_plan(document, registry, operations)) == 1


def test_rule_may_touch_what_is_around_its_profile() -> None:
    touched = ("beta.agents.list", "beta.agents.list_pages")
    registry = Rules()
    rule(id="a.lists", level=MUST, source="s", operations=touched, registry=registry)(check)
    assert len(make_plan(load_document(), registry, ["beta.agents.list"], "seed")) == 1


def test_seed_is_exactly_the_150_operations_of_its_list() -> None:
    listed = load_profiles()["seed"].operations
    assert len(listed) == len(set(listed)) == 150
    assert set(select_operations(load_document(), "seed")) == set(listed)


def test_whole_is_every_operation() -> None:
    document = load_document()
    assert select_operations(document, "whole") == list(document.operations)


def test_operations_without_a_profile_are_looked_for_everywhere() -> None:
    assert default_profile(["workflows.*"]) == "whole"
    assert default_profile([]) == "libraries"


def test_pattern_narrows_the_profile() -> None:
    selected = select_operations(load_document(), "libraries", ["models.*", "*.accesses.list"])
    assert selected == ["beta.libraries.accesses.list", "models.list", "models.retrieve"]


def test_method_of_clients_selects_its_operation() -> None:
    names = ["chat.stream", "chat.parse", "beta.conversations.start_stream"]
    selected = [select_operations(load_document(), "whole", [each]) for each in names]
    assert selected == [["chat.complete"], ["chat.complete"], ["beta.conversations.start"]]


def test_pattern_that_selects_nothing_is_wrong() -> None:
    with pytest.raises(WrongSelection, match="no operation"):
        select_operations(load_document(), "libraries", ["models.*", "nope"])
    with pytest.raises(WrongSelection, match="no rule"):
        select_rules(load_rules(), ["nope.*"])


def test_every_profile_selects_something() -> None:
    assert all(select_operations(load_document(), each) for each in load_profiles())


def test_every_operation_with_a_required_body_has_a_sample() -> None:
    document = load_document()
    judged = (document.operations[each] for each in select_operations(document, "libraries"))
    needy = {each.id for each in judged if each.body and each.body.get("required")}
    assert needy <= set(load_samples())


def test_every_sample_is_valid_in_the_document() -> None:
    document = load_document()
    for operation, sample in load_samples().items():
        if sample.body is None:
            continue
        schema = document.operations[operation].body_schema("application/json")
        assert schema is not None
        filled = sample.filled(lambda _: "0c0ffee0-0000-4000-8000-000000000101", Marker("testrun"))
        assert compile_schema(document, schema).is_valid(filled.body), operation
