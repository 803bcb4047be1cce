"""The wheel as a user gets it: installed into an empty environment, without any network."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import venv
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
WHEELHOUSE = ROOT / ".wheelhouse"
PACKAGES = (
    "mistral_client",
    "mistral_conformance",
    "mistral_generated",
    "mistral_mock",
    "mistral_openapi",
    "mistral_pytest",
)
# httpx brings what it needs; nothing else may come with the client.
CLIENT_DEPENDENCIES = {"anyio", "attrs", "certifi", "h11", "httpcore", "httpx", "idna"} | {
    "typing-extensions"
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    source = tmp_path_factory.mktemp("source")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source / name)
    for folder in ("openapi/mistral_openapi", "generated", "overrides", "conformance"):
        shutil.copytree(
            ROOT / folder, source / folder, ignore=shutil.ignore_patterns("node_modules")
        )
    target = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(target)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    return next(target.glob("*.whl"))


@pytest.fixture(scope="module")
def empty_environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    command = [str(python), "-m", "pip", "install", "--quiet", "--no-index", "--isolated"]
    command += ["--disable-pip-version-check", "--find-links", str(WHEELHOUSE), str(wheel)]
    subprocess.run(command, check=True, capture_output=True)
    return python


def run(python: Path, code: str) -> str:
    done = subprocess.run(
        [str(python), "-W", "error", "-c", code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_wheel_holds_the_five_packages_each_typed(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if not name.startswith("mistral_openapi-")} == set(
        PACKAGES
    )
    assert {f"{package}/py.typed" for package in PACKAGES} <= set(names)


def test_wheel_holds_no_tests_and_no_yaml_sources(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert not [name for name in names if "/tests/" in name or "node_modules" in name]


def test_client_installs_with_httpx_and_attrs_alone(empty_environment: Path) -> None:
    listed = run(
        empty_environment,
        "import json; from importlib.metadata import distributions as d;"
        "print(json.dumps(sorted(x.metadata['Name'].lower().replace('_', '-') for x in d())))",
    )
    installed = set(json.loads(listed)) - {"pip", "setuptools", "wheel", "mistral-openapi"}
    assert {"httpx", "attrs"} <= installed <= CLIENT_DEPENDENCIES


def test_installed_client_names_its_errors_and_needs_a_key(empty_environment: Path) -> None:
    out = run(
        empty_environment,
        "import mistral_client as m\n"
        "try:\n    m.Mistral(api_key='')\n"
        "except m.MistralError as error:\n    print(error)\n",
    )
    assert "MISTRAL_API_KEY" in out


def test_curated_document_travels_in_the_wheel(empty_environment: Path) -> None:
    out = run(
        empty_environment,
        "import mistral_openapi as o; print(len(o.load()['paths']), o.load()['openapi'])",
    )
    paths, version = out.split()
    assert int(paths) > 0
    assert version.startswith("3.1")


def test_commands_without_their_extra_say_what_to_install(empty_environment: Path) -> None:
    extras = {"mistral-mock": "[mock]", "mistral-conformance": "[conformance,mock,campaign]"}
    for command, extra in extras.items():
        done = subprocess.run(
            [str(empty_environment.with_name(command)), "--help"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 2, done.stderr
        assert f"pip install '.{extra}'" in done.stderr
        assert "Traceback" not in done.stderr


def test_extras_are_declared(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    name = next(n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
    metadata = Parser().parsestr(archive.read(name).decode())
    assert {"mock", "conformance", "dev"} <= set(metadata.get_all("Provides-Extra", []))
    assert metadata["License-Expression"] == "MIT"
