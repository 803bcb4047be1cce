"""The section `workflows` of a fixture world: workflows in a small language of steps.

    workflows:
      - name: check_invoices            # the rest is optional, but for `steps`
        display_name: Check invoices
        description: ...
        tags: [accounting]
        deployments: [accounting]       # one registration for each; `default` without
        shared_namespace: shared:mine   # every workspace sees it
        workspace_id: 1f0c...           # whose it is, a UUID; by default of the mock's first key
        available_in_chat_assistant, compatible_with_chat_assistant, is_technical, archived,
        enforce_determinism, on_behalf_of: true or false
        input_schema, output_schema: JSON schemas; without one any object is taken
        execution_timeout_s: 3600       # then an execution ends as TIMED_OUT
        state: {checked: 0}             # variables at the start
        signals: [{name, description, input_schema, set: {variable: template}}]
        queries: [{name, description, input_schema, output_schema, answer: template}]
        updates: [{name, description, input_schema, output_schema, set: {...}, answer: template}]
        steps: [...]
        on_cancel: [...]                # steps that tidy up before an execution is CANCELED
        output: template                # the result

A step is one of these; `save: variable` keeps its result, durations are seconds of the clock:

    - activity: fetch          # takes_s, input, result (templates); timeout_s for one try;
                               # fails: 2 (how many first tries fail), failure: text,
                               # retry: {attempts: 3, interval_s: 10}
    - task: llm_call           # work that the code announces: takes_s, payload, progress: [...],
                               # result, fails, failure, timeout_s
    - sleep_s: 5
    - wait_for: approve        # a signal; timeout_s, and `otherwise`: its value when none came
    - set: {variable: template}
    - fail: reason             # the execution FAILS
    - continue_as_new: {input: template, times: 2}   # another run takes over, `times` at most
    - run: other_workflow      # a child execution; input, result is its result

Templates see `input`, `state` (the variables), `sent` (what came with a signal, query or update),
`signals` (the last value of each), `execution_id`, `run_id`, `status`, `runs` (from 1) and `steps`
(how many are done).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jsonschema_rs

from mistral_mock.fixtures import FixtureError
from mistral_mock.registry import section
from mistral_mock.resources.workflows.records import Registration, Workflow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_mock.fixtures import Seeding

KINDS = ("activity", "task", "sleep_s", "wait_for", "set", "fail", "continue_as_new", "run")
MOST_RUNS = 100
LONGEST_S = 365 * 24 * 3600
"""The longest duration, in seconds: the clock always keeps a year before it."""

TEXT = {"type": "string"}
NAME = {"type": "string", "minLength": 1, "maxLength": 256}
FLAG = {"type": "boolean"}
UUID = {"type": "string", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"}
OBJECT = {"type": "object"}
SECONDS = {"type": "number", "minimum": 0, "maximum": LONGEST_S}
COUNT = {"type": "integer", "minimum": 0, "maximum": 1000}
STEP: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "activity": NAME,
        "task": NAME,
        "sleep_s": SECONDS,
        "wait_for": NAME,
        "set": OBJECT,
        "fail": TEXT,
        "run": NAME,
        "continue_as_new": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "input": {},
                "times": {"type": "integer", "minimum": 1, "maximum": MOST_RUNS},
            },
        },
        "takes_s": SECONDS,
        "timeout_s": SECONDS,
        "input": {},
        "payload": {},
        "result": {},
        "otherwise": {},
        "progress": {"type": "array", "maxItems": 1000},
        "fails": COUNT,
        "failure": TEXT,
        "retry": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "attempts": {"type": "integer", "minimum": 1, "maximum": 1000},
                "interval_s": SECONDS,
            },
        },
        "save": NAME,
    },
}


def _list_of(**properties: object) -> dict[str, Any]:
    """Return the schema of the signals, queries or updates of a workflow."""
    known = {"name": NAME, "description": TEXT, "input_schema": OBJECT, **properties}
    one = {
        "type": "object",
        "additionalProperties": False,
        "required": ["name"],
        "properties": known,
    }
    return {"type": "array", "items": one}


SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["name", "steps"],
        "properties": {
            "name": NAME,
            "display_name": {**NAME, "maxLength": 128},
            "description": TEXT,
            "tags": {"type": "array", "items": TEXT},
            "deployments": {"type": "array", "items": NAME, "minItems": 1, "uniqueItems": True},
            "task_queue": NAME,
            "shared_namespace": NAME,
            "workspace_id": UUID,
            "available_in_chat_assistant": FLAG,
            "compatible_with_chat_assistant": FLAG,
            "is_technical": FLAG,
            "archived": FLAG,
            "enforce_determinism": FLAG,
            "on_behalf_of": FLAG,
            "input_schema": OBJECT,
            "output_schema": OBJECT,
            "execution_timeout_s": {**SECONDS, "exclusiveMinimum": 0},
            "state": OBJECT,
            "signals": _list_of(set=OBJECT),
            "queries": _list_of(output_schema=OBJECT, answer={}),
            "updates": _list_of(output_schema=OBJECT, set=OBJECT, answer={}),
            "steps": {"type": "array", "items": STEP},
            "on_cancel": {"type": "array", "items": STEP},
            "output": {},
        },
    },
}


@section("workflows", schema=SCHEMA)
def load_workflows(seeding: Seeding, data: list[dict[str, Any]]) -> None:
    """Put the workflows and their registrations into the world.

    Raises:
        FixtureError: A workflow makes no sense; the message says which and why.

    """
    names = [script["name"] for script in data]
    for script in data:
        problem = next(_problems(script, names), None)
        if problem is not None:
            raise FixtureError(f"workflows: {script['name']}: {problem}")
    circle = _find_circle({script["name"]: _children(script) for script in data})
    if circle is not None:
        raise FixtureError(f"workflows: {circle}: it would start itself over and over")
    for script in data:
        _load(seeding, script)


def _load(seeding: Seeding, script: dict[str, Any]) -> None:
    name = script["name"]
    workflow = Workflow(
        id=seeding.uuid("workflow", name),
        workspace_id=script.get("workspace_id", seeding.owner.workspace_id),
        customer_id=seeding.owner.organisation_id,
        name=name,
        display_name=script.get("display_name", name),
        description=script.get("description"),
        shared_namespace=script.get("shared_namespace"),
        available_in_chat_assistant=script.get("available_in_chat_assistant", False),
        is_technical=script.get("is_technical", False),
        archived=script.get("archived", False),
        tags=tuple(script.get("tags", ())),
    )
    seeding.table(Workflow).put(workflow)
    for deployment in script.get("deployments", ["default"]):
        seeding.table(Registration).put(
            Registration(
                id=seeding.uuid("workflow-registration", f"{deployment}:{name}"),
                workflow_id=workflow.id,
                deployment_name=deployment,
                task_queue=script.get("task_queue", deployment),
                compatible_with_chat_assistant=script.get("compatible_with_chat_assistant", False),
                script=script,
            )
        )


def _problems(script: dict[str, Any], names: list[str]) -> Iterator[str]:
    """Yield what is wrong with a workflow beyond its form."""
    if names.count(script["name"]) > 1:
        yield "another workflow has the same name"
    signals = {one["name"] for one in script.get("signals", ())}
    for place in ("steps", "on_cancel"):
        for number, step in enumerate(script.get(place, ()), 1):
            for problem in _step_problems(step, names, signals):
                yield f"{place}: step {number}: {problem}"
    for schema in _schemas(script):
        try:
            jsonschema_rs.validator_for(schema)
        except (ValueError, jsonschema_rs.ValidationError) as error:
            yield f"a schema of it is none: {' '.join(str(error).split())[:200]}"


def _step_problems(step: dict[str, Any], names: list[str], signals: set[str]) -> Iterator[str]:
    kinds = [kind for kind in KINDS if kind in step]
    if len(kinds) != 1:
        found = " and ".join(kinds) or "none of them"
        yield f"it has to be one of {', '.join(KINDS)}; it is {found}"
    if "wait_for" in step and step["wait_for"] not in signals:
        yield f"there is no signal {step['wait_for']!r}"
    if "run" in step and step["run"] not in names:
        yield f"there is no workflow {step['run']!r}"


def _children(script: dict[str, Any]) -> set[str]:
    """Return the workflows that a workflow starts."""
    steps = [*script["steps"], *script.get("on_cancel", ())]
    return {step["run"] for step in steps if "run" in step}


def _find_circle(children: dict[str, set[str]]) -> str | None:
    """Return a workflow that starts itself, maybe through others; None when there is none."""
    left = dict(children)
    while left:
        ends = [name for name, below in left.items() if not below & left.keys()]
        if not ends:
            return next(iter(left))
        for name in ends:
            del left[name]
    return None


def _schemas(script: dict[str, Any]) -> Iterator[dict[str, Any]]:
    owners = [script]
    for kind in ("signals", "queries", "updates"):
        owners += script.get(kind, ())
    for owner in owners:
        for name in ("input_schema", "output_schema"):
            if name in owner:
                yield owner[name]
