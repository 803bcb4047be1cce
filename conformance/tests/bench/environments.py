"""One virtual environment for each peer, so that nobody pays for another's dependencies."""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / ".bench"


def prepare() -> dict[str, Path]:
    """The interpreter of each peer; environments are made on the first run and reused.

    The client's environment holds its wheel, freshly built, and the wheel's own dependencies.
    """
    FOLDER.mkdir(exist_ok=True)
    lean = environment("lean", [])
    wheel = build_wheel()
    pip(lean, "--force-reinstall", "--no-deps", str(wheel))
    pip(lean, str(wheel))
    fast = environment("fast", [])
    pip(fast, "--force-reinstall", "--no-deps", str(wheel))
    pip(fast, f"mistral-openapi[fast] @ {wheel.as_uri()}")
    official = environment("official", ["mistralai"])
    stock = environment("stock", ["attrs", "httpx", "python-dateutil"])
    generate_stock(stock)
    return {"httpx": lean, "ours": lean, "fast": fast, "official": official, "stock": stock}


def environment(name: str, packages: list[str]) -> Path:
    """The interpreter of a virtual environment with these packages."""
    folder = FOLDER / name
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=False, clear=True)
    if packages:
        pip(python, *packages)
    return python


def pip(python: Path, *arguments: str) -> None:
    """Installs into that environment, from outside: not even pip is in it."""
    constraints = ["--constraint", str(ROOT / "constraints.txt")]
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"]
    subprocess.run([*command, *constraints, *arguments], check=True, cwd=FOLDER)


def build_wheel() -> Path:
    """The project's wheel, built now."""
    target = FOLDER / "wheel"
    shutil.rmtree(target, ignore_errors=True)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(target)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return next(target.glob("*.whl"))


def generate_stock(python: Path) -> None:
    """The generator's own output for the same document, importable as `stock_client`."""
    folder = FOLDER / "stock_source"
    document = ROOT / "openapi" / "mistral.yaml"
    generator = Path(sys.executable).with_name("openapi-python-client")
    shutil.rmtree(folder, ignore_errors=True)
    settings = FOLDER / "stock.yaml"
    settings.write_text("project_name_override: stock\npackage_name_override: stock_client\n")
    command = [str(generator), "generate", "--path", str(document), "--config", str(settings)]
    command += ["--output-path", str(folder), "--meta", "pdm"]
    subprocess.run(command, check=True, capture_output=True)
    site = next((python.parent.parent / "lib").glob("python*/site-packages"))
    shutil.copytree(folder / "stock_client", site / "stock_client", dirs_exist_ok=True)
