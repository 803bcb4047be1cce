"""A file that tells what a run has created, for when the run itself cannot clean up any more.

One JSON object a line, each written before the run goes on: first who ran against what, then what
is about to be created (`intended`), what was (`made`), and what is deleted again (`gone`). It holds
names of environment variables, never a key.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import attrs
from attrs import frozen

from mistral_conformance.session.creations import Made

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from typing import TextIO

    from mistral_conformance.session.identities import Identity

NAME = "ledger.jsonl"


class WrongLedger(ValueError):  # noqa: N818 - read as a sentence by the command line
    """A file that is no ledger of a run; the message says why."""


@frozen
class Account:
    """What a ledger tells: whose run on which server, and what of it is still there.

    `identities` are `NAME=ENVVAR`; `unsure` are the operations whose answer nobody noted, so that
    what they made can only be found by its name.
    """

    run_id: str
    base_url: str
    identities: tuple[str, ...]
    made: tuple[Made, ...] = ()
    unsure: tuple[str, ...] = ()


class Ledger:
    """Writes what happens to the objects of one run."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def begin(self, run_id: str, base_url: str, identities: Mapping[str, Identity]) -> None:
        """Say whose run this is."""
        names = [f"{name}={each.variable}" for name, each in identities.items()]
        self._write({"run": run_id, "base_url": base_url, "identities": names})

    def intend(self, operation: str) -> None:
        """Say that an object may be made now."""
        self._write({"intended": operation})

    def answered(self, operation: str) -> None:
        """Say that the answer came: what was made is noted, or nothing was."""
        self._write({"answered": operation})

    def make(self, made: Made) -> None:
        """Say what was made."""
        self._write({"made": attrs.asdict(made)})

    def cross_off(self, path: str) -> None:
        """Say that an object, with all below it, is gone."""
        self._write({"gone": path})

    def _write(self, entry: dict[str, Any]) -> None:
        self._file.write(json.dumps(entry) + "\n")
        self._file.flush()


def read_ledger(path: Path) -> Account:
    """Return what a ledger tells. A last line that was cut off is left out.

    Raises:
        WrongLedger: the file cannot be read, or is no ledger.

    """
    try:
        entries = list(_entries(path.read_text("utf-8")))
    except OSError as error:
        raise WrongLedger(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise WrongLedger(f"{path} is no ledger of a run: it is no text") from error
    if not entries or "run" not in entries[0]:
        raise WrongLedger(f"{path} is no ledger of a run: its first line does not name one")
    made: dict[str, Made] = {}
    unsure: Counter[str] = Counter()
    for entry in entries[1:]:
        if "made" in entry:
            found = Made(**entry["made"])
            made[found.path] = found
        elif "gone" in entry:
            gone = entry["gone"]
            made = {p: m for p, m in made.items() if p != gone and not p.startswith(f"{gone}/")}
        unsure[entry.get("intended", "")] += 1
        unsure[entry.get("answered", "")] -= 1
    first = entries[0]
    return Account(
        str(first["run"]),
        str(first["base_url"]),
        tuple(first["identities"]),
        tuple(made.values()),
        tuple(sorted(each for each, count in unsure.items() if each and count > 0)),
    )


def _entries(text: str) -> Iterator[dict[str, Any]]:
    *whole, _cut = text.split("\n")
    for line in whole:
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict):
            yield entry
