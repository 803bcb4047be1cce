"""What the command line says about recordings."""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mistral_mock.recording import files, har

if TYPE_CHECKING:
    from collections.abc import Callable

SPEED = re.compile(r"([0-9]{1,4}(?:\.[0-9]{1,3})?)x")


def add_replay_options(parser: argparse.ArgumentParser) -> None:
    """Add options for answers from recordings."""
    parser.add_argument(
        "--replay",
        type=Path,
        metavar="PATH",
        help="answer from this folder of recordings, or from a HAR archive",
    )
    parser.add_argument(
        "--missing",
        choices=("refuse", "record", "engine"),
        default="refuse",
        help="what no recording answers: refuse it, record it from --to, or let the mock answer; "
        "default refuse",
    )
    parser.add_argument(
        "--pace",
        type=parse_pace,
        default=0.0,
        metavar="PACE",
        help="of recorded answers: none, recorded, or 2x for twice as fast; default none",
    )
    add_upstream_options(parser, required=False)


def add_upstream_options(parser: argparse.ArgumentParser, *, required: bool) -> None:
    """Add options for the server that is recorded."""
    parser.add_argument("--to", required=required, metavar="URL", help="the server to record from")
    parser.add_argument(
        "--yes-live",
        action="store_true",
        help="record from the vendor's own servers: costs money, changes real data",
    )


def add_record_options(parser: argparse.ArgumentParser) -> None:
    """Add options for what is recorded, and where it goes."""
    add_upstream_options(parser, required=True)
    parser.add_argument(
        "--into", type=Path, required=True, metavar="FOLDER", help="where the recordings go"
    )


def add_har_command(commands: Any) -> None:  # noqa: ANN401 - argparse has no name for its type
    """Add the command that makes an archive of a folder."""
    command = commands.add_parser("har", help="make a HAR archive of recordings")
    command.add_argument("folder", type=Path, metavar="FOLDER", help="a folder of recordings")
    command.add_argument(
        "--into", type=Path, metavar="FILE", help="where the archive goes; default standard output"
    )
    run: Callable[[argparse.Namespace], int] = write_archive
    command.set_defaults(run=run)


def write_archive(options: argparse.Namespace) -> int:
    """Write the archive of a folder.

    Raises:
        RecordingError: The folder is not there, or a recording in it cannot be read.

    """
    if not options.folder.is_dir():
        raise files.RecordingError(f"{options.folder} is not a folder")
    found = har.make(files.read_recordings(options.folder))
    text = json.dumps(found, ensure_ascii=False, indent=1) + "\n"
    if options.into is None:
        sys.stdout.write(text)
        sys.stdout.flush()
    else:
        options.into.write_text(text, "utf-8")
    return 0


def read_replay(options: argparse.Namespace) -> dict[str, Any]:
    """Return the settings that the options of `serve` spell.

    Raises:
        ValueError: They contradict each other.

    """
    if options.replay is None:
        for name in ("to", "yes_live"):
            if getattr(options, name):
                raise ValueError(f"--{name.replace('_', '-')} needs --replay")
        if options.missing != "refuse" or options.pace:
            raise ValueError("--missing and --pace need --replay")
        return {}
    if not options.replay.exists() and options.missing != "record":
        raise ValueError(f"{options.replay} does not exist: record into it first")
    if (options.to is None) == (options.missing == "record"):
        raise ValueError("--missing record and --to need each other")
    return {
        "replay": options.replay,
        "missing": options.missing,
        "replay_pace": options.pace,
        "upstream": options.to,
        "yes_live": options.yes_live,
    }


def read_record(options: argparse.Namespace) -> dict[str, Any]:
    """Return the settings that the options of `record` spell."""
    return {
        "replay": options.into,
        "upstream": options.to,
        "record_afresh": True,
        "yes_live": options.yes_live,
    }


def parse_pace(text: str) -> float:
    """Return how fast recordings answer, as a factor; 0 is at once."""
    words = {"none": 0.0, "recorded": 1.0}
    match = SPEED.fullmatch(text)
    pace = words.get(text, float(match[1]) if match else 0.0)
    if text not in words and not pace:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a pace: write none, recorded, or a speed such as 2x"
        )
    return pace
