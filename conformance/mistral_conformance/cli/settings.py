"""Options from a file: `mistral-conformance.toml`, or a table in `pyproject.toml`.

The file names options as the command line does, without the dashes in front. What the command line
says replaces what the file says.
"""

from __future__ import annotations

import argparse
import json
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NAME = "mistral-conformance.toml"
PROJECT = "pyproject.toml"
TABLE = ("tool", "mistral-conformance")
NOT_IN_FILES = frozenset({"help", "list-profiles", "show-config", "config", "yes-live"})
"""What a person has to say each time."""
PLACES = frozenset(
    {"base-url", "report-dir", "format", "history", "ledger", "run-id", "shard", "workers"}
)
"""Where things are, and which part is judged: the same run may have others."""


class WrongSettings(ValueError):  # noqa: N818 - read as a sentence by the command line
    """A file of options that cannot be used; the message says why."""


def complete(given: Sequence[str], parser: argparse.ArgumentParser) -> list[str]:
    """Return the words of a command line, completed from the file of options if there is one.

    Raises:
        WrongSettings: the file cannot be read, or names what is no option.

    """
    asking = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    asking.add_argument("--config", type=Path)
    named: Path | None = asking.parse_known_args(given)[0].config
    path = named or find_settings(Path())
    return merge(read_settings(path, parser), given, parser) if path else list(given)


def show_settings(options: argparse.Namespace, parser: argparse.ArgumentParser) -> str:
    """Return the options that hold, as a file of options would say them."""
    return "".join(f"{name} = {value}\n" for name, value in _holding(options, parser))


def shaping_settings(
    options: argparse.Namespace, parser: argparse.ArgumentParser
) -> dict[str, str]:
    """Return the options that shape what is judged, as a file says them: no keys, no places."""
    return {name: value for name, value in _holding(options, parser) if name not in PLACES}


def _holding(
    options: argparse.Namespace, parser: argparse.ArgumentParser
) -> Iterator[tuple[str, str]]:
    for action in parser._actions:  # noqa: SLF001 - argparse has no other way to ask
        name = next((each[2:] for each in action.option_strings if each.startswith("--")), "")
        value = getattr(options, action.dest, None)
        if name and name not in NOT_IN_FILES and value not in (None, "", [], False):
            yield name, _spell(value, ": " if name == "header" else "=")


def _spell(value: Any, between: str) -> str:  # noqa: ANN401 - whatever an option holds
    if isinstance(value, list):
        return f"[{', '.join(_spell(each, between) for each in value)}]"
    if isinstance(value, bool):
        return "true"
    if isinstance(value, int | float):
        return str(value)
    return json.dumps(between.join(value) if isinstance(value, tuple) else str(value))


def find_settings(folder: Path) -> Path | None:
    """Return the file of options that holds for a folder, None where there is none."""
    own, project = folder / NAME, folder / PROJECT
    if own.is_file():
        return own
    return project if project.is_file() and _table(project) else None


def read_settings(path: Path, parser: argparse.ArgumentParser) -> list[str]:
    """Return the options of a file as words of a command line.

    Raises:
        WrongSettings: the file cannot be read, or names what is no option.

    """
    known = {
        word.removeprefix("--"): each
        for each in parser._actions  # noqa: SLF001 - argparse has no other way to ask
        for word in each.option_strings
        if word.startswith("--")
    }
    words: list[str] = []
    for name, value in _table(path).items():
        if name in NOT_IN_FILES or name not in known:
            raise WrongSettings(f"{path}: no option {name!r} in a file; see `run --help`")
        words += _words(path, name, value, known[name])
    return words


def merge(words: Sequence[str], given: Sequence[str], parser: argparse.ArgumentParser) -> list[str]:
    """Return words of a file, without options that the command line gives, and these."""
    said = {each.partition("=")[0] for each in given if each.startswith("--")}
    for group in parser._mutually_exclusive_groups:  # noqa: SLF001 - as above
        names = {word for each in group._group_actions for word in each.option_strings}  # noqa: SLF001
        said |= names if names & said else set()
    return [*(each for each in words if each.partition("=")[0] not in said), *given]


def _words(path: Path, name: str, value: Any, action: argparse.Action) -> Iterator[str]:  # noqa: ANN401 - TOML
    flag = action.nargs == 0
    if isinstance(value, bool) and flag:
        if value:
            yield f"--{name}"
        return
    many = isinstance(action, argparse._AppendAction)  # noqa: SLF001 - argparse has no other name
    values = value if isinstance(value, list) and many else [value]
    if flag or not all(isinstance(each, str | int | float) for each in values):
        kind = "true or false" if flag else "a text or a number" + (", or a list of them" * many)
        raise WrongSettings(f"{path}: {name} is {kind}")
    for each in values:
        yield f"--{name}={each}"


def _table(path: Path) -> dict[str, Any]:
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise WrongSettings(f"cannot read {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WrongSettings(f"{path} is no TOML: {error}") from error
    if path.name == PROJECT:
        for each in TABLE:
            found = found.get(each, {})
            if not isinstance(found, dict):
                raise WrongSettings(f"{path}: {'.'.join(TABLE)} is no table")
    return found
