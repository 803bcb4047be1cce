"""What a campaign remembers on disk: its shares that are done, so that it can go on after a kill.

`campaign.jsonl` is a line about the campaign and one for each share, written when that is done; a
last line that was cut off is left out. Beside it lie the sequences that failed (`sequences/`, as
hypothesis keeps them) and the ledgers of shares that are not cleaned up yet (`ledgers/`).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from attrs import define, field

from mistral_conformance.verdict.outcome import RED

if TYPE_CHECKING:
    from pathlib import Path

    from mistral_conformance.campaign.shares import Done

NAME = "campaign.jsonl"


class WrongCorpus(ValueError):  # noqa: N818 - read as a sentence by the command line
    """A folder that a campaign cannot go on with; the message says why."""


@define
class Corpus:
    """The folder of one campaign. `done` are the shares that are done, `red` those that failed."""

    folder: Path
    campaign: str
    done: set[int] = field(factory=set)
    red: list[int] = field(factory=list)

    def note(self, done: Done) -> None:
        """Write down that a share is done."""
        failed = [each.name for each in done.run.results if each.status in RED]
        number = done.share.number
        self.done.add(number)
        self.write({"share": number, "requests": done.requests, "failed": failed})

    def write(self, line: dict[str, Any]) -> None:
        """Add a line to the file."""
        with (self.folder / NAME).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


def open_corpus(folder: Path, campaign: str, plan: dict[str, Any]) -> Corpus:
    """Return the corpus in a folder, begun if there is none; `plan` makes it the same one.

    Raises:
        WrongCorpus: the folder holds another campaign, or cannot be written to.

    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / NAME
        lines = _lines(path.read_text("utf-8")) if path.exists() else []
        if lines:
            return _resume(folder, lines, plan)
        path.write_text("", encoding="utf-8")
        corpus = Corpus(folder, campaign)
        corpus.write({"campaign": campaign, "plan": plan})
    except (OSError, UnicodeDecodeError) as error:
        raise WrongCorpus(f"--corpus {folder} cannot be used: {error}") from error
    return corpus


def _resume(folder: Path, lines: list[dict[str, Any]], plan: dict[str, Any]) -> Corpus:
    first, *shares = lines
    known = first.get("plan", {})
    differing = [each for each in plan if known.get(each) != plan[each]]
    if differing:
        raise WrongCorpus(
            f"--corpus {folder} is of a campaign with another {differing[0]}: "
            "go on with the same options, or name another folder"
        )
    failed = {each["share"]: each["failed"] for each in shares}
    red = [number for number, names in failed.items() if names]
    return Corpus(folder, str(first["campaign"]), set(failed), red)


def _lines(text: str) -> list[dict[str, Any]]:
    *whole, _cut = text.split("\n")
    found = []
    for line in whole:
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return [each for each in found if isinstance(each, dict)]
