"""Import the facts of upstream OpenAPI documents: `import_facts.py UPSTREAM...`.

Each UPSTREAM is a file or a URL, in YAML or JSON, packed by gzip or not. Its facts are kept in
`openapi/sources`, and merged with those of the documents that were imported before: of several the
newest wins, and what only an older one had stays. Writes `openapi/facts/*.yaml` and the
machine-written part of `openapi/source.toml`, whose hand-written part says which operations are
taken. No sentence of an upstream document is kept. When anything is wrong, nothing changes.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
from document.facts import Facts, gather, origin_of, refuse_ties
from document.fingerprints import of_document, read_fingerprints, write_fingerprints
from document.keeping import FOLDER, file_of, keep, read_kept, write_kept
from document.problems import DocumentProblem, read_part
from document.sources import Origin, read_sources, write_sources
from document.storage import publish
from document.upstream import Upstream, read_upstream
from document.yaml_text import write_yaml

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parent.parent
HEADER = (
    "# Written by scripts/import_facts.py from the documents in openapi/source.toml. Do not edit.\n"
)


@attrs.frozen
class Imported:
    """What an import writes."""

    facts: Facts
    origins: tuple[Origin, ...]
    """All sources, the newest first."""
    files: dict[Path, bytes]
    obsolete: tuple[Path, ...]


def import_facts(
    upstreams: Sequence[str], folder: Path, history: Sequence[str] = (), day: dt.date | None = None
) -> Imported:
    """Return the facts of the documents and of those kept, written below the folder (`openapi`).

    Raises:
        DocumentProblem: A document or `source.toml` is wrong; nothing has changed then.

    """
    dates = read_sources(folder / "source.toml").dates
    read = [read_upstream(one, dates, day) for one in upstreams]
    known = [read_upstream(one, dates, day) for one in history]
    imported = merge_facts(read, folder, known)
    publish(imported.files, imported.obsolete)
    return imported


def merge_facts(read: Sequence[Upstream], folder: Path, known: Sequence[Upstream] = ()) -> Imported:
    """Return what an import of the documents would write; `known` ones only tell when things began.

    A document that is there for that alone stays so when it is read again.

    Raises:
        DocumentProblem: A document or `source.toml` is wrong.

    """
    sources = read_sources(folder / "source.toml")
    past = {one.sha256 for one in sources.origins if one.history}
    known = [*known, *(one for one in read if one.sha256 in past)]
    read = [one for one in read if one.sha256 not in past]
    new = {one.sha256 for one in (*read, *known)} | {one.name for one in (*read, *known)}
    kept = [one for one in sources.origins if not {one.sha256, one.name} & new]
    merged = [*read, *(read_kept(folder, one) for one in kept if not one.history)]
    facts = gather(merged, sources)
    origins = [*facts.origins, *(origin_of(one, history=True) for one in known)]
    origins += [one for one in kept if one.history]
    origins.sort(key=lambda one: one.date, reverse=True)
    refuse_ties(origins)
    files = _facts_files(facts, folder, known)
    files |= {file_of(folder, one): write_kept(keep(one.document)) for one in (*read, *known)}
    listed = attrs.evolve(sources, origins=tuple(origins))
    files[folder / "source.toml"] = write_sources(listed).encode()
    present = {*(folder / "facts").glob("*.yaml"), *(folder / FOLDER).glob("*.json")}
    wanted = {*files, *(file_of(folder, one) for one in origins)}
    return Imported(facts, tuple(origins), files, tuple(sorted(present - wanted)))


def _facts_files(facts: Facts, folder: Path, known: Sequence[Upstream]) -> dict[Path, bytes]:
    """Return the facts by group, and the fingerprints of all sentences that were ever dropped."""
    files = {
        folder / "facts" / f"{stem}.yaml": (HEADER + write_yaml(tree)).encode()
        for stem, tree in facts.files.items()
    }
    path = folder / "facts" / "fingerprints.txt"
    prints = facts.fingerprints.union(*(of_document(one.document) for one in known))
    if path.exists():
        prints |= read_fingerprints(read_part(path), str(path))
    files[path] = write_fingerprints(prints, HEADER).encode()
    return files


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 when the facts were written, 1 when the input is wrong."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("upstream", nargs="*", help="OpenAPI document: a file or a URL")
    parser.add_argument(
        "--history",
        nargs="+",
        default=[],
        metavar="UPSTREAM",
        help="documents that only tell since when things exist: nothing is merged from them",
    )
    parser.add_argument(
        "--folder", type=Path, default=ROOT / "openapi", help="where source.toml and facts/ are"
    )
    options = parser.parse_args(arguments)
    try:
        imported = import_facts(options.upstream, options.folder, options.history)
    except DocumentProblem as problem:
        print(f"import_facts: {problem}", file=sys.stderr)
        return 1
    for origin in imported.origins:
        taken = "history" if origin.history else f"{origin.taken} of {origin.operations} operations"
        print(f"{origin.name} ({origin.date}): {taken}")
    count, place = len(imported.facts.files), options.folder / "facts"
    print(f"wrote {count} files to {place}; now run scripts/curate.py")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("import_facts: interrupted; nothing has changed", file=sys.stderr)
        sys.exit(130)
