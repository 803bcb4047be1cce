"""Workflows that rules run: the samples of the mock's own world, or others of the same names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mistral_conformance.context import Api, Context
    from mistral_conformance.exchange import Exchange

GET_WORKFLOW = "workflows.get_workflow"
EXECUTE = "workflows.execute_workflow"
GET_EXECUTION = "workflows.executions.get_workflow_execution"
TERMINATE = "workflows.executions.terminate_workflow_execution"
GREET = "greet"
"""Ends at once; takes `{"name": text}`, has one activity."""
APPROVE = "approve_order"
"""Waits for a signal; takes `{"amount": number}`."""
GREETED = {"name": "Ada"}
OPEN = ("RUNNING", "RETRYING_AFTER_ERROR")
LIMIT = 60
"""Pages after which a walk is taken for endless."""


def need_workflow(ctx: Context, name: str) -> str:
    """The name of a workflow that the server has; skips where it is absent."""
    if ctx.api.call(GET_WORKFLOW, workflow_identifier=name).status != 200:
        ctx.skip(f"the server has no workflow {name!r}, and no call registers one")
    return name


def execute(ctx: Context, name: str = GREET, by: Api | None = None, **fields: object) -> Exchange:
    """A new execution with a marked id."""
    need_workflow(ctx, name)
    given = {"amount": 1} if name == APPROVE else GREETED
    id_ = ctx.marker.name(f"run-{ctx.random.getrandbits(40):010x}")
    body = {"input": given, "execution_id": id_, **fields}
    return ctx.need((by or ctx.api).call(EXECUTE, workflow_identifier=name, json=body), 200)


def finished(ctx: Context, execution_id: str) -> Exchange:
    """The execution once it has ended."""
    for _ in range(10):
        found = ctx.need(ctx.api.call(GET_EXECUTION, execution_id=execution_id), 200)
        if found["status"] not in OPEN:
            return found
        ctx.pass_time(1)
    return ctx.skip("the execution does not end within 10 seconds")


def terminate(ctx: Context, ids: Sequence[str]) -> None:
    """End executions, whatever the server says to it."""
    for id_ in ids:
        ctx.api.call(TERMINATE, execution_id=id_)


def walk(
    ctx: Context, operation: str, query: Mapping[str, Any], parameter: str, field: str, **ids: str
) -> list[Exchange]:
    """The pages of a list with tokens, from the first to the one without a next token."""
    pages: list[Exchange] = []
    token: str | None = None
    while not pages or token is not None:
        ctx.expect(len(pages) < LIMIT, f"the tokens do not end within {LIMIT} pages")
        sent = dict(query) if token is None else {**query, parameter: token}
        pages.append(ctx.expect_status(ctx.api.call(operation, ids, query=sent), 200))
        token = pages[-1].json().get(field)
    return pages


def collect(pages: Sequence[Exchange], items: str, field: str) -> list[Any]:
    """One field of all items of some pages, page after page."""
    return [item.get(field) for page in pages for item in page[items]]
