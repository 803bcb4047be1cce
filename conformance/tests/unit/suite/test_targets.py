"""Objects that probes aim at are made anew when they are gone, with all that was made from them."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest

from mistral_conformance.model import load_model
from mistral_conformance.model.document import load_document
from mistral_conformance.mutants.judging import mock_session
from mistral_conformance.probing.samples import sample_of
from mistral_conformance.probing.targets import Targets, load_targets, take
from mistral_conformance.rules.common.chats import chat_model
from mistral_conformance.rules.embeddings import embedding_model
from mistral_conformance.session.context import Context
from mistral_conformance.verdict.outcome import Skipped

if TYPE_CHECKING:
    from collections.abc import Callable

RESTART = "beta.conversations.restart"


def test_entry_of_a_forgotten_conversation_is_forgotten_with_it() -> None:
    with mock_session() as session:
        context = Context(session, Random(0))  # noqa: S311 - test data
        targets, operation = Targets(context), context.document.operations[RESTART]
        first = targets.send_sample(operation)
        entry = targets.lookup("entry_id")
        targets.forget(operation)
        second = targets.send_sample(operation)
        assert targets.lookup("entry_id") != entry
        assert (first.status, second.status) == (200, 200)
        session.finish()


def test_each_plain_request_has_a_name_of_its_own() -> None:
    with mock_session() as session:
        context = Context(session, Random(0))  # noqa: S311 - test data
        operation = context.document.operations["beta.libraries.create"]
        targets = Targets(context)
        messages = [each.plain(operation) for each in (Targets(context), targets, targets)]
        names = [each.json["name"] for each in messages]
        assert names[0] == names[1] != names[2]
        assert all(map(context.marker.owns, names))


def test_body_that_has_to_be_sent_is_empty_where_that_will_do_or_else_unknown() -> None:
    document = load_document()
    change = sample_of(document, document.operations["workflows.deployments.update_deployment"])
    assert change
    assert change.body == {}
    assert sample_of(document, document.operations["beta.prompts.get"]) is None
    with pytest.raises(Skipped, match="no valid body"):
        sample_of(document, document.operations["beta.prompts.create"])


def test_version_of_a_sample_is_one_that_the_agent_has() -> None:
    with mock_session() as session:
        context = Context(session, Random(0))  # noqa: S311 - test data
        targets = Targets(context)
        ids = {"agent_id": targets.lookup("agent_id")}
        context.need(context.api.call("beta.agents.update", ids, json={"name": "later"}))
        assert targets.lookup("agent_version") == "1"
        session.finish()


def test_object_that_has_to_settle_is_in_an_end_state() -> None:
    with mock_session() as session:
        context = Context(session, Random(0))  # noqa: S311 - test data
        targets = Targets(context)
        ids = {name: targets.lookup(name) for name in ("library_id", "document_id")}
        shown = context.api.call("beta.libraries.documents.get", ids)
        states = load_model().states_of("document")
        assert states
        assert shown[states.field] in states.ends
        session.finish()


def test_states_are_declared_of_all_that_has_to_settle() -> None:
    model = load_model()
    makers = {each.create: each.name for each in model.resources.values()}
    settled = [each for each in load_targets().values() if each.settled]
    assert settled
    assert all(model.states_of(makers[each.operation]) for each in settled)


def test_named_model_stands_for_what_has_its_ability() -> None:
    with mock_session() as session:
        session.models["chat"] = "my-model"
        targets = Targets(Context(session, Random(0)))  # noqa: S311 - test data
        assert targets.lookup("model") == targets.lookup("model_id") == "my-model"
        assert targets.lookup("embedding_model") != "my-model"


@pytest.mark.parametrize(
    ("ability", "choose"), [("chat", chat_model), ("embeddings", embedding_model)]
)
def test_rules_ask_the_named_model(ability: str, choose: Callable[[Context], str]) -> None:
    with mock_session() as session:
        context = Context(session, Random(0))  # noqa: S311 - test data
        session.models[ability] = "my-model"
        assert choose(context) == "my-model"


def test_model_that_somebody_trained_is_taken_last() -> None:
    can = {"capabilities": {"completion_chat": True}}
    trained, own = {"id": "ft:a", "type": "fine-tuned", **can}, {"id": "a", "type": "base", **can}
    chat = load_targets()["model"]
    assert take({"data": [trained, own]}, chat) == "a"
    assert take({"data": [trained]}, chat) == "ft:a"


def test_model_that_sorts_is_one_that_somebody_trained_where_there_is_one() -> None:
    can = {"capabilities": {"classification": True}}
    base, trained = {"id": "a", "type": "base", **can}, {"id": "ft:a", "type": "fine-tuned", **can}
    sorts = load_targets()["classification_model"]
    assert take({"data": [base, trained]}, sorts) == "ft:a"
    assert take({"data": [base]}, sorts) == "a"


def test_model_is_known_by_any_of_its_names() -> None:
    listed = {"data": [{"id": "vectors-1", "aliases": ["our-embed"]}, {"id": "chat-1"}]}
    embedding = load_targets()["embedding_model"]
    assert take(listed, embedding) == "vectors-1"
    with pytest.raises(Skipped, match="no model for embeddings: name one, --model embeddings=NAME"):
        take({"data": listed["data"][1:]}, embedding)


def test_what_is_looked_for_in_vain_is_named() -> None:
    with pytest.raises(Skipped, match="with name = 'greet' and archived = False"):
        take({"workflows": []}, load_targets()["workflow_identifier"])


def test_record_that_went_in_a_group_is_made_anew() -> None:
    with mock_session() as session:
        context = Context(session, Random(0))  # noqa: S311 - test data
        targets = Targets(context)
        first = targets.lookup("dataset_record_id")
        assert targets.lookup("dataset_record_id") == first
        body = {"dataset_record_ids": [first]}
        deleted = context.api.call("beta.observability.datasets.records.bulk_delete", json=body)
        assert deleted.status == 204
        assert targets.lookup("dataset_record_id") != first
        session.finish()
