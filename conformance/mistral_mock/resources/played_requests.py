"""The section `requests` of fixture worlds: requests of the first key, played at the start."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mistral_mock import dispatch
from mistral_mock.answers import JSON, Answer
from mistral_mock.fixtures import FixtureError
from mistral_mock.registry import section
from mistral_mock.replies import templates

if TYPE_CHECKING:
    from mistral_mock.fixtures import Seeding

TEXT = {"type": "string", "minLength": 1}
SECTION_SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["method", "path"],
        "properties": {
            "method": {"enum": ["DELETE", "GET", "PATCH", "POST", "PUT"]},
            "path": {"type": "string", "pattern": "^/v"},
            "body": {},
            "save": TEXT,
        },
        "additionalProperties": False,
    },
}
"""`${NAME.field}` in a path or a body stands for a part of the answer that was saved as NAME."""
BASE_URL = "http://127.0.0.1"


@section("requests", SECTION_SCHEMA)
def play_requests(seeding: Seeding, data: list[dict[str, Any]]) -> None:
    """Send the requests, one after the other; replies are for those of tests alone.

    Raises:
        FixtureError: One is refused.

    """
    saved: dict[str, Any] = {}
    for number, each in enumerate(data):
        ctx = dispatch.for_caller(seeding.world, seeding.owner, BASE_URL)
        path, body = templates.render([each["path"], each.get("body")], saved)
        answer = dispatch.send(ctx, each["method"], path, body, scripted=False)
        if not isinstance(answer, Answer):
            continue
        if answer.status >= 400:
            told = answer.body.decode("utf-8", "replace")
            raise FixtureError(f"requests.{number}: {each['method']} {path}: {told}")
        if "save" in each and answer.media_type == JSON:
            saved[each["save"]] = json.loads(answer.body)
