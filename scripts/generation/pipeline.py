"""The run from files to files: read, generate, format, record, compare, exchange."""

from __future__ import annotations

import difflib
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs
from document.problems import DocumentProblem, read_part
from document.yaml_text import read_yaml

from generation import manifest, twins
from generation.swap import replace_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

DIFF_LIMIT: Final = 400
SOURCES: Final = (
    "openapi/source.toml",
    "openapi/facts/*.yaml",
    "openapi/facts/*.txt",
    "openapi/curation/*.yaml",
    "openapi/evidence/*.yaml",
    "openapi/prose/*.yaml",
    "openapi/mistral_openapi/document.json",
    "openapi/mistral_openapi/evidence.json",
    "openapi/mistral_openapi/eras.json",
    "scripts/curate.py",
    "openapi/eras.yaml",
    "openapi/sources/*.json",
    "scripts/changes/**/*.py",
    "scripts/document/**/*.py",
    "scripts/eras/**/*.py",
)
"""What the document is composed of and by, and what else is composed with it."""


class PipelineError(DocumentProblem):
    """The run cannot go on; the message says why and what to do."""


@attrs.frozen
class Places:
    """Where the run reads and writes."""

    root: Path
    curated: bool = True
    """Whether the document has to be what its sources give."""

    @property
    def document(self) -> Path:
        """The curated document."""
        return self.root / "openapi" / "mistral.yaml"

    @property
    def settings(self) -> Path:
        """The generator's configuration."""
        return self.root / "overrides" / "generator.toml"

    @property
    def renamed(self) -> Path:
        """The methods that got another name; there need not be any."""
        return self.root / "openapi" / "renamed.yaml"

    @property
    def templates(self) -> Path:
        """Our templates."""
        return self.root / "overrides" / "templates"

    @property
    def runtime(self) -> Path:
        """Our modules that the package holds as they are."""
        return self.root / "overrides" / "runtime"

    @property
    def client(self) -> Path:
        """The client, some of whose modules are twins of others."""
        return self.root / "overrides" / "mistral_client"

    @property
    def generated(self) -> Path:
        """The folder that is written as a whole."""
        return self.root / "generated"

    def inputs(self) -> list[Path]:
        """Return every file that the output depends on.

        Raises:
            PipelineError: One is missing.

        """
        found = [self.document, self.settings, self.root / "scripts" / "generate.py"]
        for path in found:
            if not path.is_file():
                raise PipelineError(f"{path.relative_to(self.root)} is missing")
        found += [self.renamed] if self.renamed.exists() else []
        found += sorted(self.templates.glob("*.jinja"))
        found += sorted(self.runtime.glob("*.py"))
        found += sorted((self.root / "scripts" / "generation").glob("*.py"))
        for source in twins.sources(self.client):
            found += [path for path in (source, twins.twin_of(source)) if path.exists()]
        if self.curated:
            found += [path for pattern in SOURCES for path in sorted(self.root.glob(pattern))]
        return found


def is_current(places: Places) -> bool:
    """Say whether inputs, tools and outputs are what the manifest says.

    Reads no more than bytes.
    """
    stored = manifest.read(places.generated)
    return stored is not None and stored == manifest.take(
        places.root, places.inputs(), places.generated
    )


def regenerate(places: Places) -> int:
    """Write `generated/` and the twins anew and return the number of files in `generated/`.

    On failure the folder stays as it was.
    """
    for source in twins.sources(places.client):
        text = twins.write(source, partial(_tidy_twin, places))
        twins.twin_of(source).write_text(text, encoding="utf-8")
    with _fresh(places) as fresh:
        replace_folder(places.generated, fresh)
    return sum(1 for _ in manifest.files(places.generated))


def difference(places: Places) -> list[str]:
    """Return a unified diff from a fresh run to what is there; empty when they are equal."""
    stale = [line for source in twins.sources(places.client) for line in _twin(places, source)]
    with _fresh(places) as fresh:
        return stale + list(_compare(fresh, places.generated))


def _twin(places: Places, source: Path) -> Iterator[str]:
    """Yield a unified diff from what a twin has to be to what is there."""
    target = twins.twin_of(source)
    name = target.relative_to(places.root)
    wanted = twins.write(source, partial(_tidy_twin, places)).splitlines()
    yield from difflib.unified_diff(
        wanted, _lines(target), f"generated anew/{name}", str(name), lineterm=""
    )


