"""What the pipeline takes: CPU time of each command, and growth with operations.

The newest kept facts stand for a vendor's document. `update` runs in a copy of the project.
"""

from __future__ import annotations

import copy
import json
import re
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import attrs

ROOT = Path(__file__).resolve().parents[3]
SCRIPTS = ROOT / "scripts"
COPIED = ("openapi", "overrides", "scripts", "generated", "CHANGELOG.md", "pyproject.toml")
CURATED = ROOT / "openapi/mistral_openapi/document.json"
GROWTH = (50, 150, 300, 1200)
NEXT = "2999-01-01"
"""The day of the document that `update` takes."""
Tree = dict[str, Any]


@attrs.frozen
class Cost:
    """A command with the most that it may take, in seconds of CPU time."""

    name: str
    limit_s: float
    arguments: tuple[str, ...]


def show() -> None:
    """All of it."""
    print("CPU time of the pipeline:")
    with tempfile.TemporaryDirectory() as folder:
        beside = Path(folder)
        for cost in _costs(beside):
            took = measure(cost.arguments)
            over = "" if took <= cost.limit_s else " OVER"
            print(f"    {cost.name:<8} {took:6.2f} s (<= {cost.limit_s:.0f} s{over})", flush=True)
        for name, make, source in (
            ("drift", _drift, newest()),
            ("generate", _generate, CURATED),
        ):
            print(f"growth of {name} with operations:")
            for count in GROWTH:
                took = measure(make(replicated(count, source), beside))
                each = took / count * 1000
                print(f"    {count:>5} operations {took:6.2f} s, {each:5.1f} ms each", flush=True)


def newest() -> Path:
    """The kept facts of the newest source."""
    return max((ROOT / "openapi/sources").glob("*.json"))


def _costs(beside: Path) -> list[Cost]:
    project = beside / "project"
    for name in COPIED:
        source, target = ROOT / name, project / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("node_modules"))
        else:
            shutil.copy2(source, target)
    document = beside / f"openapi-{NEXT}.json"
    document.write_text(json.dumps(_changed(json.loads(newest().read_bytes()))), encoding="utf-8")
    script = str(SCRIPTS / "update.py")
    return [
        Cost("check", 1, (str(SCRIPTS / "generate.py"), "--check")),
        Cost("curate", 15, (str(SCRIPTS / "curate.py"), "--check")),
        Cost("drift", 3, (str(SCRIPTS / "drift.py"), str(newest()), str(document))),
        Cost("update", 60, (script, str(document), "--root", str(project))),
    ]


def _changed(document: Tree) -> Tree:
    """A next revision: a value of an enum in answers and requests is gone."""
    document["components"]["schemas"]["FilePurpose"]["enum"].pop()
    return document


def replicated(count: int, source: Path | None = None) -> Tree:
    """The document with so many operations; those beyond its own are copies of them.

    It is the newest one of the vendor, where no source is given.
    """
    document: Tree = json.loads((source or newest()).read_bytes())
    own = list(document["paths"].items())
    paths: Tree = {}
    made = turn = 0
    while made < count:
        for path, item in own:
            copied = copy.deepcopy(item)
            fresh = [value for value in copied.values() if isinstance(value, dict)]
            for operation in fresh if turn else ():
                if "operationId" in operation:
                    operation["operationId"] = f"copy{turn}.{operation['operationId']}"
                    operation["tags"] = [f"copy{turn}.{tag}" for tag in operation["tags"]]
            paths[f"/copy{turn}{path}" if turn else path] = copied
            made += len(fresh)
            if made >= count:
                break
        turn += 1
    return document | {"paths": paths}


def _generate(document: Tree, beside: Path) -> tuple[str, ...]:
    """The client of a project that has nothing but this document."""
    root = beside / "generated-from-one"
    if not root.exists():
        shutil.copytree(ROOT / "overrides", root / "overrides")
        shutil.copytree(SCRIPTS, root / "scripts")
        shutil.copy2(ROOT / "pyproject.toml", root)
        (root / "openapi").mkdir()
        # What is set of single schemas does not hold for a part of the document.
        settings = root / "overrides/generator.toml"
        tables = re.split(r"(?m)^(?=\[)", settings.read_text("utf-8"))
        kept = [one for one in tables if one.startswith(("[generator]", "[ruff]"))]
        settings.write_text("".join(kept), encoding="utf-8")
    (root / "openapi/mistral.yaml").write_text(json.dumps(document), encoding="utf-8")
    return (str(SCRIPTS / "generate.py"), "--root", str(root))


def _drift(document: Tree, beside: Path) -> tuple[str, ...]:
    old, new = beside / "old.json", beside / "new.json"
    old.write_text(json.dumps(document), encoding="utf-8")
    new.write_text(json.dumps(_changed(document)), encoding="utf-8")
    return (str(SCRIPTS / "drift.py"), str(old), str(new))


def measure(arguments: tuple[str, ...]) -> float:
    """Seconds of CPU time that the script took, its children included.

    Raises:
        SystemExit: It failed.

    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        raise SystemExit(f"bench: {arguments[0]} failed:\n{done.stdout[-2000:]}{done.stderr}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
