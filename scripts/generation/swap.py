"""Exchanging one folder for another without a moment in which there is none."""

from __future__ import annotations

import ctypes
import os
import shutil
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

_AT_FDCWD: Final = -100
_RENAME_EXCHANGE: Final = 2


def replace_folder(target: Path, fresh: Path) -> None:
    """Put `fresh` in the place of `target` and delete what was there.

    Both have to be on one file system. Where the system can exchange two names at once it does;
    elsewhere the old folder steps aside first, and comes back when the second step fails.
    """
    if not target.exists():
        fresh.rename(target)
        return
    if _exchange(target, fresh):
        shutil.rmtree(fresh)
        return
    aside = fresh.with_name(f"{fresh.name}.old")
    target.rename(aside)
    try:
        fresh.rename(target)
    except OSError:
        aside.rename(target)
        raise
    shutil.rmtree(aside)


def _exchange(one: Path, other: Path) -> bool:
    """Say whether the two names were exchanged in one step (Linux can)."""
    rename = getattr(ctypes.CDLL(None), "renameat2", None)
    if rename is None:
        return False
    names = os.fsencode(one), os.fsencode(other)
    return bool(rename(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE) == 0)
