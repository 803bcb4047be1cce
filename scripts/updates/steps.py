"""The run of an update, step by step, in a copy of the project."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import attrs
from changes.comparison import Methods, compare
from changes.report import as_markdown, counted, summary
from changes.surface import as_markdown as list_breaks
from changes.surface import compare_surfaces
from document.curated import LOADABLE, composed
from document.keeping import read_kept
from document.problems import DocumentProblem
from document.sources import read_sources, write_sources
from document.storage import publish
from document.survey import survey
from document.tree import operations
from document.upstream import read_upstream
from generation import manifest
from generation.pipeline import Places, is_current, regenerate
from generation.renamed import NAME, read_renamed, renamed_bytes
from import_facts import merge_facts

from updates.moving import fresh_moves, retargeted, with_moves
from updates.release import has_draft, next_version, with_draft
from updates.removals import refuse_removals, untaken
from updates.renaming import renamed_methods, with_paths_kept, with_renamed, with_schemas_kept
from updates.todo import unfinished

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from changes.change import Change
    from document.tree import Tree
    from document.upstream import Upstream

    from updates.staging import Stage

_IMPORTS_ALL = """
import json, sys
from mistral_client import Mistral
client = Mistral(api_key="none")
missing = []
for name in json.load(sys.stdin):
    place = client
    for word in name.split("."):
        place = getattr(place, word, None)
    if not callable(place):
        missing.append(name)
