"""Drafts for actions about what upstream dropped: without it, or commented out as a whole."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import attrs
from document.overlay import DRAFT, ITEM
from document.samples import DRAFT_COMMENT
from document.yaml_text import read_yaml, write_yaml

if TYPE_CHECKING:
    from pathlib import Path

    from document.survey import Task
    from document.tree import Tree

_ANCHOR = re.compile(r"(?:[:-]|<<:) &([\w-]+)")
_POSITION = re.compile(r"action (\d+)(?: in line \d+)? \(")
_NUMBER = re.compile(r"action (\d+)( in line \d+)?")
_STALE = re.compile(r"stale, (.+) (?:is|are) not there;")
_NOWHERE = "the target matches nothing"
_NAMES = re.compile(r"\[('[^']*'(?:\s*,\s*'[^']*')+)\]")


@attrs.define
class StaleDraft:
    """What is to be taken out of one action, to be gone over."""

    file: str
    """The file that it belongs to, from the folder `openapi`."""
    action: int
    """Its position among the actions of the file, from 1."""
    gone: tuple[str, ...]
    """What is taken out of it; nothing where all of it goes."""

    def lines(self) -> str:
        """Return what to do, as text."""
        what = f"{', '.join(self.gone)} out of" if self.gone else "out"
        return f"# {DRAFT_COMMENT[2:]}: take {what} {self._kind} {self.action} of {self.file}\n"

    @property
    def _kind(self) -> str:
        return "action" if "/" in self.file else "entry"

    def written_into(self, text: str) -> str:
        """Return the text of the file with the action marked, and as it should be."""
        lines = text.splitlines()
        starts = [at for at, line in enumerate(lines) if ITEM.match(line)]
        begin, end = starts[self.action - 1], [*starts, len(lines)][self.action]
        end = next((at for at in range(begin + 1, end) if lines[at][:1].strip()), end)
        while end > begin + 1 and re.match(r"\s*(#|$)", lines[end - 1]):
            end -= 1  # comments stand above what they are about
        old = lines[begin:end]
        new = self._marked(old, text)
        after = self._with_values("\n".join(lines[end:]), old, text)
        return "\n".join([*lines[:begin], *new, after]).rstrip("\n") + "\n"

    def _with_values(self, after: str, old: list[str], text: str) -> str:
        """Return what follows, with the values that it has by the aliases of what is taken away."""
        for name in _ANCHOR.findall("\n".join(old)):
            value = read_yaml(f"{text}\nx-value: *{name}\n", self.file)["x-value"]
            written = json.dumps(value, ensure_ascii=False).replace("\\", r"\\")
            after = re.sub(rf"\*{name}\b", written, after)
        return after

    def _marked(self, lines: list[str], text: str) -> list[str]:
        actions = read_yaml(text, self.file)["actions"] if self.gone else ()
        rest = self._rest(actions[self.action - 1]) if self.gone else None
        if rest is None:
            told = f"  {DRAFT_COMMENT}: upstream has dropped this; delete it, or correct its target"
            return [told, *(f"  # {line[2:]}" for line in lines)]
        return [f"  {line}" for line in write_yaml([rest | {DRAFT: True}]).splitlines()]

    def _rest(self, action: Tree) -> Tree | None:
        """Return the action without what is gone; None where nothing is left of it."""
        target = action["target"]
        for name in self.gone:
            if (shorter := _without_name(target, name)) != target:
                target = shorter
            elif not _took_out(action.get("update"), name):
                return None
        return {**action, "target": target} if action.get("update", True) else None


def stale_draft(task: Task) -> StaleDraft | None:
    """Return the draft for a task about a stale action; None for any other task."""
    position = _POSITION.match(task.where)
    if position is None:
        return None
    if task.text.startswith(_NOWHERE):
        return StaleDraft(task.file, int(position[1]), ())
    found = _STALE.match(task.text)
    return StaleDraft(task.file, int(position[1]), tuple(found[1].split(", "))) if found else None


class Numbers:
    """The numbers that the actions of each file had before drafts took some of them out."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._left = {
            path.relative_to(folder).as_posix(): list(
                range(1, _actions(path.read_text("utf-8")) + 1)
            )
            for path in folder.glob("*/*.yaml")
        }

    def as_before(self, drafts: dict[Task, Any]) -> dict[Task, Any]:
        """Return the drafts of a round, which is yet to be written, with the numbers of before.

        What is about a draft of an earlier round is left out: a person goes over that one.
        """
        told: dict[Task, Any] = {}
        gone: list[StaleDraft] = []
        for task, draft in drafts.items():
            found, left = _NUMBER.match(task.where), self._left.get(task.file, [])
            number = int(found[1]) if found else 0
            if number > len(left):
                continue
            if isinstance(draft, StaleDraft):
                gone += [draft] if self._takes_out(draft) else []
                draft = attrs.evolve(draft, action=left[number - 1])  # noqa: PLW2901 - the same
            told[_numbered(task, number, left)] = draft
        for one in sorted(gone, key=lambda one: -one.action):
            del self._left[one.file][one.action - 1]
        return told

    def _takes_out(self, draft: StaleDraft) -> bool:
        """Say whether the draft leaves nothing of its action."""
        text = (self._folder / draft.file).read_text("utf-8")
        return _actions(draft.written_into(text)) < _actions(text)


def _actions(text: str) -> int:
    """Return how many actions the text of a file has."""
    return sum(bool(ITEM.match(line)) for line in text.splitlines())


def _numbered(task: Task, number: int, left: list[int]) -> Task:
    """Return the task about the action that is now of the number, with the number of before."""
    if not number or left[number - 1] == number:
        return task
    return attrs.evolve(task, where=_NUMBER.sub(f"action {left[number - 1]}", task.where, count=1))


def _without_name(target: str, gone: str) -> str:
    """Return the target without a name of a list of names.

    The name may be given with the whole way.
    """
    for names in _NAMES.finditer(target):
        listed = re.findall(r"'[^']*'", names[1])
        before, after = target[: names.start()], target[names.end() :]
        kept = [one for one in listed if gone not in {one.strip("'"), f"{before}[{one}]{after}"}]
        if kept and len(kept) < len(listed):
            return f"{before}[{', '.join(kept)}]{after}"
    return target


def _took_out(update: Any, dotted: str) -> bool:  # noqa: ANN401 - JSON of any kind
    """Say whether the place, as `properties.size`, could be taken out of the update, in place."""
    if not isinstance(update, dict):
        return False
    if dotted in update:
        del update[dotted]
        return True
    for key, inner in list(update.items()):
        if dotted.startswith(f"{key}.") and _took_out(inner, dotted[len(key) + 1 :]):
            if not inner:
                del update[key]
            return True
    return False
