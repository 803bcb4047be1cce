"""Import the facts of upstream OpenAPI documents: `import_facts.py UPSTREAM...`.

Each UPSTREAM is a file or a URL; of several the newest wins. Writes `openapi/facts/*.yaml` and the
machine-written part of `openapi/source.toml`, whose hand-written part says which operations are
taken. No sentence of an upstream document is kept. When anything is wrong, nothing changes.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
from document.facts import Facts, gather
from document.fingerprints import write_fingerprints
from document.problems import DocumentProblem
from document.sources import read_sources, write_sources
from document.storage import publish
from document.upstream import read_upstream
from document.yaml_text import write_yaml

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parent.parent
HEADER = (
    "# Written by scripts/import_facts.py from the documents in openapi/source.toml. Do not edit.\n"
)


def import_facts(upstreams: Sequence[str], folder: Path) -> Facts:
    """The facts of the documents, written below the folder (`openapi`).

    Raises:
        DocumentProblem: A document or `source.toml` is wrong; nothing has changed then.

    """
    listed = folder / "source.toml"
    sources = read_sources(listed)
    facts = gather([read_upstream(one, sources.dates) for one in upstreams], sources)
    files = {
        folder / "facts" / f"{stem}.yaml": (HEADER + write_yaml(tree)).encode()
        for stem, tree in facts.files.items()
    }
    prints = folder / "facts" / "fingerprints.txt"
    files[prints] = write_fingerprints(facts.fingerprints, HEADER).encode()
    obsolete = set((folder / "facts").glob("*.yaml")) - set(files)
    files[listed] = write_sources(attrs.evolve(sources, origins=facts.origins)).encode()
    publish(files, sorted(obsolete))
    return facts


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 when the facts were written, 1 when the input is wrong."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("upstream", nargs="+", help="OpenAPI document: a file or a URL")
    parser.add_argument(
        "--folder", type=Path, default=ROOT / "openapi", help="where source.toml and facts/ are"
    )
    options = parser.parse_args(arguments)
    try:
        facts = import_facts(options.upstream, options.folder)
    except DocumentProblem as problem:
        print(f"import_facts: {problem}", file=sys.stderr)
        return 1
    for origin in facts.origins:
        print(f"{origin.name} ({origin.date}): {origin.taken} of {origin.operations} operations")
    print(
        f"wrote {len(facts.files)} files to {options.folder / 'facts'}; now run scripts/curate.py"
    )
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("import_facts: interrupted; nothing has changed", file=sys.stderr)
        sys.exit(130)
