"""Take newer upstream documents, in one command: `update.py UPSTREAM...`.

Each UPSTREAM is a file or a URL, in YAML or JSON, packed by gzip or not. Imports their facts,
composes and judges the document, generates and tries the client, and writes the drift report
(`openapi/drift/<date>.md`), a draft for the changelog and the next version number. Without an
UPSTREAM it goes on from the facts that are there: that is how a run ends for which words or
corrections had to be written first.

All of it happens in a copy. When anything is wrong, or the run is interrupted, nothing changes.
Everything that a person has to write is told at once, by operation, with the file and a draft;
with --drafts facts and drafts are written, and drafts are marked until somebody has gone over them.

Exit codes: 0 done, 1 wrong input, 2 wrong usage, 3 a person has to write something first,
130 or 143 interrupted.
"""

from __future__ import annotations

import argparse
import datetime as dt
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from document.problems import DocumentProblem
from document.storage import publish
from jinja2 import TemplateError, TemplateSyntaxError
from updates.drafts import with_drafts
from updates.staging import Stage, staged
from updates.steps import Options, Run
from updates.todo import Unfinished, distinct_drafts, lines_of

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parent.parent
UNFINISHED = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code."""
    options, root = _options(arguments)
    run: Run | None = None
    try:
        with staged(root) as stage:
            run = Run(stage, options)
            try:
                run.run()
            except Unfinished as unfinished:
                return _tell(unfinished, stage, drafts=options.drafts)
            written = stage.put_in_place()
    except (DocumentProblem, TemplateError, OSError) as problem:
        step = f"step {run.step}: " if run and run.step else ""
        said = _told(problem)
        if run:
            said = said.replace(str(run.stage.copy), str(root))  # the copy is gone already
        print(f"update: {step}{said}\nupdate: nothing has changed", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        step = run.step if run else "beginning"
        print(f"update: interrupted in step {step}; nothing has changed", file=sys.stderr)
        return 130
    print(f"update: done, {len(written)} files beside generated/ differ; look at `git diff`")
    return 0


def _told(problem: Exception) -> str:
    """Return what went wrong, with the file where one is known."""
    if isinstance(problem, TemplateSyntaxError):
        return f"{problem.filename or problem.name}, line {problem.lineno}: {problem.message}"
    if isinstance(problem, OSError) and problem.strerror:
        return f"{problem.filename or 'a file'}: {problem.strerror}"
    return str(problem)


def _options(arguments: Sequence[str] | None) -> tuple[Options, Path]:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("upstream", nargs="*", help="OpenAPI document: a file or a URL")
    parser.add_argument(
        "--date",
        type=dt.date.fromisoformat,
        default=dt.datetime.now(dt.UTC).date(),
        help="the day of documents that do not tell theirs; today where it is not given",
    )
    parser.add_argument(
        "--accept-removals",
        action="store_true",
        help="take a document that drops more than a tenth of the operations",
    )
    parser.add_argument(
        "--drafts", action="store_true", help="write facts and drafts where words are missing"
    )
    parser.add_argument("--root", type=Path, default=ROOT, help="the project's folder")
    given = parser.parse_args(arguments)
    options = Options(tuple(given.upstream), given.date, given.accept_removals, given.drafts)
    return options, given.root.resolve()


def _tell(unfinished: Unfinished, stage: Stage, *, drafts: bool) -> int:
    """Say what is left to do, and write the drafts where that was asked for."""
    print("\n".join(lines_of(unfinished, with_text=not drafts)))
    count = len(unfinished.drafts)
    if not drafts:
        print(
            f"\nupdate: {count} things have to be written first; nothing has changed."
            " Run again with --drafts to have facts and drafts written",
            file=sys.stderr,
        )
        return UNFINISHED
    made = distinct_drafts(unfinished)
    publish(with_drafts(stage.openapi, made, unfinished.day))
    stage.put_in_place()
    print(
        f"\nupdate: {count} things have to be written; facts and {len(made)} drafts are there."
        " Go over each, take away its `x-draft: true`, then run: python scripts/update.py",
        file=sys.stderr,
    )
    return UNFINISHED


def _terminate(*_: object) -> None:
    """End as after Ctrl-C, with the exit code of the signal."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise SystemExit(128 + signal.SIGTERM)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _terminate)
    sys.exit(main())
