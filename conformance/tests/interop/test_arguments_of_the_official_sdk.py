"""Methods take their arguments under the names of the official SDK wherever it has them.

The two differences that a reader can meet are listed: what a newer SDK takes that the document does
not have yet (`undocumented.toml` of the mock), and what is called otherwise on purpose.
"""

from __future__ import annotations

import inspect
import tomllib
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import pytest

from mistral_client import Mistral
from mistral_conformance.model.document import load_document
from mistral_conformance.running.plan import profile_operations
from mistral_mock.undocumented import TABLE, load
from mistral_openapi import operations

if TYPE_CHECKING:
    from mistral_openapi import Operation

official = pytest.importorskip("mistralai.client", reason="the official SDK is not installed")

PLUMBING = {
    *("retries", "server_url", "timeout_ms", "http_headers", "options", "stream"),
    "additional_properties",
}
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


def newer(operation: str) -> set[str]:
    """What the SDK sends beyond the document."""
    return {name for place in ("body", "query") for name in load().get((operation, place), ())}


SEED = set(profile_operations(load_document(), "seed"))
METHODS = {name: each.id for each in operations() if each.id in SEED for name in names(each)}
LISTED = [
    entry
    for entry in tomllib.loads(TABLE.read_text("utf-8"))["fields"]
    if entry["source"].startswith("mistralai ")
]
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
    wanted = set(inspect.signature(theirs).parameters) - PLUMBING - newer(METHODS[name])
    wanted = {RENAMED.get(name, {}).get(each, each) for each in wanted}
    assert wanted <= set(inspect.signature(find(OURS, name)).parameters)


@pytest.mark.parametrize("entry", LISTED, ids=lambda entry: entry["operations"][0])
def test_the_list_of_newer_arguments_has_none_that_the_sdk_lacks(entry: dict[str, Any]) -> None:
    for operation in entry["operations"]:
        methods = [find(THEIRS, name) for name, id_ in METHODS.items() if id_ == operation]
        taken = {name for one in methods if one for name in inspect.signature(one).parameters}
        assert entry["schemas"].keys() <= taken
