"""Methods take their arguments under the names of the official SDK wherever it has them.

The two differences that a reader can meet are listed: what a newer SDK takes that the document does
not have yet, and what is called otherwise on purpose.
"""

from __future__ import annotations

import inspect
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import pytest

from mistral_client import Mistral
from mistral_conformance.model.document import load_document
from mistral_conformance.running.plan import profile_operations
from mistral_openapi import operations

if TYPE_CHECKING:
    from mistral_openapi import Operation

official = pytest.importorskip("mistralai.client", reason="the official SDK is not installed")

PLUMBING = {"retries", "server_url", "timeout_ms", "http_headers", "options", "stream"}
NEWER = {
    "audio.speech.complete": {
        *("additional_properties", "conversation_history", "expressiveness", "phoneme_hints"),
    },
    "audio.transcriptions.complete": {"speaker_references"},
    "audio.transcriptions.stream": {"speaker_references"},
    "audio.voices.update": {"retention_notice"},
    "beta.observability.datasets.create_record": {"source"},
    "workflows.deployments.list_deployments": {
        *("created_by", "dockerfile_path", "location_types", "owner", "repository_url"),
    },
    "workflows.executions.get_workflow_execution": {"include_search_keys"},
    "workflows.get_workflow_registrations": {"workflow_name"},
    "workflows.execute_workflow": {"traceparent"},
    "workflows.execute_workflow_registration": {"traceparent"},
}
"""What the SDK 3.7 takes beyond the document of 2026-08-13."""
RENAMED = {"audio.voices.list": {"type_": "type"}}
"""What hides nothing in a method's arguments keeps its plain name."""


def find(root: Any, name: str) -> Any:
    try:
        return attrgetter(name)(root)
    except AttributeError:
        return None


def names(operation: Operation) -> list[str]:
    """The methods of an operation: the plain one and that for the stream."""
    stream = operation.extension("stream")
    streamed = [f"{operation.tag}.{stream['method']}"] if stream else []
    return list(dict.fromkeys([operation.id, *streamed]))


SEED = set(profile_operations(load_document(), "seed"))
METHODS = [name for each in operations() if each.id in SEED for name in names(each)]
THEIRS = official.Mistral(api_key="not-a-key")
OURS = Mistral("not-a-key-at-all")


def test_there_are_methods_to_compare() -> None:
    assert sum(find(THEIRS, name) is not None for name in METHODS) > 120


@pytest.mark.parametrize("name", METHODS)
def test_method_takes_what_the_official_one_takes(name: str) -> None:
    theirs = find(THEIRS, name)
    if theirs is None:
        assert find(OURS, name) is not None
        return
    wanted = set(inspect.signature(theirs).parameters) - PLUMBING - NEWER.get(name, set())
    wanted = {RENAMED.get(name, {}).get(each, each) for each in wanted}
    assert wanted <= set(inspect.signature(find(OURS, name)).parameters)
