"""Run tests with the lowest version of every dependency that pyproject.toml allows.

Makes an environment of its own in `.build/lowest`, with the client and the mock, each of their
dependencies at its lower bound, and runs the tests that are given (those of the client by default).
What the tests need besides is as new as it comes: schemathesis alone asks for a newer anyio.

Exit codes: those of pytest; 1 when the versions cannot be installed together.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tomllib
import venv
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).resolve().parent.parent
PLACE = ROOT / ".build" / "lowest"
EXTRAS = ("fast", "mock")
TOOLS = ("pytest", "hypothesis", "cattrs", "jinja2", "jsonschema", "pydantic", "rich")
"""What the tests need besides."""
TESTS = ("conformance/tests/unit/client", "conformance/tests/quirks")
_BOUND = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?>=([0-9][0-9A-Za-z.]*)")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("tests", nargs="*", default=TESTS, help="what pytest runs")
    options = parser.parse_args(arguments)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    python = _environment()
    pins = PLACE / "lowest.txt"
    pins.write_text("".join(f"{name}=={bound}\n" for name, bound in sorted(lowest(project))))
    wanted = f"{ROOT}[{','.join(EXTRAS)}]"
    install = [python, "-m", "pip", "install", "-q", "-e", wanted, *TOOLS, "-c", str(pins)]
    if subprocess.run(install, check=False).returncode != 0:
        print(f"try_lowest: these do not go together: {pins}", file=sys.stderr)
        return 1
    run = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options.tests]
    return subprocess.run(run, cwd=ROOT, check=False).returncode


def lowest(project: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each dependency with its lower bound; the highest where parts give several.

    Raises:
        SystemExit: One has no lower bound.

    """
    extras = project["optional-dependencies"]
    found: dict[str, str] = {}
    for one in [*project["dependencies"], *(each for name in EXTRAS for each in extras[name])]:
        bound = _BOUND.match(one)
        if bound is None:
            raise SystemExit(f"try_lowest: {one} has no lower bound in pyproject.toml")
        known = found.get(bound[1], "0")
        found[bound[1]] = max(known, bound[2], key=_numbers)
    yield from found.items()


def _numbers(version: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", version)]


def _environment() -> str:
    """Return the interpreter of a new environment."""
    shutil.rmtree(PLACE, ignore_errors=True)
    venv.create(PLACE, with_pip=True)
    found = [PLACE / "bin" / "python", PLACE / "Scripts" / "python.exe"]
    return str(next(one for one in found if one.exists()))


if __name__ == "__main__":
    sys.exit(main())
