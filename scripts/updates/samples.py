"""Drafts for samples of the suite that the document does not take any more."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

import attrs
import tomlkit
from document.samples import DRAFT_COMMENT, problems_of
from document.tree import duplicate

from updates.examples import EXTRA, MISSING, schema_at
from updates.guesses import value_of

if TYPE_CHECKING:
    from document.samples import Misfit
    from document.tree import Tree

_MOST = 20
"""How often a sample is mended: each time may show what the next object inside lacks."""
_AT = re.compile(r"(.*) at (\S+)", re.DOTALL)


@attrs.define
class SampleDraft:
    """What a sample should send, to be gone over."""

    file: str
    """The file that it belongs to, from the folder `openapi`."""
    operation: str
    key: str
    value: Tree
    why: str

    @property
    def heading(self) -> str:
        """The table of the sample."""
        return f'[samples."{self.operation}"]'

    @property
    def note(self) -> str:
        """The mark, which says what is new."""
        return f"{DRAFT_COMMENT}: {self.why}"

    def lines(self) -> str:
        """The entry as text to be pasted."""
        entry = tomlkit.item({self.key: _inline(self.value)}).as_string()
        return f"{self.note}\n{self.heading}\n{entry}"

    def written_into(self, text: str) -> str:
        """The text of the file with the entry in the place of the old one, under its mark."""
        data = tomlkit.parse(text)
        samples = cast("Tree", data.setdefault("samples", tomlkit.table(is_super_table=True)))
        sample = samples.setdefault(self.operation, tomlkit.table())
        sample[self.key] = _inline(self.value)
        written = tomlkit.dumps(data)
        return written.replace(self.heading, f"{self.note}\n{self.heading}", 1)


def draft_of(misfit: Misfit, words: set[str], document: Tree) -> SampleDraft | None:
    """The sample as the document takes it; None where a program cannot tell.

    `words` are the names of the objects that a run can make, which a `$word` stands for.
    """
    value = duplicate(misfit.value)
    for _ in range(_MOST):
        sent = value | misfit.beside
        told = next(problems_of(misfit.key, sent, misfit.schema, document), None)
        if told is None:
            why = "; ".join(misfit.problems)
            return SampleDraft(misfit.file, misfit.operation, misfit.key, value, why)
        if not _mended(value, told, (misfit.schema, words, document)):
            return None
    return None


def _mended(value: Tree, told: str, known: tuple[Tree, set[str], Tree]) -> bool:
    """Whether a program could mend what is told, in place."""
    schema, words, document = known
    found = _AT.fullmatch(told)
    text, at = (found[1], found[2]) if found else (told, "")
    path: list[str | int] = [int(one) if one.isdigit() else one for one in at.split("/") if one]
    if missing := MISSING.match(text):
        name = missing[1]
        inner = schema_at(schema, [*path, name], document)
        _inside(value, path)[name] = f"${name}" if name in words else value_of(inner, document)
        return True
    if extra := EXTRA.match(text):
        for name in re.findall(r"'([^']+)'", extra[1]):
            del _inside(value, path)[name]
        return True
    if path:
        made = value_of(schema_at(schema, path, document), document)
        parent, last = _inside(value, path[:-1]), path[-1]
        changed = parent[last] != made
        parent[last] = made
        return bool(changed)
    return False


def _inside(value: Any, path: list[str | int]) -> Any:  # noqa: ANN401 - JSON of any kind
    for part in path:
        value = value[part]
    return value


def _inline(value: Any) -> Any:  # noqa: ANN401 - TOML of any kind
    """The value on one line, as the samples have it; TOML knows no null."""
    if isinstance(value, dict):
        table = tomlkit.inline_table()
        table.update({key: _inline(one) for key, one in value.items() if one is not None})
        return table
    return [_inline(one) for one in value] if isinstance(value, list) else value
