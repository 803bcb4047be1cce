"""The gate: every check that has to hold, in one command, the tests last.

Stops at the first check that fails, names it and says how to run it alone. The tests run last
and write straight to the terminal, so that the runner's own summary closes the output.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
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
    """The command line of a tool that lives beside this interpreter."""
    return (str(BIN / name), *arguments)


CHECKS = (
    Check("format", tool("ruff", "format", "--check", "."), "repair with: .venv/bin/ruff format ."),
    Check(
        "lint", tool("ruff", "check", "."), "some repair themselves: .venv/bin/ruff check --fix ."
    ),
    Check("document", tool("python", "scripts/lint_document.py"), "see openapi/README.md"),
    Check(
        "workflows",
        tool("zizmor", "--offline", "--quiet", ".github/workflows", "conformance/action"),
        "run alone: .venv/bin/zizmor --offline .github/workflows conformance/action",
    ),
    Check(
        "containers",
        tool("hadolint", *(str(each) for each in CONTAINERS)),
        "run alone: .venv/bin/hadolint conformance/container/*",
    ),
    Check("regeneration", tool("python", "scripts/generate.py", "--check"), "run: make generate"),
    Check("imports", tool("lint-imports"), "the arrows are in pyproject.toml, [tool.importlinter]"),
    Check("types (mypy)", tool("mypy"), "run alone: .venv/bin/mypy"),
    Check("types (basedpyright)", tool("basedpyright"), "run alone: .venv/bin/basedpyright"),
)
TESTS = Check(
    "tests", tool("pytest", "-n", "3", "--dist", "loadgroup", "-q"), "run alone: .venv/bin/pytest"
)


def run(check: Check) -> bool:
    """Whether the check holds; its output is shown only when it does not."""
    started = time.monotonic()
    done = subprocess.run(check.command, cwd=ROOT, capture_output=True, text=True, check=False)
    took = time.monotonic() - started
    print(f"{'ok  ' if done.returncode == 0 else 'FAIL'} {check.name} ({took:.1f} s)", flush=True)
    if done.returncode != 0:
        print(done.stdout + done.stderr)
        print(f"check: {check.name} failed; {check.hint}", file=sys.stderr)
    return done.returncode == 0


def main() -> int:
    """Exit status 0 when all holds, else 1 or the test runner's own."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--no-tests", action="store_true", help="only the checks before the tests")
    arguments = parser.parse_args()
    for check in CHECKS:
        if not run(check):
            return 1
    if arguments.no_tests:
        return 0
    return subprocess.run(TESTS.command, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
