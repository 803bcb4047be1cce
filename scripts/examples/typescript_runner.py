"""Runs TypeScript examples: one module for a session, its types taken off by esbuild."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from examples.example import Example, Result, Verdict
from examples.process import run
from examples.workplace import ended_early, environment

if TYPE_CHECKING:
    from pathlib import Path

    from examples.process import Finished
    from examples.workplace import Prepared, Settings

REACHED = "EXAMPLE-REACHED"
SHOWN_LINES = 15


def run_typescript(
    folder: Path, before: str, ready: list[Prepared], settings: Settings
) -> list[Result]:
    """Return the TypeScript examples as one module: the first that fails stops the later ones."""
    parts = [before]
    for place, one in enumerate(ready):
        parts += [f'console.error("{REACHED} {place}");', one.code]
    source, module = folder / "session.ts", folder / "session.mjs"
    source.write_text("\n".join([*parts, ""]), encoding="utf-8")
    (folder / "node_modules").symlink_to(settings.node_modules, target_is_directory=True)
    seen = environment(folder, settings)
    esbuild = [str(settings.node_modules / ".bin" / "esbuild"), str(source), "--format=esm"]
    built = run([*esbuild, f"--outfile={module}"], folder, seen, settings.timeout_s)
    if built.code != 0:
        return [
            Result(one.example, Verdict.FAIL, "does not compile", built.stderr) for one in ready
        ]
    done = run(["node", str(module)], folder, seen, settings.timeout_s * len(ready))
    if done.code == 0:
        return [Result(one.example, Verdict.PASS) for one in ready]
    marks = re.findall(rf"{REACHED} (\d+)", done.stderr)
    reached = int(marks[-1]) if marks else 0
    return [
        typescript_result(one.example, place - reached, done) for place, one in enumerate(ready)
    ]


def typescript_result(example: Example, distance: int, done: Finished) -> Result:
    """Return one TypeScript example's result by its distance from the one that failed."""
    if distance < 0:
        return Result(example, Verdict.PASS)
    if distance > 0:
        return Result(
            example, Verdict.FAIL, "not reached: an earlier example of its session failed"
        )
    error = re.search(r"^(?:Uncaught )?\w*Error.*$", done.stderr, re.MULTILINE)
    if error is None:
        return Result(example, Verdict.FAIL, ended_early(done), done.stderr)
    shown = done.stderr[error.start() :].splitlines()[:SHOWN_LINES]
    return Result(example, Verdict.FAIL, error[0], "\n".join(shown))
