"""Folders of recordings: one YAML for each exchange, in a folder for each test or scope."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from attrs import evolve

from mistral_mock import yaml_text
from mistral_mock.recording import har, spelling
from mistral_mock.recording.spelling import SpelledError

if TYPE_CHECKING:
    from mistral_mock.recording.exchange import Recording

END = ".yaml"
NOT_IN_NAMES = re.compile(r"[^a-z0-9._-]+")
LONGEST_NAME = 80
"""Characters of the name of a folder, without what tells it from others."""
NUMBERED = re.compile(r"\.([0-9]+)\.yaml")


class RecordingError(ValueError):
    """A folder or an archive of recordings that cannot be used; the message says which and why."""


def name_folder(scope: str) -> str:
    """Return the folder of a scope: its name, made fit for every file system.

    Two scopes never share a folder: where the name had to change, a part of its digest follows.
    """
    plain = NOT_IN_NAMES.sub("-", scope.lower()).strip("-.")[-LONGEST_NAME:].strip("-.")
    if plain == scope and plain:
        return plain
    return f"{plain or 'scope'}-{hashlib.sha256(scope.encode()).hexdigest()[:8]}"


def read_recordings(path: Path) -> list[Recording]:
    """Return all recordings of a folder or of an archive, those of a scope in their order.

    A folder that does not exist yet has none.

    Raises:
        RecordingError: A file cannot be read.

    """
    if path.is_file():
        return read_archive(path)
    found = [read_file(one, path) for one in sorted(path.rglob(f"*{END}"))]
    return sorted(found, key=lambda one: (one.scope, one.turn, one.name))


def read_archive(path: Path) -> list[Recording]:
    """Return the recordings of a HAR archive.

    Raises:
        RecordingError: It cannot be read.

    """
    try:
        return har.read(path.read_bytes())
    except (OSError, ValueError) as error:
        raise RecordingError(f"{path}: {error}") from error


def read_file(path: Path, root: Path) -> Recording:
    """Return one recording.

    Raises:
        RecordingError: It cannot be read.

    """

    def fetch(name: str) -> bytes:
        if Path(name).name != name:
            raise SpelledError(f"{name!r} is not the name of a file in the same folder")
        return (path.parent / name).read_bytes()

    try:
        raw = yaml_text.read(path.read_bytes())
        name = path.relative_to(root).with_suffix("").as_posix()
        return evolve(spelling.read(raw, name, fetch), file=path)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, SpelledError) as error:
        raise RecordingError(f"{path}: {error}") from error


def write_file(one: Recording, path: Path) -> None:
    """Write a recording and the files beside it; whoever reads sees all of it or nothing.

    Raises:
        OSError: The disk refuses.

    """

    def keep(end: str, content: bytes) -> str:
        beside = path.with_name(f"{path.stem}.{end}")
        beside.write_bytes(content)
        return beside.name

    path.parent.mkdir(parents=True, exist_ok=True)
    content = yaml_text.spell(spelling.spell(one, keep))
    waiting = path.with_name(f".{path.name}.{os.getpid()}")
    waiting.write_bytes(content)
    waiting.replace(path)


def clear_folder(folder: Path) -> None:
    """Take away the recordings of a folder and the files beside them, and nothing else.

    Raises:
        OSError: The disk refuses.

    """
    for path in sorted(folder.glob(f"*{END}")):
        if not path.read_bytes().startswith(b"recording: "):
            continue
        for beside in folder.glob(f"{glob_safe(path.stem)}.*"):
            if beside == path or beside.name[len(path.stem) :].startswith((".request", ".answer")):
                beside.unlink(missing_ok=True)


def glob_safe(name: str) -> str:
    """Return a name as a pattern that means it alone."""
    return re.sub(r"([*?\[])", r"[\1]", name)


def count_recordings(folder: Path) -> dict[str, int]:
    """Return the highest number of each name in the folder of a scope."""
    found: dict[str, int] = {}
    for path in folder.glob(f"*{END}"):
        match = NUMBERED.search(path.name)
        if match is not None:
            stem = path.name[: match.start()]
            found[stem] = max(found.get(stem, 0), int(match[1]))
    return found
