"""Verdicts in a file, a JSON object a line: a board that was stopped goes on where it was."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import attrs

from mistral_conformance.mutants.judging import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class WrongResults(ValueError):  # noqa: N818 - read as a sentence by the command line
    """The file holds something else than verdicts; the message says where."""


def read_verdicts(path: Path) -> dict[str, Verdict]:
    """Return the verdicts by defect, none where there is no file yet.

    A last line that was cut off when the board was stopped does not count.

    Raises:
        WrongResults: a line is no verdict.

    """
    if not path.exists():
        return {}
    lines = path.read_text("utf-8").split("\n")
    found = (_read(path, number, line) for number, line in enumerate(lines[:-1], 1) if line)
    return {each.mutant: each for each in found}


def _read(path: Path, number: int, line: str) -> Verdict:
    try:
        return Verdict(**json.loads(line))
    except (TypeError, ValueError) as error:
        raise WrongResults(f"{path}, line {number}: no verdict of this version") from error


def keep_verdicts(path: Path | None, verdicts: Iterator[Verdict]) -> Iterator[Verdict]:
    """Yield the verdicts, each written down before it is given."""
    if path is None:
        yield from verdicts
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    whole = path.read_bytes() if path.exists() else b""
    path.write_bytes(whole[: whole.rfind(b"\n") + 1])
    with path.open("a", encoding="utf-8") as file:
        for each in verdicts:
            file.write(json.dumps(attrs.asdict(each)) + "\n")
            file.flush()
            yield each
