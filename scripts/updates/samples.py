"""Drafts for samples of the suite that the document does not take any more."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import attrs
import tomlkit
from document.samples import DRAFT_COMMENT, heading, problems_of
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
    table: tuple[str, ...]
    """The names that lead to the sample."""
    key: str
    value: Tree
    why: str
    always: list[str] = attrs.field(factory=list)
    """The new fields of the body, which what rules send needs as well."""

    @property
    def entries(self) -> dict[str, str]:
        """What stands in the sample, as TOML."""
        always = {"always": _inline(self.always)} if self.always else {}
        return {self.key: _inline(self.value), **always}

    @property
    def note(self) -> str:
        """The mark, which says what is new."""
        return f"{DRAFT_COMMENT}: {self.why}"

    def lines(self) -> str:
        """Return the entry as text to be pasted."""
        inside = ".".join((*self.table[2:], ""))
        rows = [f"{inside}{key} = {text}\n" for key, text in self.entries.items()]
        return f"{self.note}\n{heading(self.table)}\n{''.join(rows)}"

    def written_into(self, text: str) -> str:
        """Return the text of the file with the entry in place of the old one, under its mark."""
        data = tomlkit.parse(text)
        sample: Any = data
        for name in self.table:
            sample = sample[name]
        for key, written in self.entries.items():
            sample[key] = tomlkit.value(written)
        begin = heading(self.table)
        return tomlkit.dumps(data).replace(begin, f"{self.note}\n{begin}", 1)


def draft_of(misfit: Misfit, words: set[str], document: Tree) -> SampleDraft | None:
    """Return the sample as the document takes it; None where a program cannot tell.

    `words` are the names of the objects that a run can make, which a `$word` stands for.
    """
    value = duplicate(misfit.value)
    for _ in range(_MOST):
        sent = value | misfit.beside
        told = next(problems_of(misfit.key, sent, misfit.schema, document), None)
        if told is None:
            why = "; ".join(misfit.problems)
            fresh = [name for name in value if name not in misfit.value]
            plain = [name for name in fresh if '"$' not in _inline(value[name])]
            always = plain if misfit.key == "body" and misfit.table[0] == "samples" else []
            return SampleDraft(misfit.file, misfit.table, misfit.key, value, why, always)
        if not _mended(value, told, (misfit.schema, words, document)):
            return None
    return None


def _mended(value: Tree, told: str, known: tuple[Tree, set[str], Tree]) -> bool:
    """Say whether a program could mend what is told, in place."""
    schema, words, document = known
    found = _AT.fullmatch(told)
    text, at = (found[1], found[2]) if found else (told, "")
    path: list[str | int] = [int(one) if one.isdigit() else one for one in at.split("/") if one]
    if missing := MISSING.match(text):
        name = missing[1]
        inner = schema_at(schema, [*path, name], document)
        _inside(value, path)[name] = _worded(name, value_of(inner, document), words)
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


def _worded(name: str, value: Any, words: set[str]) -> Any:  # noqa: ANN401 - JSON of any kind
    """Return the value of a field; what is named like an object of the suite is that object."""
    if isinstance(value, dict):
        return {key: _worded(key, inner, words) for key, inner in value.items()}
    return f"${name}" if name in words and isinstance(value, str) else value


def _inside(value: Any, path: list[str | int]) -> Any:  # noqa: ANN401 - JSON of any kind
    for part in path:
        value = value[part]
    return value


def _inline(value: Any) -> str:  # noqa: ANN401 - TOML of any kind
    """Return the value on one line, written as the samples have it; TOML knows no null."""
    if isinstance(value, dict):
        entries = ((tomlkit.key(key).as_string(), one) for key, one in value.items())
        inside = ", ".join(f"{key} = {_inline(one)}" for key, one in entries if one is not None)
        return f"{{ {inside} }}"
    if isinstance(value, list):
        return f"[{', '.join(_inline(one) for one in value)}]"
    written: str = tomlkit.item(value).as_string()
    return written
