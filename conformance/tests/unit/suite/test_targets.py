"""Objects that probes aim at are made anew when they are gone, with all that was made from them."""

from __future__ import annotations

from random import Random

from mistral_conformance.mutants.judging import mock_session
from mistral_conformance.probing.targets import Targets
from mistral_conformance.session.context import Context

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
