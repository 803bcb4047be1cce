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
    from document.survey import Task
    from document.tree import Tree

_ANCHOR = re.compile(r"(?:[:-]|<<:) &([\w-]+)")
_POSITION = re.compile(r"action (\d+)(?: in line \d+)? \(")
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
        """What to do, as text."""
        what = f"{', '.join(self.gone)} out of" if self.gone else "out"
        return f"# {DRAFT_COMMENT[2:]}: take {what} action {self.action} of {self.file}\n"

    def written_into(self, text: str) -> str:
        """The text of the file with the action marked, and as it should be."""
        lines = text.splitlines()
        starts = [at for at, line in enumerate(lines) if ITEM.match(line)]
        begin, end = starts[self.action - 1], [*starts, len(lines)][self.action]
        while end > begin + 1 and re.match(r"\s*(#|$)", lines[end - 1]):
            end -= 1  # comments stand above what they are about
        old = lines[begin:end]
        new = self._marked(old, read_yaml(text, self.file)["actions"][self.action - 1])
        after = self._with_values("\n".join(lines[end:]), old, text)
        return "\n".join([*lines[:begin], *new, after]).rstrip("\n") + "\n"

    def _with_values(self, after: str, old: list[str], text: str) -> str:
        """What follows, with the values that it has by the aliases of what is taken away."""
        for name in _ANCHOR.findall("\n".join(old)):
            value = read_yaml(f"{text}\nx-value: *{name}\n", self.file)["x-value"]
            written = json.dumps(value, ensure_ascii=False).replace("\\", r"\\")
            after = re.sub(rf"\*{name}\b", written, after)
        return after

    def _marked(self, lines: list[str], action: Tree) -> list[str]:
        rest = self._rest(action) if self.gone else None
        if rest is None:
            told = f"  {DRAFT_COMMENT}: upstream has dropped this; delete it, or correct its target"
            return [told, *(f"  # {line[2:]}" for line in lines)]
        return [f"  {line}" for line in write_yaml([rest | {DRAFT: True}]).splitlines()]

    def _rest(self, action: Tree) -> Tree | None:
        """The action without what is gone; None where nothing is left of it."""
        target = action["target"]
        for name in self.gone:
            if (shorter := _without_name(target, name)) != target:
                target = shorter
            elif not _took_out(action.get("update"), name):
                return None
        return {**action, "target": target} if action.get("update", True) else None


def stale_draft(task: Task) -> StaleDraft | None:
    """The draft for a task about a stale action; None for any other task."""
    position = _POSITION.match(task.where)
    if position is None:
        return None
    if task.text.startswith(_NOWHERE):
        return StaleDraft(task.file, int(position[1]), ())
    found = _STALE.match(task.text)
    return StaleDraft(task.file, int(position[1]), tuple(found[1].split(", "))) if found else None


def _without_name(target: str, gone: str) -> str:
    """The target without a name of a list of names; the name may be given with the whole way."""
    for names in _NAMES.finditer(target):
        listed = re.findall(r"'[^']*'", names[1])
        before, after = target[: names.start()], target[names.end() :]
        kept = [one for one in listed if gone not in {one.strip("'"), f"{before}[{one}]{after}"}]
        if kept and len(kept) < len(listed):
            return f"{before}[{', '.join(kept)}]{after}"
    return target


def _took_out(update: Any, dotted: str) -> bool:  # noqa: ANN401 - JSON of any kind
    """Whether the place, as `properties.size`, could be taken out of the update, in place."""
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
