"""Frameworks that bring clients of this API: their environments, and what they do on the mock."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from mistral_mock.server import running

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAMS = ROOT / "conformance" / "tests" / "interop" / "programs"
ENVIRONMENTS = ROOT / ".interop"
LONGEST_S = 300
BEGIN, END = "<!-- frameworks: begin -->", "<!-- frameworks: end -->"
STRUCTURED = "structured: "
PLAIN = ("chat", "stream", "tool", "embeddings")


@frozen
class Framework:
    """One framework: its environment needs the requirements, the first of which names it."""

    name: str
    program: str
    requirements: tuple[str, ...]

    @property
    def tested(self) -> str:
        """The package and its version, without extras."""
        package, _, version = self.requirements[0].partition("==")
        return f"`{package.partition('[')[0]}` {version}"

    @property
    def folder(self) -> Path:
        """Where its environment is."""
        return ENVIRONMENTS / self.name

    @property
    def python(self) -> Path:
        """The interpreter of its environment."""
        return self.folder / "bin" / "python"


FRAMEWORKS = (
    Framework("mistralai", "official.py", ("mistralai==3.7.0",)),
    Framework("openai", "openai_sdk.py", ("openai==3.57.0",)),
    Framework("langchain", "langchain_mistral.py", ("langchain-mistralai==1.1.6",)),
    Framework("litellm", "litellm_mistral.py", ("litellm==1.110.2",)),
    Framework("pydantic-ai", "pydantic_agents.py", ("pydantic-ai-slim[mistral]==2.68.0",)),
    Framework("haystack", "haystack_mistral.py", ("mistral-haystack==3.0.0",)),
    Framework("instructor", "instructor_modes.py", ("instructor==1.17.0", "mistralai==3.7.0")),
    Framework(
        "llama-index",
        "llama_index_mistral.py",
        ("llama-index-llms-mistralai==0.11.0", "llama-index-embeddings-mistralai==0.6.0"),
    ),
)


@frozen
class Tried:
    """What a framework did: of each thing why it failed, or None."""

    framework: Framework
    outcomes: Mapping[str, str | None]

    @property
    def failures(self) -> list[str]:
        """What went wrong, for people."""
        found = self.outcomes.items()
        return [f"{self.framework.name}: {name}: {why}" for name, why in found if why is not None]


def prepare(framework: Framework) -> None:
    """Make the framework's environment, unless it is there with the same requirements.

    Raises:
        CalledProcessError: A package cannot be installed.

    """
    stamp = framework.folder / "requirements.txt"
    wanted = "\n".join(framework.requirements)
    if stamp.exists() and stamp.read_text("utf-8") == wanted:
        return
    venv.create(framework.folder, clear=True, with_pip=True)
    install = ("-m", "pip", "install", "--quiet", *framework.requirements)
    subprocess.run((framework.python, *install), check=True)
    stamp.write_text(wanted, "utf-8")


def try_framework(framework: Framework) -> Tried:
    """Return what the framework does on a mock of its own."""
    with running() as mock:
        command = (framework.python, PROGRAMS / framework.program, mock.base_url)
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=LONGEST_S
        )
    try:
        outcomes: dict[str, str | None] = json.loads(done.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        outcomes = {"program": done.stderr[-2000:] or f"it ended with {done.returncode}"}
    return Tried(framework, outcomes)


def try_all() -> list[Tried]:
    """Return what all frameworks do."""
    tried: list[Tried] = []
    for framework in FRAMEWORKS:
        sys.stderr.write(f"{framework.name}\n")
        prepare(framework)
        tried.append(try_framework(framework))
    return tried


def make_table(tried: Iterable[Tried]) -> str:
    """Return the table of the page."""
    lines = [
        "| Framework | Chat | Stream | Tool | Embeddings | Structured answers |",
        "|---|---|---|---|---|---|",
    ]
    for one in tried:
        plain = [show(one.outcomes, name) for name in PLAIN]
        forms = [name for name in one.outcomes if name.startswith(STRUCTURED)]
        shown = ", ".join(f"`{name.removeprefix(STRUCTURED)}`{mark(one, name)}" for name in forms)
        lines.append(f"| {' | '.join([one.framework.tested, *plain, shown])} |")
    return "\n".join(lines)


def show(outcomes: Mapping[str, str | None], name: str) -> str:
    """Return how one thing went; a dash where the framework has none of it."""
    if name not in outcomes:
        return "-"
    return "works" if outcomes[name] is None else "fails"


def mark(tried: Tried, name: str) -> str:
    """Return what is said behind a form that fails."""
    return "" if tried.outcomes[name] is None else " fails"


def put_into(page: str, table: str) -> str:
    """Return the page with the table between its marks.

    Raises:
        ValueError: The page has no marks.

    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page has no {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{table}\n\n{END}{after}"
