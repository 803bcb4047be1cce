"""Writes the reports of a run, each file whole or not at all."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from mistral_conformance.report.folders import Unwritable, prepare_folder
from mistral_conformance.report.formats import ALWAYS, HAR, Output, render
from mistral_conformance.report.reproducing import FOLDER, make_cause_script

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mistral_conformance.report.model import Report
    from mistral_conformance.report.reproducing import Script


def prepare_outputs(outputs: Iterable[Output]) -> None:
    """See that each named path can be written to, before the run and not after it.

    Raises:
        Unwritable: one cannot.

    """
    for each in outputs:
        if each.path and not each.to_stdout:
            path = Path(each.path)
            if path.is_dir():
                raise Unwritable(f"--format {each.form}={path}: this is a folder, name a file")
            prepare_folder(path.parent)


def write_reports(
    report: Report,
    scripts: Iterable[Script],
    folder: Path,
    outputs: Sequence[Output] = (),
    history: Sequence[Report] = (),
) -> list[Path]:
    """Write JSON, JUnit XML, page and scripts into the folder, then further outputs; the files.

    Raises:
        Unwritable: something has become unwritable.

    """
    usual = [Output(each) for each in ALWAYS]
    written = []
    try:
        _write_scripts(scripts, folder)
        _write_scripts(filter(None, (make_cause_script(each) for each in report.causes)), folder)
        for each in (*usual, *outputs):
            if each.form != HAR and not each.to_stdout:
                content = render(each.form, report, history)
                written.append(_write(each.file(folder), content))
            elif each.form == HAR:
                written.append(each.file(folder))
    except OSError as error:
        where = error.filename or folder
        raise Unwritable(f"cannot write reports to {where}: {error.strerror}") from error
    return list(dict.fromkeys(written))


def print_outputs(report: Report, outputs: Iterable[Output]) -> None:
    """Print what goes to standard output, but for the terminal's own form."""
    for each in outputs:
        if each.to_stdout and each.form != "terminal":
            sys.stdout.flush()
            sys.stdout.buffer.write(render(each.form, report))
            sys.stdout.buffer.flush()


def _write_scripts(scripts: Iterable[Script], folder: Path) -> None:
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
    if path.exists() and not path.is_file():  # such as /dev/stderr, which nothing can replace
        path.write_bytes(content)
        return path
    file = tempfile.NamedTemporaryFile(dir=path.parent, delete=False)  # noqa: SIM115 - closed below
    made = Path(file.name)
    try:
        with file:
            file.write(content)
        made.chmod(0o644)
        return made.replace(path)
    finally:
        made.unlink(missing_ok=True)
