"""A copy of what a run reads and writes: all is tried there before anything changes."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
from document.storage import publish, signals_held
from generation import manifest
from generation.swap import replace_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

GROUPS = "conformance/mistral_conformance/groups"
COPIED = ("openapi", "overrides", "scripts", GROUPS, "CHANGELOG.md", "pyproject.toml")
_WRITTEN = ("openapi", GROUPS, "CHANGELOG.md")
"""What is put in place file by file; `generated` is exchanged as a whole."""
_LEFT = shutil.ignore_patterns("node_modules", "__pycache__", "*.egg-info")
_PREFIX = "update-"


@attrs.frozen
class Stage:
    """The project's folder and its copy."""

    root: Path
    copy: Path

    @property
    def openapi(self) -> Path:
        """The document's folder in the copy."""
        return self.copy / "openapi"

    def put_in_place(self) -> list[Path]:
        """Make the project as the copy is: all of it or, after a failure, nothing.

        Returns the files that differed, below the project's folder.

        Raises:
            DocumentProblem: A file cannot be written; nothing has changed then.

        """
        files, obsolete = self._differences()
        fresh, generated = self.copy / "generated", self.root / "generated"

        def exchange() -> None:
            if fresh.exists() and manifest.read(fresh) != manifest.read(generated):
                replace_folder(generated, fresh)

        publish(files, obsolete, exchange)
        return [path.relative_to(self.root) for path in (*files, *obsolete)]

    def _differences(self) -> tuple[dict[Path, bytes], list[Path]]:
        changed: dict[Path, bytes] = {}
        for path in _files(self.copy):
            target = self.root / path.relative_to(self.copy)
            content = path.read_bytes()
            if not target.exists() or target.read_bytes() != content:
                changed[target] = content
        obsolete = [
            path
            for path in _files(self.root)
            if not (self.copy / path.relative_to(self.root)).exists()
        ]
        return changed, obsolete


def _files(root: Path) -> Iterator[Path]:
    """Yield the files that a run may write, below a folder."""
    for name in _WRITTEN:
        path = root / name
        for each in sorted(path.rglob("*")) if path.is_dir() else [path] * path.exists():
            hidden = {"node_modules", "__pycache__"} & set(each.parts)
            if each.is_file() and not hidden and ".egg-info" not in str(each):
                yield each


@contextmanager
def staged(root: Path) -> Iterator[Stage]:
    """Give a copy of the project, which is gone afterwards whatever happens."""
    build = root / ".build"
    was_there = build.exists()
    build.mkdir(exist_ok=True)
    for left in build.glob(f"{_PREFIX}*"):  # of a run that was killed
        shutil.rmtree(left)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=build))
    try:
        for name in COPIED:
            if (root / name).is_dir():
                shutil.copytree(root / name, folder / name, ignore=_LEFT)
            elif (root / name).exists():
                shutil.copy2(root / name, folder / name)
        yield Stage(root, folder)
    finally:
        with signals_held():
            shutil.rmtree(folder)
            if not was_there:
                shutil.rmtree(build)
