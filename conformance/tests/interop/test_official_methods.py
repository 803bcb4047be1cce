"""The official Python SDK reads every answer of the 154 operations, and the page says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from interop.methods import all_methods
from interop.official import official_caller
from interop.table import DEMANDED, Tried, page
from interop.world import prepared_world
from mistralai.client import models
from write_interop_table import PAGE, try_method

from mistral_openapi import load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from interop.official import OfficialCaller

pytestmark = pytest.mark.xdist_group("official-methods")  # they share one world

MODELS = {
    "slug": ("Dataset", "DatasetPreview"),
    "type": ("VoiceResponse",),
    "last_heartbeat": (
        "DeploymentResponse",
        "DeploymentDetailResponse",
        "DeploymentWorkerResponse",
    ),
}
"""The SDK's models that demand a field."""
SCHEMAS = {"VoiceResponse": "Voice"}
"""The document's schemas where they are called otherwise."""


@pytest.fixture(scope="module")
def caller() -> Iterator[OfficialCaller]:
    with prepared_world() as world, official_caller(world) as made:
        yield made


@pytest.fixture(scope="module")
def tried(caller: OfficialCaller) -> dict[str, Tried]:
    return {method.id: try_method(caller, method) for method in all_methods()}


@pytest.mark.parametrize("name", [method.id for method in all_methods()])
def test_answer_is_read_sync_and_async(tried: dict[str, Tried], name: str) -> None:
    assert [outcome.failure for outcome in tried[name].outcomes if outcome.failure] == []


def test_most_operations_have_a_method(tried: dict[str, Tried]) -> None:
    assert len({each.method.name for each in tried.values() if each.outcomes}) > 120


def test_page_says_what_was_read(tried: dict[str, Tried]) -> None:
    assert PAGE.read_text("utf-8") == page(list(tried.values())), (
        "docs/official-sdk.md is out of date: run scripts/write_interop_table.py"
    )


@pytest.mark.parametrize("field", [field for field, *_ in DEMANDED])
def test_sdk_demands_what_the_document_does_not_have(field: str) -> None:
    schemas = load()["components"]["schemas"]
    for name in MODELS[field]:
        assert getattr(models, name).model_fields[field].is_required()
        assert field not in schemas[SCHEMAS.get(name, name)]["properties"]
