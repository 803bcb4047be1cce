"""A small project that `update.py` can take through a whole run, client included."""

from __future__ import annotations

import copy
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pytest
import update
from document.yaml_text import write_yaml
from tests.unit.document.conftest import UPSTREAM, contents, make_folder

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[4]
CHANGELOG = "# Changelog\n\nVersions.\n\n## [0.3.1]\n\n- Shelves.\n"


@attrs.frozen
class Project:
    """A project folder, and a place beside it for upstream documents."""

    root: Path
    beside: Path

    def write(self, document: dict[str, Any], day: str) -> Path:
        """The document as a file of that day."""
        path = self.beside / f"shelves-{day}.yaml"
        path.write_text(write_yaml(document), encoding="utf-8")
        return path

    def update(self, *arguments: object) -> int:
        """Run the command in this process; its exit status."""
        return update.main(["--root", str(self.root), *map(str, arguments)])

    def contents(self) -> dict[str, bytes]:
        """Every file below the project's folder; bytecode has no part in it."""
        return {
            name: content
            for name, content in contents(self.root).items()
            if "__pycache__" not in name
        }

    def edit(self, name: str, old: str, new: str) -> None:
        """Put new text in the place of old text in a file of the folder `openapi`."""
        path = self.root / "openapi" / name
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")


def _make(root: Path) -> None:
    make_folder(root / "openapi")
    for part in ("overrides/runtime", "overrides/templates", "scripts/generation"):
        shutil.copytree(ROOT / part, root / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "scripts/generate.py", root / "scripts")
    settings = (ROOT / "overrides/generator.toml").read_text()
    # The other tables are about schemas that the small document does not have.
    how = [
        settings[: settings.index("[generator.")],
        *re.findall(r"(?ms)^\[ruff\].*?(?=^\[)", settings),
    ]
    (root / "overrides/generator.toml").write_text("".join(how))
    (root / "pyproject.toml").write_text('[project]\nversion = "0.3.1"\n')
    (root / "CHANGELOG.md").write_text(CHANGELOG)


@pytest.fixture(scope="session")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that has taken its first document, of 2026-05-01; tests copy it."""
    root = tmp_path_factory.mktemp("pattern")
    _make(root)
    project = Project(root, tmp_path_factory.mktemp("upstream"))
    assert project.update(project.write(UPSTREAM, "2026-05-01")) == 0
    return root


@pytest.fixture
def project(pattern: Path, tmp_path: Path) -> Project:
    """A project of its own for each test."""
    root, beside = tmp_path / "project", tmp_path / "upstream"
    shutil.copytree(pattern, root)
    beside.mkdir()
    return Project(root, beside)


@pytest.fixture
def newer() -> Callable[..., dict[str, Any]]:
    """Makes a newer document: the first one after a change."""

    def make(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        document = copy.deepcopy(UPSTREAM)
        change(document)
        return document

    return make
