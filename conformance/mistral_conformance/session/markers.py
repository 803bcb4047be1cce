"""The marker: the start of every name that a run gives to something it creates."""

from __future__ import annotations

import hashlib
import re
import secrets

from attrs import frozen

RUN_ID = re.compile(r"[a-z0-9]{4,16}")
ANY_MARK = re.compile(rf"\bmconf-{RUN_ID.pattern}-")


@frozen
class Marker:
    """Names what one run creates, so that the run (and a person) can tell it from all else."""

    run_id: str

    @property
    def prefix(self) -> str:
        """The start of every name, such as `mconf-4f21c0aa-`."""
        return f"mconf-{self.run_id}-"

    def name(self, rest: str) -> str:
        """Return the name with the marker in front, once."""
        return rest if rest.startswith(self.prefix) else self.prefix + rest

    def owns(self, name: object) -> bool:
        """Say whether a name was given by this run, or one of the values of names and values."""
        if isinstance(name, dict):
            return any(self.owns(value) for value in name.values())
        return isinstance(name, str) and name.startswith(self.prefix)


def is_marked(value: object) -> bool:
    """Say whether an object shows, wherever in it, the marker of this run or another one."""
    if isinstance(value, dict):
        return any(map(is_marked, value.values()))
    if isinstance(value, list):
        return any(map(is_marked, value))
    return isinstance(value, str) and bool(ANY_MARK.search(value))


def fresh_run_id() -> str:
    """Return a run id that no other run has."""
    return secrets.token_hex(4)


def seeded_run_id(seed: int) -> str:
    """Return the run id for a server that lives only for this run: same seed, same bytes sent."""
    return hashlib.sha256(f"run {seed}".encode()).hexdigest()[:8]
