"""The gate: every check that has to hold, in one command, the tests last.

The checks run side by side, as many as there are cores, and all of them to their end: each that
fails is named with its output and how to run it alone. The tests run last, when all checks held,
and write straight to the terminal, so that the runner's own summary closes the output.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import attrs

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
CONTAINERS = sorted((ROOT / "conformance" / "container").glob("*.Containerfile"))


@attrs.frozen
class Check:
    """One command of the gate."""

    name: str
    command: tuple[str, ...]
    hint: str


def tool(name: str, *arguments: str) -> tuple[str, ...]:
    """Return the command line of a tool that lives beside this interpreter."""
    return (str(BIN / name), *arguments)


CHECKS = (  # the long ones first, so that the short ones fill the other cores
    Check("types (basedpyright)", tool("basedpyright"), "run alone: .venv/bin/basedpyright"),
    Check("types (mypy)", tool("mypy"), "run alone: .venv/bin/mypy"),
    Check(
        "docs",
        tool("mkdocs", "build", "--quiet", "--config-file", "scripts/docs_site/mkdocs.yml"),
        "run alone: make docs",
    ),
    Check("document", tool("python", "scripts/lint_document.py"), "see openapi/README.md"),
    Check("format", tool("ruff", "format", "--check", "."), "repair with: .venv/bin/ruff format ."),
    Check(
        "lint", tool("ruff", "check", "."), "some repair themselves: .venv/bin/ruff check --fix ."
    ),
    Check(
        "workflows",
        tool("zizmor", "--offline", "--quiet", ".github/workflows", "conformance/action"),
        "run alone: .venv/bin/zizmor --offline .github/workflows conformance/action",
    ),
    Check(
        "containers",
        tool("hadolint", *(str(each) for each in CONTAINERS)),
        "run alone: .venv/bin/hadolint conformance/container/*.Containerfile",
    ),
    Check("regeneration", tool("python", "scripts/generate.py", "--check"), "run: make generate"),
    Check("imports", tool("lint-imports"), "the arrows are in pyproject.toml, [tool.importlinter]"),
)
TESTS = Check(
    "tests", tool("pytest", "-n", "3", "--dist", "loadgroup", "-q"), "run alone: .venv/bin/pytest"
)


def holds(check: Check) -> bool:
    """Say whether the check holds; its output is shown only when it does not."""
    started = time.monotonic()
    done = subprocess.run(check.command, cwd=ROOT, capture_output=True, text=True, check=False)
    took = time.monotonic() - started
    told = f"{'ok  ' if done.returncode == 0 else 'FAIL'} {check.name} ({took:.1f} s)\n"
    if done.returncode != 0:
        told += f"{done.stdout}{done.stderr}\ncheck: {check.name} failed; {check.hint}\n"
    print(told, end="", flush=True)
    return done.returncode == 0


def main() -> int:
    """Exit status 0 when all holds, else 1 or the test runner's own."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--no-tests", action="store_true", help="only the checks before the tests")
    arguments = parser.parse_args()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        held = list(pool.map(holds, CHECKS))
    if not all(held):
        return 1
    if arguments.no_tests:
        return 0
    # Tests start hundreds of interpreters: each finds compiled what another has read before.
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    return subprocess.run(TESTS.command, cwd=ROOT, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
