"""Where the reports of a run lie: a folder of its own, which `latest` leads to.

`DIR/20260501T100000Z-RUNID/` holds what one run wrote. `DIR/latest` is a link to the newest, and
the names of its files in `DIR` lead there too, so that addresses of reports stay. Where no links
can be made, as for most users of Windows, `latest` is a text with the folder's name and the files
are copied.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from typing import TYPE_CHECKING

from mistral_conformance.report.reproducing import FOLDER
from mistral_conformance.session.ledger import NAME as LEDGER

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

NAMES = ("report.json", "junit.xml", "report.html")
LED = (*NAMES, LEDGER, FOLDER)
LATEST = "latest"
RUN = re.compile(r"\d{8}T\d{6}Z-[a-z0-9]+(-\d+)?")
KEPT = 20
"""So many runs stay; older ones are removed, but for those that left something on the server."""


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


def begin_folder(reports: Path, run_id: str, started: datetime) -> Path:
    """Make the folder of a run below that of the reports.

    Raises:
        Unwritable: it cannot be made.

    """
    prepare_folder(reports)
    stem = f"{started:%Y%m%dT%H%M%SZ}-{run_id}"
    try:
        return _make(reports, stem)
    except OSError as error:
        raise Unwritable(f"cannot write reports to {reports}: {error.strerror}") from error


def lead_to(folder: Path) -> None:
    """Let `latest`, and the names of reports beside it, lead to the folder of a run.

    Raises:
        Unwritable: they cannot.

    """
    reports = folder.parent
    try:
        _lead(reports / LATEST, folder.name)
        for name in LED:
            _lead_if_link(reports / name, f"{LATEST}/{name}")
    except OSError as error:
        raise Unwritable(f"cannot write reports to {reports}: {error.strerror}") from error


def end_folder(folder: Path) -> None:
    """Let no link lead nowhere; where links cannot be made, copy the reports. Remove old runs."""
    reports = folder.parent
    for name in LED:
        if (reports / name).is_symlink() and not (reports / name).exists():
            (reports / name).unlink()
    if not (reports / LATEST).is_symlink():
        for name in NAMES:
            if (folder / name).is_file():
                shutil.copyfile(folder / name, reports / name)
    runs = sorted(each for each in reports.iterdir() if RUN.fullmatch(each.name) and each.is_dir())
    for each in runs[:-KEPT]:
        if _is_done_with(each):
            shutil.rmtree(each, ignore_errors=True)


def shown_folder(folder: Path) -> Path:
    """Return the shortest way to a run's scripts, which holds as long as it is the newest."""
    reports = folder.parent
    return reports if (reports / FOLDER).is_symlink() else folder


def _make(reports: Path, stem: str) -> Path:
    number = 1
    while True:
        made = reports / (stem if number == 1 else f"{stem}-{number}")
        try:
            made.mkdir()
        except FileExistsError:
            number += 1
        else:
            return made


def _lead(link: Path, target: str) -> None:
    """Let a name lead to a folder beside it, at once for whoever looks."""
    if link.is_dir() and not link.is_symlink():
        return
    with tempfile.TemporaryDirectory(dir=link.parent) as folder:
        made = type(link)(folder) / link.name
        try:
            made.symlink_to(target, target_is_directory=True)
        except (OSError, NotImplementedError):
            made.write_text(f"{target}\n", "utf-8")
        os.replace(made, link)  # noqa: PTH105 - Path.replace follows nothing either, this says so


def _lead_if_link(link: Path, target: str) -> None:
    """Lead as `_lead`, but where `latest` is a link: through a text nothing can be reached."""
    if not (link.parent / LATEST).is_symlink():
        return
    _lead(link, target)


def _is_done_with(folder: Path) -> bool:
    """Say whether a run ended and left nothing on the server, so that its ledger is not needed."""
    try:
        report = json.loads((folder / "report.json").read_bytes())
        return not report["cleanup"]["leftovers"]
    except (OSError, ValueError, KeyError, TypeError):
        return False
