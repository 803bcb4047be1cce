"""The official Python SDK walks the mock's pages by its own means, to an end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mistralai.client import Mistral


def walk(page: Any) -> list[Any]:
    """The pages from this one on; fails when they go on and on."""
    pages = []
    while page is not None:
        pages.append(page)
        assert len(pages) < 10
        page = page.next()
    return pages


def test_runs_are_walked_by_their_tokens(official: Mistral) -> None:
    made = [
        official.workflows.execute_workflow(workflow_identifier="greet", input={"name": name})
        for name in ("Ada", "Grace", "Edsger")
    ]
    pages = walk(official.workflows.runs.list_runs(page_size=2))
    seen = [run.execution_id for page in pages for run in page.result.executions]
    assert sorted(seen) == sorted(one.execution_id for one in made)


def test_schedules_are_walked_by_their_tokens(official: Mistral) -> None:
    for _ in range(3):
        official.workflows.schedules.schedule_workflow(
            workflow_identifier="greet",
            schedule={"input": {"name": "Ada"}, "cron_expressions": ["0 2 * * *"]},
        )
    pages = walk(official.workflows.schedules.get_schedules(page_size=2))
    assert [len(page.result.schedules) for page in pages] == [2, 1]
