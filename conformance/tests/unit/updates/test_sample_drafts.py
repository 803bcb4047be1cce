"""What the suite sends follows what the document requires."""

from __future__ import annotations

import tomllib
from typing import Any

from document.samples import Misfit, find_misfits, unknown_operations
from updates.samples import SampleDraft, draft_of

AGENT: dict[str, Any] = {
    "type": "object",
    "required": ["name", "region", "rack"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string"},
        "region": {"enum": ["eu", "us"]},
        "rack": {
            "type": "object",
            "required": ["library_id"],
            "properties": {"library_id": {"type": "string"}},
        },
    },
}
CREATE = {
    "operationId": "agents.create",
    "requestBody": {
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Agent"}}}
    },
}
DOCUMENT: dict[str, Any] = {
    "paths": {"/v1/agents": {"post": CREATE}},
    "components": {"schemas": {"Agent": AGENT}},
}
FILE = """\
[targets.agent_id]
operation = "agents.create"
sample.body = { name = "asked" }

[samples."agents.create"]
body = { name = "one", mood = "good" } # in a good mood
"""


def _misfits(text: str) -> list[Misfit]:
    return list(find_misfits(DOCUMENT, {"agents.toml": tomllib.loads(text)}))


def _mended(text: str) -> tuple[str, list[SampleDraft]]:
    drafts = [draft_of(one, {"library_id"}, DOCUMENT) for one in _misfits(text)]
    made = [one for one in drafts if one]
    for one in made:
        text = one.written_into(text)
    return text, made


def test_each_sample_of_an_operation_lacks_what_became_required() -> None:
    found = _misfits(FILE)
    assert [one.table for one in found] == [
        ("samples", "agents.create"),
        ("targets", "agent_id", "sample"),
    ]
    assert '"region" is a required property' in found[0].problems


def test_drafts_send_what_is_required_and_nothing_unknown() -> None:
    text, drafts = _mended(FILE)
    assert len(drafts) == 2
    assert _misfits(text) == []
    body = tomllib.loads(text)["samples"]["agents.create"]["body"]
    assert body == {"name": "one", "region": "eu", "rack": {"library_id": "$library_id"}}


def test_drafts_are_marked_and_keep_comments() -> None:
    text, drafts = _mended(FILE)
    assert text.count("# DRAFT: ") == 2
    assert '\n[samples."agents.create"]\nbody = { name = "one", region = "eu"' in text
    assert "# in a good mood" in text
    assert "sample.body = " in drafts[1].lines()


def test_what_became_required_is_sent_by_rules_too() -> None:
    text, _ = _mended(FILE)
    assert tomllib.loads(text)["samples"]["agents.create"]["always"] == ["region"]


def test_operations_that_are_gone_are_named_with_their_file() -> None:
    groups = {"agents.toml": tomllib.loads(FILE.replace("agents.create", "agents.make"))}
    assert list(unknown_operations(DOCUMENT, groups)) == [("agents.toml", "agents.make")]
