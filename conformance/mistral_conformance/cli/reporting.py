"""Where the command line leaves the reports of a run, and what it reads of earlier ones."""

from __future__ import annotations

import shutil
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from mistral_conformance.record.redaction import Redactor
from mistral_conformance.report.files import prepare_outputs, print_outputs, write_reports
from mistral_conformance.report.folders import begin_folder, end_folder, lead_to, shown_folder
from mistral_conformance.report.formats import HAR, Output
from mistral_conformance.report.har import writing_traffic
from mistral_conformance.report.reading import read_report
from mistral_conformance.report.terminal import make_console, print_summary
from mistral_conformance.running.target import KeyRefused, Unreachable
from mistral_conformance.session.budget import Spent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from mistral_conformance.report.model import Report
    from mistral_conformance.report.reproducing import Script
    from mistral_conformance.running.run import RunOptions


@frozen
class Reporting:
    """Where reports go: the folder of the run, further outputs; and the earlier reports."""

    folder: Path
    outputs: tuple[Output, ...]
    history: tuple[Report, ...]

    def begin(self) -> None:
        """Let `latest` lead to the folder: the run has begun."""
        lead_to(self.folder)

    def discard(self) -> None:
        """Remove the folder: no server was there to judge."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def close(self) -> None:
        """Tidy up around the folder once everything is written."""
        end_folder(self.folder)

    def end(self, report: Report, scripts: Iterable[Script]) -> None:
        """Write the reports and tell the terminal."""
        paths = write_reports(report, scripts, self.folder, self.outputs, self.history)
        self.close()
        quiet = any(each.to_stdout and each.form != "github" for each in self.outputs)
        console = make_console(stderr=quiet)
        print_summary(console, report, shown_folder(self.folder), paths)
        print_outputs(report, self.outputs)


def read_history(paths: Sequence[Path]) -> tuple[Report, ...]:
    """Return the earlier reports of files and of folders, the newest last.

    Raises:
        WrongReport: one cannot be read.

    """
    found = [read_report(each)[0] for path in paths for each in _runs_of(path)]
    return tuple(sorted(found, key=lambda each: each.run.started))


@contextmanager
def reporting_to(
    reports: Path, run_id: str, outputs: Sequence[Output] = (), history: Sequence[Path] = ()
) -> Iterator[Reporting]:
    """Give where the reports of one run go; nothing of it stays when nothing could be judged.

    Raises:
        Unwritable: a folder or file cannot be written to.
        WrongReport: an earlier report cannot be read.

    """
    earlier = read_history(history)
    prepare_outputs(outputs)
    folder = begin_folder(reports, run_id, datetime.now(UTC))
    reporting = Reporting(folder, tuple(outputs), earlier)
    try:
        yield reporting
    except (Unreachable, KeyRefused, Spent):
        reporting.discard()
        raise


@contextmanager
def recording_traffic(options: RunOptions, reporting: Reporting) -> Iterator[RunOptions]:
    """Give the options of a run whose traffic is written, where that is asked for."""
    output = next((each for each in reporting.outputs if each.form == HAR), None)
    keys = [each.key for each in options.identities.values()]
    redactor = Redactor([*keys, *options.connection.secrets])
    path = output.file(reporting.folder) if output else None
    with writing_traffic(path, redactor) if path else nullcontext() as traffic:
        yield evolve(options, hear=traffic.add) if traffic else options


def _runs_of(path: Path) -> list[Path]:
    """Return the reports below a folder of reports; else the path itself."""
    runs = sorted(
        each.parent for each in path.glob("*/report.json") if not each.parent.is_symlink()
    )
    return runs if path.is_dir() and runs else [path]
