"""The commands about reports that are there already: `merge` and `compare`."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mistral_conformance.cli.reporting import reporting_to
from mistral_conformance.report.comparison import compare
from mistral_conformance.report.comparison_page import render_comparison
from mistral_conformance.report.files import write_whole
from mistral_conformance.report.folders import prepare_folder
from mistral_conformance.report.matrix import print_matrix
from mistral_conformance.report.merging import merge
from mistral_conformance.report.reading import read_report
from mistral_conformance.report.reproducing import FOLDER
from mistral_conformance.report.terminal import make_console
from mistral_conformance.verdict.exit_codes import ExitCode

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from mistral_conformance.cli.reporting import Reporting
    from mistral_conformance.report.model import Report


def add_merge_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `merge` takes beside the options of reports."""
    parser.add_argument(
        "reports",
        nargs="+",
        type=Path,
        metavar="REPORT",
        help="report.json of a shard, or its folder",
    )


def add_compare_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `compare` takes."""
    parser.add_argument(
        "reports",
        nargs="+",
        type=Path,
        metavar="REPORT",
        help="report.json of a run, or its folder",
    )
    parser.add_argument("--html", type=Path, metavar="FILE", help="also write the matrix as a page")


def merge_command(options: argparse.Namespace) -> int:
    """Make the report of one run from those of its shards; exit as that run would.

    Raises:
        WrongReport: the reports are no shards of one run.
        Unwritable: the report cannot be written.

    """
    read = [read_report(each) for each in options.reports]
    report = merge([each for each, _ in read])
    with reporting_to(
        options.report_dir, report.run.id, options.format, options.history
    ) as reporting:
        reporting.begin()
        write_merged(reporting, report, [folder for _, folder in read])
    return exit_code(report)


def write_merged(reporting: Reporting, report: Report, folders: Iterable[Path]) -> None:
    """Write the report of a run that was put together, with the scripts of the runs' folders."""
    for folder in folders:
        if (folder / FOLDER).is_dir():
            shutil.copytree(folder / FOLDER, reporting.folder / FOLDER, dirs_exist_ok=True)
    for cause in (reporting.folder / FOLDER).glob("cause-*.sh"):
        cause.unlink()
    reporting.end(report, ())


def exit_code(report: Report, *, stops: bool = True) -> ExitCode:
    """Return how the run ends that a report tells of.

    `stops` says that an early end is one of its own.
    """
    if report.run.interrupted:
        return ExitCode.INTERRUPTED
    if report.run.holds:
        return ExitCode.HOLDS
    if report.lacks_all:
        return ExitCode.NO_TARGET
    return ExitCode.STOPPED if report.run.stopped and stops else ExitCode.BROKEN


def compare_command(options: argparse.Namespace) -> int:
    """Show reports side by side.

    Raises:
        WrongReport: one cannot be read.
        Unwritable: the page cannot be written.

    """
    comparison = compare([read_report(each)[0] for each in options.reports])
    print_matrix(make_console(), comparison)
    if options.html:
        prepare_folder(options.html.parent)
        write_whole(options.html, render_comparison(comparison).encode("utf-8", errors="replace"))
        sys.stdout.write(f"  {options.html}\n")
    return ExitCode.HOLDS
