"""What a person has to write before the document is whole: told at once, with drafts to paste."""

from __future__ import annotations

import re
from itertools import groupby
from os.path import normpath
from typing import TYPE_CHECKING, Any

import attrs
from document.bundle import read_parts
from document.overlay import DRAFT
from document.problems import DocumentProblem
from document.samples import DRAFT_COMMENT, read_groups
from document.survey import SHARED, Survey, Task, survey

from updates.drafts import AnyDraft, make_drafts, shown, with_drafts
from updates.rows import stale_notes, stale_rows
from updates.samples import draft_of
from updates.stale import Numbers, stale_draft

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_ROUNDS = 4
"""How often drafts are tried: what one brings to light may need another one."""
_MARK = re.compile(rf"\s*({DRAFT}: true$|{DRAFT_COMMENT})")
_POSITION = re.compile(r"action \d+( in line \d+)?")


@attrs.frozen
class Unfinished(Exception):  # noqa: N818 - it is no error: the rest is a person's work
    """The document lacks something that only a person can write."""

    drafts: dict[Task, AnyDraft | None]
    """All that is to do, with what a program can write of it."""
    day: str
    """The day of the newest source, which drafts name as their evidence."""


def unfinished(found: Survey, folder: Path, day: str) -> Unfinished:
    """Return all that is to do, and all that will be when that is done as the drafts say.

    The drafts are tried in the folder (`openapi`), which is as before afterwards.
    """
    drafts: dict[Task, AnyDraft | None] = {}
    known: set[tuple[str, ...]] = set()
    before: dict[Path, bytes | None] = {}
    numbers = Numbers(folder)
    for _ in range(_ROUNDS):
        fresh = [task for task in found.tasks if _key(task) not in known]
        if not fresh:
            break
        known |= {_key(task) for task in fresh}
        made = _drafts_of(Survey(found.document, tuple(fresh)), folder)
        drafts |= numbers.as_before({task: made.get(task) for task in fresh})
        for path, content in with_drafts(folder, _distinct(made), day).items():
            before.setdefault(path, path.read_bytes() if path.exists() else None)
            path.write_text(_gone_over(content.decode()), encoding="utf-8")
        try:
            found = survey(folder)
        except DocumentProblem:  # what breaks a file is no help
            drafts |= dict.fromkeys(fresh)
            break
    drafts |= dict.fromkeys(stale_rows(found.document, folder))
    drafts |= stale_notes(found.document, folder)
    for path, old in before.items():
        path.write_bytes(old) if old is not None else path.unlink()
    order = sorted(drafts, key=lambda task: (task.operation == SHARED, task.operation))
    return Unfinished({task: drafts[task] for task in order}, day)


def _key(task: Task) -> tuple[str, ...]:
    """Return what makes it the same task when actions before it have moved."""
    return task.file, _POSITION.sub("", task.where), task.text


def _gone_over(text: str) -> str:
    """Return the text of a file as if a person had gone over its drafts and left them alone."""
    lines = [line for line in text.splitlines() if not _MARK.match(line)]
    return "\n".join(lines).replace("DRAFT: ", "A ") + "\n"


def lines_of(unfinished: Unfinished, *, with_text: bool) -> Iterator[str]:
    """Yield all tasks, grouped by operation; with the text of their drafts, each once."""
    told: set[int] = set()
    for operation, tasks in groupby(unfinished.drafts, key=lambda task: task.operation):
        yield f"\n{operation}"
        ordered = sorted(tasks, key=lambda one: one.file)
        for file, each in groupby(ordered, key=lambda one: one.file):
            listed = list(each)
            yield f"  {normpath(f'openapi/{file}')}"
            yield from (f"    - {task}" for task in listed)
            for task in listed:
                draft = unfinished.drafts[task]
                if with_text and draft and id(draft) not in told:
                    told.add(id(draft))
                    text = shown(draft, unfinished.day)
                    yield "".join(f"    {line}\n" for line in text.splitlines()).rstrip()


def distinct_drafts(unfinished: Unfinished) -> list[AnyDraft]:
    """Return every draft once."""
    return _distinct({task: one for task, one in unfinished.drafts.items() if one})


def _distinct(drafts: dict[Task, AnyDraft]) -> list[AnyDraft]:
    return list({id(draft): draft for draft in drafts.values()}.values())


def _drafts_of(found: Survey, folder: Path) -> dict[Task, AnyDraft]:
    """Return what a program can write for each task: actions, suite samples, what goes out."""
    words = {word for group in read_groups(folder).values() for word in group.get("targets", {})}
    drafts: dict[Task, AnyDraft] = {**make_drafts(found, upstream_names(folder))}
    for task in found.tasks:
        other = draft_of(task.misfit, words, found.document) if task.misfit else stale_draft(task)
        if other:
            drafts[task] = other
    return drafts


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
