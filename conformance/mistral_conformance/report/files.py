"""Writes the reports of a run into a folder, each file whole or not at all."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from mistral_conformance.report.html import render_html
from mistral_conformance.report.junit import render_junit
from mistral_conformance.report.reproducing import FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mistral_conformance.report.model import Report
    from mistral_conformance.report.reproducing import Script

NAMES = ("report.json", "junit.xml", "report.html")


class Unwritable(Exception):  # noqa: N818 - read as a sentence by the command line
    """A report folder that cannot be written to; the message says why."""


def prepare_folder(folder: Path) -> None:
    """Make the folder, so that a wrong one is known before the run and not after it.

    Raises:
        Unwritable: it cannot be made or written to.

    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise Unwritable(
            f"cannot write reports to {folder}: {error.strerror}; choose another --report-dir"
        ) from error
    taken = [each for each in NAMES if (folder / each).is_dir()]
    if taken:
        raise Unwritable(f"{folder / taken[0]} is a folder: choose another --report-dir")


def write_reports(report: Report, scripts: Iterable[Script], folder: Path) -> list[Path]:
    """Write `report.json`, `junit.xml`, `report.html` and the scripts; the first three, in order.

    Scripts of an earlier run are removed.

    Raises:
        Unwritable: the folder has become unwritable.

    """
    contents = (
        json.dumps(report.to_json(), indent=1, ensure_ascii=True).encode() + b"\n",
        render_junit(report),
        render_html(report).encode("utf-8", errors="replace"),
    )
    try:
        _write_scripts(scripts, folder)
        return [
            _write(folder / name, content) for name, content in zip(NAMES, contents, strict=True)
        ]
    except OSError as error:
        raise Unwritable(f"cannot write reports to {folder}: {error.strerror}") from error


def _write_scripts(scripts: Iterable[Script], folder: Path) -> None:
    for pattern in ("*.sh", "*.body"):
        for path in (folder / FOLDER).glob(pattern):
            path.unlink()
    for script in scripts:
        (folder / FOLDER).mkdir(exist_ok=True)
        _write(folder / script.name, script.text.encode("utf-8", errors="replace"))
        for name, content in script.bodies.items():
            _write(folder / name, content)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all.

    Raises:
        Unwritable: it cannot be written.

    """
    try:
        _write(path, content)
    except OSError as error:
        raise Unwritable(f"cannot write {path}: {error.strerror}") from error


def _write(path: Path, content: bytes) -> Path:
    file = tempfile.NamedTemporaryFile(dir=path.parent, delete=False)  # noqa: SIM115 - closed below
    made = Path(file.name)
    try:
        with file:
            file.write(content)
        made.chmod(0o644)
        return made.replace(path)
    finally:
        made.unlink(missing_ok=True)
