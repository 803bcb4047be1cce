"""The code of pages and programs passes type checkers; wrong programs do not.

Each checker runs once over everything, as users run it: with the client installed, as strict as the
checker is by itself, mypy with `--strict`. A wrong line says which error mypy has to find there;
the others have to find one too.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from examples.example import Language
from examples.markdown import LANGUAGES, fences

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
BIN = Path(sys.executable).parent
PAGES = ("README.md", *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md"))))
# Programs with the official SDK, which stand beside ours on one page.
OFFICIAL = re.compile(r"^```python official\n.*?^```$", re.MULTILINE | re.DOTALL)
EXPECTED = re.compile(r"# error: ([\w-]+)$")
FOUND = re.compile(r"^(.+?):(\d+): error: .*\[([\w-]+)\]$", re.MULTILINE)
pytestmark = pytest.mark.xdist_group("typing")  # each checker runs once
CHECKERS = ("mypy", "basedpyright", "pyright")

# (file, line) and the checker's name of the error
Finding = tuple[str, int, str]


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that holds every program, right and wrong, and the code of every page."""
    root = tmp_path_factory.mktemp("programs")
    for name in ("programs", "wrong"):
        for path in (HERE / name).glob("*.py"):
            shutil.copy(path, root / f"{name}_{path.name}")
    for page in PAGES:
        blocks = fences(OFFICIAL.sub("", (ROOT / page).read_text("utf-8")))
        code = [one.code for one in blocks if LANGUAGES.get(one.language) == Language.PYTHON]
        name = f"page_{Path(page).parent.name}_{Path(page).stem}.py".lower().replace("-", "_")
        (root / name).write_text("\n".join(code))
    venv = {"venvPath": str(Path(sys.prefix).parent), "venv": Path(sys.prefix).name}
    (root / "pyrightconfig.json").write_text(json.dumps(venv))
    return root


@cache
def findings(checker: str, folder: Path) -> frozenset[Finding]:
    """Every error that a checker finds."""
    if not (BIN / checker).exists():
        pytest.skip(f"{checker} is not installed")
    command = {"mypy": ["--strict", "--no-pretty", "."]}.get(checker, ["--outputjson"])
    done = subprocess.run(
        [BIN / checker, *command], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode in {0, 1}, done.stderr
    if checker == "mypy":
        return frozenset((file, int(line), code) for file, line, code in FOUND.findall(done.stdout))
    return frozenset(
        (Path(each["file"]).name, each["range"]["start"]["line"] + 1, each.get("rule", ""))
        for each in json.loads(done.stdout)["generalDiagnostics"]
        if each["severity"] == "error"
    )


@pytest.mark.parametrize("checker", CHECKERS)
@pytest.mark.parametrize("kind", ["programs", "page"])
def test_right_code_has_no_errors(checker: str, kind: str, folder: Path) -> None:
    assert len(list(folder.glob(f"{kind}_*.py"))) >= (20 if kind == "programs" else len(PAGES))
    assert {found for found in findings(checker, folder) if found[0].startswith(kind)} == set()


def test_wrong_code_has_the_errors_that_it_should_have(folder: Path) -> None:
    expected = {
        (path.name, number, found[1])
        for path in folder.glob("wrong_*.py")
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if (found := EXPECTED.search(line))
    }
    assert expected
    assert {each for each in findings("mypy", folder) if each[0].startswith("wrong")} == expected


@pytest.mark.parametrize("checker", CHECKERS[1:])
def test_every_checker_finds_the_same_wrong_lines(checker: str, folder: Path) -> None:
    found = {each[:2] for each in findings(checker, folder) if each[0].startswith("wrong")}
    assert found == {each[:2] for each in findings("mypy", folder) if each[0].startswith("wrong")}
