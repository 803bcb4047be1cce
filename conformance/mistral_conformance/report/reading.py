"""Reports as they were written: `report.json` read back."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

import cattrs
import jsonschema_rs
from cattrs.gen import make_dict_structure_fn, override

from mistral_conformance.report.content import load_schema
from mistral_conformance.report.model import Report
from mistral_conformance.session.coverage import Tried

if TYPE_CHECKING:
    from pathlib import Path

NAME = "report.json"
LATEST = "latest"


class WrongReport(ValueError):  # noqa: N818 - read as a sentence by the command line
    """What is no report, or does not fit the others; the message says why."""


def read_report(path: Path) -> tuple[Report, Path]:
    """Return the report of a file or of the folder of a run, and that folder.

    Raises:
        WrongReport: it cannot be read, or is none.

    """
    found = _file_of(path)
    try:
        content = json.loads(found.read_bytes())
    except OSError as error:
        raise WrongReport(f"cannot read {found}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise WrongReport(f"{found} is no JSON: {error}") from error
    wrong = next(iter(_validator().iter_errors(content)), None)
    if wrong:
        place = "/".join(map(str, wrong.instance_path)) or "its top"
        raise WrongReport(f"{found} is no report of this suite: {place}: {wrong.message[:200]}")
    report: Report = _converter().structure(content, Report)
    return report, found.parent


def _file_of(path: Path) -> Path:
    if not path.is_dir():
        return path
    return next((each for each in (path / NAME, path / LATEST / NAME) if each.is_file()), path)


@cache
def _validator() -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(load_schema())


@cache
def _converter() -> cattrs.Converter:
    converter = cattrs.Converter()
    renamed: Any = make_dict_structure_fn(Tried, converter, place=override(rename="in"))
    converter.register_structure_hook(Tried, renamed)
    return converter
