"""A small project to generate from: its document is a dict that a test may change."""

from __future__ import annotations

import copy
import importlib
import json
import re
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import generate
import pytest

from .small_document import DOCUMENT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

ROOT = Path(__file__).resolve().parents[4]


@attrs.frozen
class Project:
    """A project folder with a document, our templates and our scripts."""

    root: Path
    document: dict[str, Any]

    @property
    def generated(self) -> Path:
        """The folder that generation writes."""
        return self.root / "generated"

    def run(self, *arguments: str) -> int:
        """Store the document, run the command in this process, return its exit status."""
        text = json.dumps(self.document)  # JSON is YAML
        (self.root / "openapi/mistral.yaml").write_text(text, encoding="utf-8")
        return generate.main(["--root", str(self.root), *arguments])

    def contents(self) -> dict[str, bytes]:
        """Every generated file with its bytes."""
        return {
            path.relative_to(self.generated).as_posix(): path.read_bytes()
            for path in sorted(self.generated.rglob("*"))
            if path.is_file() and "__pycache__" not in path.parts
        }


@pytest.fixture(scope="session")
def make_project(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Project]:
    """Makes projects that differ in nothing but their place."""

    def make() -> Project:
        root = tmp_path_factory.mktemp("project")
        (root / "openapi").mkdir()
        parts = ("overrides/runtime", "overrides/templates", "scripts")
        for part in parts:
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / part, root / part, ignore=ignored)
        settings = (ROOT / "overrides/generator.toml").read_text()
        # The other tables are about schemas that the small document does not have.
        how = [settings[: settings.index("[generator.")], *re.findall(r"(?ms)^\[ruff\].*?(?=^\[)", settings)]
        (root / "overrides/generator.toml").write_text("".join(how))
        return Project(root, copy.deepcopy(DOCUMENT))

    return make


@pytest.fixture
def project(make_project: Callable[[], Project]) -> Project:
    """A project of its own for each test."""
    return make_project()


@pytest.fixture(scope="session")
def pattern(make_project: Callable[[], Project]) -> Project:
    """A project that has been generated; tests copy what came out."""
    project = make_project()
    assert project.run() == 0
    return project


@pytest.fixture
def made(project: Project, pattern: Project) -> Project:
    """A project of its own for each test, as a first run leaves it."""
    shutil.copytree(pattern.generated, project.generated)
    shutil.copy(pattern.root / "openapi/mistral.yaml", project.root / "openapi/mistral.yaml")
    return project


def _importer(project: Project) -> Iterator[Callable[[str], ModuleType]]:
    name = f"small_{id(project)}"

    def load(module: str) -> ModuleType:
        if not (project.root / name).exists():
            assert project.run() == 0
            shutil.copytree(project.generated / "mistral_generated", project.root / name)
            sys.path.insert(0, str(project.root))
        return importlib.import_module(f"{name}.{module}")

    yield load
    if str(project.root) in sys.path:
        sys.path.remove(str(project.root))
    for loaded in [key for key in sys.modules if key.partition(".")[0] == name]:
        del sys.modules[loaded]


@pytest.fixture
def imported(project: Project) -> Iterator[Callable[[str], ModuleType]]:
    """Generates from the test's own document at the first import of one of its modules."""
    yield from _importer(project)


@pytest.fixture(scope="module")
def small(make_project: Callable[[], Project]) -> Iterator[Callable[[str], ModuleType]]:
    """Imports modules generated from the unchanged document, once for all tests of a module."""
    yield from _importer(make_project())