client.close()
sys.exit(f"the client has no {', '.join(missing)}" if missing else 0)
"""


@attrs.frozen
class Options:
    """What a person asked for."""

    upstreams: tuple[str, ...]
    day: dt.date
    """The day of documents that do not tell theirs."""
    accept_removals: bool = False
    drafts: bool = False


@attrs.define
class Run:
    """One update, and what it knows so far."""

    stage: Stage
    options: Options
    step: str = ""
    day: str = ""
    """The day of the newest source."""
    _before: dt.date | None = None
    """The day of the newest source before this run."""

    def run(self) -> None:
        """Do everything up to the last step, in the copy.

        Raises:
            DocumentProblem: An input is wrong.
            Unfinished: A person has to write something first.
            PipelineError: The client cannot be generated.

        """
        with self._telling("1/6 sources"):
            read = self._read()
        with self._telling("2/6 facts"):
            self._merge(read)
        with self._telling("3/6 drift and changelog"):
            self._compare()
        with self._telling("4/6 document"):
            self._compose()
        with self._telling("5/6 client"):
            regenerate(Places(self.stage.copy))
        with self._telling("6/6 checks"):
            self._check()
            self._compare_surfaces()

    @contextmanager
    def _telling(self, step: str) -> Iterator[None]:
        """Say which step begins, and how long it took."""
        self.step = step
        print(f"[{step}] ...", flush=True)
        started = time.monotonic()
        yield
        print(f"[{step}] done in {time.monotonic() - started:.1f} s", flush=True)

    def _read(self) -> list[Upstream]:
        dates = read_sources(self.stage.openapi / "source.toml").dates
        read = [read_upstream(one, dates, self.options.day) for one in self.options.upstreams]
        for one in read:
            print(f"    {one.name}: {one.operation_count} operations, of {one.date}")
        return read

    def _merge(self, read: Sequence[Upstream]) -> None:
        folder = self.stage.openapi
        known = read_sources(folder / "source.toml").origins
        new = max((one.date for one in read), default=None)
        if known and new and new > known[0].date:
            self._before = known[0].date
        if self._before:
            self._follow_moves(read_kept(folder, known[0]).document, read)
        if not self.options.accept_removals:
            refuse_removals(read, folder)
        left = untaken(read, folder)
        imported = merge_facts(read, folder)
        publish(imported.files, imported.obsolete)
        for one in imported.origins:
            taken = "history" if one.history else f"{one.taken} of {one.operations} operations"
            print(f"    {one.name} ({one.date}): {taken}")
        if left:
            told = "".join(f"\n        {one}" for one in left)
            print(
                f"    {counted(len(left), 'new operation')} in no group, so the client gets none"
                f" of them; to have them, add patterns in openapi/source.toml:{told}"
            )

    def _follow_moves(self, old: Tree, read: Sequence[Upstream]) -> None:
        """Let operations, words and corrections of paths that upstream has moved move along."""
        folder = self.stage.openapi
        sources = read_sources(folder / "source.toml")
        fresh = fresh_moves(old, max(read, key=lambda one: one.date).document, sources)
        if not fresh:
            return
        listed = attrs.evolve(sources, moved=with_moves(sources.moved, fresh))
        files = retargeted(folder, fresh)
        publish({folder / "source.toml": write_sources(listed).encode()} | files)
        for before, after in fresh.items():
            print(f"    {before} is {after} now; see openapi/source.toml")
        if files:
            named = ", ".join(str(path.relative_to(folder)) for path in files)
            print(f"    words and corrections follow, in {named}")

    def _compare(self) -> None:
        """Tell what changed since the newest source before: a report, a draft for the changelog.

        A report that is there already has been in the changelog; a draft that is gone was released.
        """
        folder = self.stage.openapi
        origins = read_sources(folder / "source.toml").origins
        self.day = origins[0].date.isoformat()
        older = [one for one in origins[1:] if one.date <= (self._before or one.date)]
        if not older:
            return
        old, new = (read_kept(folder, one) for one in (older[0], origins[0]))
        methods = Methods.of(json.loads((folder / LOADABLE).read_bytes()))
        changes = compare(old.document, new.document, methods)
        title = f"# From {old.date} to {new.date}\n\n"
        path = folder / "drift" / f"{self.day}.md"
        report = (title + as_markdown(changes)).encode()
        print(f"    {summary(changes)}; see openapi/drift/{path.name}")
        if self._before:
            self._keep_names(changes, old.document, new.document)
        log = (self.stage.copy / "CHANGELOG.md").read_text("utf-8")
        told = self._changelog(changes) if not path.exists() or has_draft(log, self.day) else {}
        publish({path: report, **told})

    def _keep_names(self, changes: list[Change], old: Tree, new: Tree) -> None:
        """Go on calling schemas and placeholders as before that upstream calls otherwise."""
        sources = read_sources(self.stage.openapi / "source.toml")
        schemas = with_schemas_kept(sources.schemas, changes, old, new)
        paths = with_paths_kept(sources.paths, old, new)
        fresh = (schemas.items() - sources.schemas.items()) | (
            paths.items() - sources.paths.items()
        )
        if not fresh:
            return
        listed = attrs.evolve(sources, schemas=schemas, paths=paths)
        publish({self.stage.openapi / "source.toml": write_sources(listed).encode()})
        imported = merge_facts((), self.stage.openapi)
        publish(imported.files, imported.obsolete)
        for upstream, here in sorted(fresh):
            print(f"    upstream's {upstream} stays {here} here; see openapi/source.toml")

    def _changelog(self, changes: list[Change]) -> dict[Path, bytes]:
        log, project = (self.stage.copy / one for one in ("CHANGELOG.md", "pyproject.toml"))
        text = log.read_text("utf-8")
        version = next_version(project.read_text("utf-8"), text, changes)
        print(f"    next version: {version.number} ({version.reason})")
        return {log: with_draft(text, self.day, changes, version).encode()}

    def _compose(self) -> None:
        found = survey(self.stage.openapi)
        left = unfinished(found, self.stage.openapi, self.day)
        if left.drafts:
            raise left
        files = composed(found.document, self.stage.openapi)
        self._note_renamed(found.document)
        publish({self.stage.openapi / path: content for path, content in files.items()})

    def _note_renamed(self, document: Tree) -> None:
        """Keep the old names of methods that have another one since the last update."""
        path, before = self.stage.openapi / NAME, self.stage.openapi / LOADABLE
        known = read_renamed(path)
        log = self.stage.copy / "CHANGELOG.md"
        text = log.read_text("utf-8")
        old = json.loads(before.read_bytes()) if before.exists() else document
        renamed = renamed_methods(old, document, known, text)
        if renamed == known:
            return
        for one in renamed:
            print(f"    client.{one.old} is called client.{one.new}; the old name warns")
        files = {log: with_renamed(text, renamed).encode()}
        publish(
            files | ({path: renamed_bytes(renamed)} if renamed else {}), [] if renamed else [path]
        )

    def _check(self) -> None:
        """Check whether the client is what the document gives, and has a method for each operation.

        Raises:
            DocumentProblem: It has not.

        """
        if not is_current(Places(self.stage.copy)):
            raise DocumentProblem("generated/ is not what the document gives; run it again")
        document = json.loads((self.stage.openapi / LOADABLE).read_bytes())
        names = [operation["operationId"] for _, _, operation in operations(document)]
        paths = [str(self.stage.copy / part) for part in ("generated", "overrides")]
        done = subprocess.run(
            [sys.executable, "-c", _IMPORTS_ALL],
            input=json.dumps(names),
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        )
        if done.returncode != 0:
            said = done.stderr.strip().splitlines()[-1]
            raise DocumentProblem(f"the generated client does not work: {said}")
        print(f"    {len(names)} operations, a method for each")

    def _compare_surfaces(self) -> None:
        """Report what breaks for code that uses the client, where something does."""
        before, after = (one / "generated" for one in (self.stage.root, self.stage.copy))
        if not before.exists() or manifest.read(before) == manifest.read(after):
            return
        breaks = compare_surfaces(before, after)
        print(f"    {len(breaks)} breaks in the Python surface")
        if breaks:
            path = self.stage.openapi / "drift" / f"{self.day}-python.md"
            title = f"# What breaks in Python with the document of {self.day}\n\n"
            publish({path: (title + list_breaks(breaks)).encode()})
