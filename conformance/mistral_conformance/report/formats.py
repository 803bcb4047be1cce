"""The forms that a report can be written in, and where each goes when no path is named."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from mistral_conformance.report.annotations import render_annotations
from mistral_conformance.report.html import render_html
from mistral_conformance.report.junit import render_junit
from mistral_conformance.report.markdown import render_markdown
from mistral_conformance.report.sarif import render_sarif
from mistral_conformance.report.terminal import render_terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mistral_conformance.report.model import Report

STDOUT = "-"
HAR = "har"
FILES = {
    "terminal": STDOUT,
    "json": "report.json",
    "junit": "junit.xml",
    "html": "report.html",
    "sarif": "report.sarif",
    "markdown": "summary.md",
    "github": STDOUT,
    HAR: "traffic.har",
}
"""Each form with its file in the folder of the run."""
ALWAYS = ("json", "junit", "html")


@frozen
class Output:
    """A form and where it goes: a path, `-` for standard output, empty for its usual place."""

    form: str
    path: str = ""

    @property
    def to_stdout(self) -> bool:
        """Whether it is printed."""
        return (self.path or FILES[self.form]) == STDOUT

    def file(self, folder: Path) -> Path:
        """Return the file that it is written to."""
        return Path(self.path) if self.path else folder / FILES[self.form]


def parse_output(text: str) -> Output:
    """Return the output that `FORM` or `FORM=PATH` asks for.

    Raises:
        ValueError: there is no such form, or it cannot go there.

    """
    form, separator, path = text.partition("=")
    if form not in FILES:
        raise ValueError(f"{form!r} is no format: choose from {', '.join(FILES)}")
    if separator and not path:
        raise ValueError(f"{text!r}: write a path after the =, or {STDOUT} for standard output")
    if form == HAR and path == STDOUT:
        raise ValueError("traffic is written while the run lasts: name a file, har=PATH")
    return Output(form, path)


def render(form: str, report: Report, history: Sequence[Report] = ()) -> bytes:
    """Return the report in a form. The page also tells of earlier reports."""
    renderers: dict[str, Callable[[Report], bytes]] = {
        "terminal": render_terminal,
        "json": _json,
        "junit": render_junit,
        "html": partial(_html, history=history),
        "sarif": render_sarif,
        "markdown": render_markdown,
        "github": render_annotations,
    }
    return renderers[form](report)


def _json(report: Report) -> bytes:
    return json.dumps(report.to_json(), indent=1, ensure_ascii=True).encode() + b"\n"


def _html(report: Report, history: Sequence[Report]) -> bytes:
    return render_html(report, history).encode("utf-8", errors="replace")
