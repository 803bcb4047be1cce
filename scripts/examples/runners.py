"""Prepares the sessions and hands each to the runner of its language."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from examples.example import Example, Language, Result, Verdict
from examples.fixtures import CannotMakeError, Fixtures, write_files
from examples.indentation import LayoutLostError, restore_python, restore_typescript
from examples.python_runner import run_python
from examples.shell_runner import run_shell
from examples.typescript_runner import run_typescript
from examples.workplace import Prepared, Settings

if TYPE_CHECKING:
    import re

    from examples.sessions import Session

RUNNERS = {
    Language.PYTHON: run_python,
    Language.SHELL: run_shell,
    Language.TYPESCRIPT: run_typescript,
}


def run_session(session: Session, settings: Settings) -> list[Result]:
    """Return the results of a session's examples, in the order they ran."""
    reason = lacking(session, settings)
    if reason:
        return [Result(example, Verdict.SKIP, reason) for example in session.examples]
    with (
        tempfile.TemporaryDirectory(prefix="examples-") as folder,
        httpx.Client(
            base_url=settings.base_url,
            headers={"Authorization": f"Bearer {settings.api_key}"},
            timeout=settings.timeout_s,
        ) as http,
    ):
        own = {
            "mock": {"url": settings.base_url, "key": settings.api_key},
            "project": {"folder": str(settings.project)},
        }
        return run_in(Path(folder), session, settings, Fixtures(settings.table, http, own))


def lacking(session: Session, settings: Settings) -> str:
    """Return what is missing on this machine for a session; empty when nothing is."""
    language = session.language
    if language is Language.SHELL:
        uses_curl = any("curl" in example.code for example in session.examples)
        needed = ["bash", "curl"] if uses_curl else ["bash"]
        missing = [tool for tool in needed if shutil.which(tool) is None]
        return f"{missing[0]} is not installed" if missing else ""
    if language is Language.TYPESCRIPT:
        if shutil.which("node") is None:
            return "node is not installed"
        if not settings.node_modules.is_dir():
            return "the node packages are not installed: run 'make setup'"
    return ""


def run_in(folder: Path, session: Session, settings: Settings, fixtures: Fixtures) -> list[Result]:
    """Prepare and run a session's examples in a folder."""
    ready: list[Prepared] = []
    failed: list[Result] = []
    for example in session.examples:
        try:
            ready.append(Prepared(example, prepare(example, fixtures)))
        except (LayoutLostError, CannotMakeError) as error:
            failed.append(Result(example, Verdict.FAIL, str(error)))
    code = "\n".join(one.code for one in ready)
    try:
        before = setup_code(session.language, code, fixtures)
    except CannotMakeError as error:
        return [Result(example, Verdict.FAIL, str(error)) for example in session.examples]
    write_files(settings.table, folder, code)
    ran = RUNNERS[session.language](folder, before, ready, settings) if ready else []
    return [*failed, *ran]


def prepare(example: Example, fixtures: Fixtures) -> str:
    """Return the code that runs: laid out, with the table's replacements made and checks behind it.

    Raises:
        LayoutLostError: No layout is found.
        CannotMakeError: A thing that a replacement names cannot be made.

    """
    code = example.code
    if example.language == Language.PYTHON:
        code = restore_python(code)
    elif example.language == Language.TYPESCRIPT:
        code = restore_typescript(code)
    original = code
    for row in fixtures.table.replace:
        if row.covers(example.language, original) and row.find.search(code):
            code = swap(row.find, fixtures.fill(row.becomes), code)
    checks = [
        row.code for row in fixtures.table.check if row.covers(example.language, example.code)
    ]
    return "\n".join([code, *checks])


def swap(find: re.Pattern[str], becomes: str, code: str) -> str:
    """Return the code with every match replaced by the text as it is."""
    return find.sub(lambda _: becomes, code)


def setup_code(language: Language, code: str, fixtures: Fixtures) -> str:
    """Return the code that has to run first; makes what has to be there first."""
    rows = [row for row in fixtures.table.setup if row.covers(language, code)]
    for row in rows:
        for name in row.needs:
            fixtures.ensure(name)
    return "\n".join(row.code for row in rows if row.code)
