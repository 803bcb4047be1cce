"""Replies in YAML: a file or a folder of files, read again when they change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from mistral_mock import json_text
from mistral_mock.replies.parsing import parse_reply
from mistral_mock.replies.problem import ReplyError
from mistral_mock.yaml_text import PlainLoader

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from mistral_mock.replies.reply import Reply

LARGEST = 50 * 1024 * 1024
"""The largest file, in bytes."""
DEEPEST_PLACE = 8
"""Parts of a place that messages about values which JSON cannot hold name."""
SUFFIXES = (".yaml", ".yml", ".json")


class Source:
    """The files that `--replies` names."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = tuple(paths)
        self._seen: tuple[object, ...] = ()
        self.replies: list[Reply] = []
        """Those of the last reading that went well."""

    def has_changed(self) -> bool:
        """Say whether a file is another one than at the last reading."""
        return bool(self._paths) and self._look() != self._seen

    def read(self) -> list[Reply]:
        """Return the replies of all files, in the order of their names.

        Raises:
            ReplyError: A file cannot be read, or a reply in it cannot be used.

        """
        self._seen = self._look()
        found = [reply for path in self._paths for reply in read_path(path)]
        self.replies = found
        return found

    def _look(self) -> tuple[object, ...]:
        """Return what changes when a file does."""
        seen: list[object] = []
        for path in (one for given in self._paths for one in list_files(given)):
            try:
                state = path.stat()
            except OSError as error:
                seen.append((path, error.errno))
            else:
                seen.append((path, state.st_mtime_ns, state.st_size, state.st_ino))
        return tuple(seen)


def read_path(path: Path) -> list[Reply]:
    """Return the replies of a file, or of all files of a folder in the order of their names.

    Raises:
        ReplyError: A file cannot be read, or a reply in it cannot be used.

    """
    return [reply for file in list_files(path) for reply in read_file(file)]


def list_files(path: Path) -> Iterator[Path]:
    """Yield the file itself, or the files of a folder."""
    if path.is_dir():
        yield from sorted(one for one in path.rglob("*") if one.suffix in SUFFIXES)
    else:
        yield path


def read_file(path: Path) -> list[Reply]:
    """Return the replies of one file: a list, or a mapping with the list under `replies`.

    Raises:
        ReplyError: It cannot be read, or a reply in it cannot be used; with file and line.

    """
    root = compose(path)
    raw = construct(root, path)
    place: tuple[str | int, ...] = ()
    if isinstance(raw, dict) and set(raw) == {"replies"}:
        raw, place = raw["replies"], ("replies",)
    if raw is None:
        return []
    if not isinstance(raw, list):
        raise ReplyError((), "a file of replies is a list of them", f"{path}:1")
    made: list[Reply] = []
    for number, one in enumerate(raw):
        at = (*place, number)
        try:
            made.append(parse_reply(one, at, f"{path}:{find_line(root, at)}"))
        except ReplyError as error:
            source = f"{path}:{find_line(root, error.place)}"
            raise ReplyError(error.place, error.reason, source) from error
    return made


def compose(path: Path) -> yaml.Node | None:
    """Return the YAML nodes of a file, which know their lines.

    Raises:
        ReplyError: It cannot be read.

    """
    try:
        if path.stat().st_size > LARGEST:
            raise ReplyError((), f"it has more than {LARGEST} bytes", str(path))
        return yaml.compose(path.read_text("utf-8"), Loader=PlainLoader)
    except OSError as error:
        raise ReplyError((), error.strerror or str(error), str(path)) from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        source = f"{path}:{mark.line + 1}" if mark else str(path)
        if isinstance(error, ReplyError):
            raise
        reason = getattr(error, "problem", None) or " ".join(str(error).split())
        raise ReplyError((), f"it is not YAML: {reason}", source) from error


def construct(root: yaml.Node | None, path: Path) -> Any:  # noqa: ANN401 - YAML of any kind
    """Return the plain value of a node.

    Raises:
        ReplyError: It holds what JSON does not; with file and line.

    """
    if root is None:
        return None
    try:
        value = PlainLoader("").construct_document(root)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        source = f"{path}:{mark.line + 1}" if mark else str(path)
        reason = getattr(error, "problem", None) or " ".join(str(error).split())
        raise ReplyError((), f"JSON cannot hold it: {reason}", source) from error
    reason = find_refusal(value)
    if reason:
        place = find_unfit(value)
        source = f"{path}:{find_line(root, place)}"
        raise ReplyError(place, f"JSON cannot hold it: {reason}", source)
    return value


def find_refusal(value: object) -> str:
    """Return why JSON cannot hold a value; empty when it can."""
    try:
        json_text.check(value)
    except ValueError as error:
        return str(error)
    return ""


def find_unfit(value: Any) -> tuple[str | int, ...]:  # noqa: ANN401 - YAML of any kind
    """Return the place of the innermost part that JSON cannot hold, of a value with such a part."""
    place: list[str | int] = []
    while len(place) < DEEPEST_PLACE:
        parts = value if isinstance(value, dict) else {}
        if isinstance(value, list):
            parts = dict(enumerate(value))
        unfit = next(((name, part) for name, part in parts.items() if find_refusal(part)), None)
        if unfit is None:
            break
        name, value = unfit
        place.append(name if isinstance(name, int) else str(name))
    return tuple(place)


def find_line(root: yaml.Node | None, place: Sequence[str | int]) -> int:
    """Return the line, from 1, of what a place leads to, or of the last part of it that exists."""
    node = root
    line = 1 if root is None else root.start_mark.line + 1
    for part in place:
        found: yaml.Node | None = None
        if isinstance(node, yaml.MappingNode):
            for name, value in node.value:
                if name.value == str(part):
                    line, found = name.start_mark.line + 1, value
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            found = node.value[part] if part < len(node.value) else None
            line = found.start_mark.line + 1 if found else line
        if found is None:
            return line
        node = found
    return line
