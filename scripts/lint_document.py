"""Judge the committed document: `lint_document.py [--group GROUP [--show]]`.

Fails when the document is stale, is not valid OpenAPI 3.1, breaks one of our rules or, where
Redocly is installed (`npm install` in openapi/lint), one of Redocly's. With `--group` only that
group's part counts, as facts, corrections, its own words and the shared ones make it now.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from os.path import normpath
from pathlib import Path
from typing import TYPE_CHECKING

from document.curated import LOADABLE, READABLE, compose, compose_part, listed, stale
from document.lint.declared import find_undeclared
from document.problems import DocumentProblem
from document.sources import read_sources
from document.survey import survey_samples
from document.yaml_text import write_yaml

if TYPE_CHECKING:
    from collections.abc import Sequence

    from document.tree import Tree

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 when every judge is content."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--folder", type=Path, default=ROOT / "openapi", help="where the document and its parts are"
    )
    parser.add_argument(
        "--group", help="judge one group's part alone and list all that is missing there"
    )
    parser.add_argument(
        "--show", action="store_true", help="with --group: print that part as it is now"
    )
    options = parser.parse_args(arguments)
    folder: Path = options.folder
    if options.group:
        return judge_group(folder, options.group, show=options.show)
    return max(judge_parts(folder), judge_with_redocly(folder))


def judge_group(folder: Path, group: str, *, show: bool) -> int:
    """Our rules on the part of one group, whatever the state of the others."""
    try:
        part, findings = compose_part(folder, group)
    except DocumentProblem as problem:
        print(f"lint_document: {problem}", file=sys.stderr)
        return 1
    if show:
        print(write_yaml(part), end="")
    elif findings:
        print(listed(findings, limit=len(findings)))
        print(f"lint_document: {group}: {len(findings)} findings", file=sys.stderr)
    else:
        print(f"{group}: clean")
    return int(bool(findings))


def judge_parts(folder: Path) -> int:
    """Our rules and the OpenAPI meta-schema, on what facts, curation and prose make together."""
    try:
        differences = stale(folder, compose(folder))
    except DocumentProblem as problem:
        print(f"lint_document: {problem}", file=sys.stderr)
        return 1
    if differences:
        print("\n".join(differences))
        print("lint_document: stale; run: python scripts/curate.py", file=sys.stderr)
        return 1
    print("OpenAPI 3.1 and our rules: clean")
    return judge_declarations(folder)


def judge_declarations(folder: Path) -> int:
    """Return what declared groups leave open is a fault; what the others do is told."""
    document = json.loads((folder / LOADABLE).read_bytes())
    findings, remaining = find_undeclared(document, read_sources(folder / "source.toml"))
    for group, count in remaining.most_common():
        print(f"not declared yet: {group}, {count} open")
    if findings:
        print(listed(findings, limit=len(findings)))
        print(f"lint_document: {len(findings)} undeclared", file=sys.stderr)
        return 1
    print("declarations: complete where a group is declared")
    return judge_samples(folder, document)


def judge_samples(folder: Path, document: Tree) -> int:
    """Return the requests that the suite sends first: they have to fit the document."""
    tasks = list(survey_samples(document, folder, []))
    if tasks:
        print("\n".join(f"  {normpath(f'openapi/{task.file}')}: {task}" for task in tasks))
        print(f"lint_document: {len(tasks)} samples of the suite do not fit", file=sys.stderr)
        return 1
    print("samples of the suite: fit")
    return 0


def judge_with_redocly(folder: Path) -> int:
    """Redocly's judgement; 0 with a notice where it is not installed."""
    program = folder / "lint" / "node_modules" / ".bin" / "redocly"
    if not program.exists() or shutil.which("node") is None:
        print("redocly: skipped, it is not installed (npm install in openapi/lint installs it)")
        return 0
    config = folder / "lint" / "redocly.yaml"
    command = [program, "lint", "--config", config, "--format", "stylish", folder / READABLE]
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=False
    )
    print("redocly: clean" if done.returncode == 0 else done.stdout + done.stderr)
    return min(done.returncode, 1)


if __name__ == "__main__":
    sys.exit(main())
