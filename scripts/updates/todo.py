"""What a person has to write before the document is whole: told at once, with drafts to paste."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

import attrs
from document.bundle import read_parts
from document.lint.names import NO_ENTRY
from document.survey import SHARED, Survey, Task

from updates.drafts import Draft, make_drafts, shown
from updates.guesses import operation_id

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@attrs.frozen
class Unfinished(Exception):  # noqa: N818 - it is no error: the rest is a person's work
    """The document lacks something that only a person can write."""

    survey: Survey
    day: str
    """The day of the newest source, which drafts name as their evidence."""


def with_tags(survey: Survey) -> Survey:
    """The survey with the tags that operations without an id will have under their drafts."""
    document = survey.document
    known = {tag["name"] for tag in document.get("tags", ())}
    known |= {task.where.removeprefix("tag ") for task in survey.tasks if task.text == NO_ENTRY}
    fresh: dict[str, Task] = {}
    for task in survey.tasks:
        if task.text.startswith("no operationId"):
            tag = operation_id(task.where, document).rpartition(".")[0]
            file = f"prose/{task.group}.yaml"
            fresh[tag] = Task(SHARED, task.group, file, f"tag {tag}", NO_ENTRY)
    new = [task for tag, task in fresh.items() if tag not in known]
    return attrs.evolve(survey, tasks=(*survey.tasks, *new))


def lines_of(unfinished: Unfinished, folder: Path, *, with_text: bool) -> Iterator[str]:
    """All tasks, grouped by operation; with the text of their drafts, each once."""
    drafts = make_drafts(unfinished.survey, upstream_names(folder))
    told: set[int] = set()
    for operation, tasks in groupby(unfinished.survey.tasks, key=lambda task: task.operation):
        yield f"\n{operation}"
        for file, each in groupby(
            sorted(tasks, key=lambda one: one.file), key=lambda one: one.file
        ):
            listed = list(each)
            yield f"  openapi/{file}"
            yield from (f"    - {task}" for task in listed)
            for draft in [drafts[task] for task in listed if task in drafts]:
                if with_text and id(draft) not in told:
                    told.add(id(draft))
                    yield "".join(
                        f"    {line}\n" for line in _lines(draft, unfinished.day)
                    ).rstrip()


def _lines(draft: Draft, day: str) -> list[str]:
    return shown(draft, day).splitlines()


def distinct_drafts(unfinished: Unfinished, folder: Path) -> list[Draft]:
    """Every draft once."""
    drafts = make_drafts(unfinished.survey, upstream_names(folder))
    return list({id(draft): draft for draft in drafts.values()}.values())


def upstream_names(folder: Path) -> dict[str, str]:
    """Upstream's name of each component that a correction gives another one, by ours."""
    names: dict[str, str] = {}
    for overlay in read_parts(folder).curation:
        for action in overlay.actions:
            names |= _titles(action.target, action.update)
    return names


def _titles(target: str, update: Any) -> dict[str, str]:  # noqa: ANN401 - JSON of any kind
    beginning = "$.components.schemas"
    if not isinstance(update, dict) or not target.startswith(beginning):
        return {}
    if target == beginning:
        return {
            one["title"]: name
            for name, one in update.items()
            if isinstance(one, dict) and "title" in one
        }
    name = target.removeprefix(beginning + ".")
    return {update["title"]: name} if "title" in update and name.isidentifier() else {}
