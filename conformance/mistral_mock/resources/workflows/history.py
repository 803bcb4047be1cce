"""The history of a run in the form that workflow engines use (our choice: none is told).

Values are payloads whose bytes are JSON text in Base64; decoded, they are the values themselves.
"""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING, Any

from mistral_mock.answers import json_answer
from mistral_mock.clock import spell
from mistral_mock.registry import operation
from mistral_mock.resources.workflows import engine, lookup

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mistral_mock.answers import Answer
    from mistral_mock.context import Context
    from mistral_mock.resources.workflows.course import Happening, Run

PAYLOADS = ("input", "result", "payload")
"""The attributes that are values of the workflow."""
NAMES = {
    "ACTIVITY_TASK_RETRYING": "ACTIVITY_TASK_FAILED",
    "CUSTOM_TASK_STARTED": "MARKER_RECORDED",
    "CUSTOM_TASK_IN_PROGRESS": "MARKER_RECORDED",
    "CUSTOM_TASK_COMPLETED": "MARKER_RECORDED",
    "CUSTOM_TASK_FAILED": "MARKER_RECORDED",
    "CUSTOM_TASK_TIMED_OUT": "MARKER_RECORDED",
    "CUSTOM_TASK_CANCELED": "MARKER_RECORDED",
}
"""What the history calls things that have an event of another name."""


@operation("workflows.executions.get_workflow_execution_history")
def get_history(ctx: Context) -> Answer:
    """Return the history of the present run."""
    execution = lookup.find_execution(ctx)
    run = engine.view_of(execution, ctx.now())
    return json_answer(history(run, decode=ctx.query["decode_payloads"]))


def history(run: Run, *, decode: bool = False) -> dict[str, Any]:
    """Return the history of a run; with `decode`, values are shown as they are."""
    return {"events": [entry(happening, decode=decode) for happening in run.happenings]}


def entry(happening: Happening, *, decode: bool) -> dict[str, Any]:
    """Return one entry of a history.

    Its number is a text, as 64-bit numbers are in protobuf's JSON.
    """
    kind = NAMES.get(happening.kind, happening.kind)
    facts = attributes(happening.attributes, decode=decode)
    if kind == "MARKER_RECORDED":
        facts["markerName"] = happening.kind
    if happening.kind == "ACTIVITY_TASK_RETRYING":
        facts["retryState"] = "RETRY_STATE_IN_PROGRESS"
    return {
        "eventId": str(happening.number),
        "eventTime": spell(happening.at),
        "eventType": f"EVENT_TYPE_{kind}",
        f"{camel(kind.lower())}EventAttributes": facts,
    }


def attributes(facts: Mapping[str, Any], *, decode: bool) -> dict[str, Any]:
    """Return what an entry tells beyond its type; what is null is left out."""
    told: dict[str, Any] = {}
    for name, value in facts.items():
        if name in PAYLOADS:
            told[camel(name)] = value if decode else {"payloads": [encode(value)]}
        elif name == "failure" and value is not None:
            told["failure"] = {"message": value}
        elif value is not None:
            told[camel(name)] = value
    return told


def encode(value: object) -> dict[str, Any]:
    """Return a value as a payload."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return {
        "metadata": {"encoding": b64encode(b"json/plain").decode()},
        "data": b64encode(text.encode()).decode(),
    }


def camel(name: str) -> str:
    """Return the name in camel case."""
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)