def _tidy_twin(places: Places, text: str, target: Path) -> str:
    """Return a module as the project's own checks want it."""
    named = f"--stdin-filename={target.relative_to(places.root)}"
    common = ["--no-cache", "--quiet", named, "-"]
    loops = ["--select=UP028", "--unsafe-fixes"]  # a loop that only yields is `yield from`
    for fixes in ([], loops):
        text = _run_ruff(["check", "--fix-only", *fixes, *common], places.root, text)
    return _run_ruff(["format", *common], places.root, text)


@contextmanager
def _fresh(places: Places) -> Iterator[Path]:
    """Give a complete generated folder beside the real one; what is left of it is deleted."""
    build = places.root / ".build"
    build.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=build, prefix="generate-") as temporary:
        folder = Path(temporary) / "generated"
        _fill(places, folder)
        yield folder


def _fill(places: Places, folder: Path) -> None:
    from generation import project  # noqa: PLC0415 - costs a second, which a fast check saves
    from generation.renamed import read_renamed  # noqa: PLC0415 - the same
    from generation.source import derive  # noqa: PLC0415 - the same

    inputs = places.inputs()
    settings = load_settings(places.settings)
    derived = derive(
        load_document(places.document), settings.get("names", {}), settings.get("types", {})
    )
    folder.mkdir(parents=True)
    given = project.Inputs(settings, places.templates, places.runtime, read_renamed(places.renamed))
    project.build(derived, given, folder)
    tidy(folder, settings["ruff"])
    record = manifest.take(places.root, inputs, folder)
    (folder / manifest.NAME).write_text(record.text(), encoding="utf-8")


def load_settings(path: Path) -> dict[str, Any]:
    """Return the generator's configuration.

    Raises:
        PipelineError: It is not whole.

    """
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise PipelineError(f"{path} is not TOML: {error}") from error
    missing = [name for name in ("generator", "ruff") if not isinstance(settings.get(name), dict)]
    if missing:
        raise PipelineError(f"{path} has no table [{missing[0]}]")
    return settings


def load_document(path: Path) -> dict[str, Any]:
    """Return a YAML document that is a mapping.

    Raises:
        DocumentProblem: It cannot be read, or is none.

    """
    loaded = read_yaml(read_part(path), str(path))
    if not isinstance(loaded, dict):
        raise PipelineError(f"{path} holds no OpenAPI document")
    return loaded


def tidy(folder: Path, settings: dict[str, Any]) -> None:
    """Sort imports and format, with the pinned ruff and no configuration but ours.

    Raises:
        PipelineError: Something is left to say; the error has ruff's own text.

    """
    common = [
        "--isolated",
        "--no-cache",
        f"--line-length={settings['line-length']}",
        f"--target-version={settings['target-version']}",
    ]
    select = f"--select={','.join(settings['select'])}"
    _ruff(["check", *common, select, "--fix", "--exit-zero", "--quiet"], folder)
    _ruff(["format", *common], folder)
    _ruff(["check", *common, select, "--output-format=concise"], folder)


def _ruff(arguments: list[str], folder: Path) -> None:
    _run_ruff([*arguments, "."], folder)


def _run_ruff(arguments: list[str], folder: Path, text: str = "") -> str:
    """Return what ruff prints.

    Raises:
        PipelineError: It complains or is not there.

    """
    beside = Path(sys.executable).with_name("ruff")
    command = str(beside) if beside.exists() else shutil.which("ruff")
    if command is None:
        raise PipelineError("ruff is not installed; run: make setup")
    done = subprocess.run(
        [command, *arguments],
        cwd=folder,
        input=text,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NO_COLOR": "1"},
    )
    if done.returncode != 0:
        raise PipelineError(
            f"ruff {arguments[0]} fails on generated code:\n{done.stdout}{done.stderr}"
        )
    return done.stdout


def _compare(expected: Path, found: Path) -> Iterator[str]:
    """Yield a unified diff of two folders, whole files included."""
    names = {path.relative_to(expected) for path in _all(expected)}
    if found.exists():
        names |= {path.relative_to(found) for path in _all(found)}
    for name in sorted(names):
        before, after = _lines(expected / name), _lines(found / name)
        if before != after:
            yield from difflib.unified_diff(
                before,
                after,
                f"generated anew/{name}" if (expected / name).exists() else "/dev/null",
                f"generated/{name}" if (found / name).exists() else "/dev/null",
                lineterm="",
            )


def _all(folder: Path) -> Iterator[Path]:
    yield from manifest.files(folder)
    if (folder / manifest.NAME).exists():
        yield folder / manifest.NAME


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []
