"""The suite as pytest tests: `pytest --mistral-base-url URL --pyargs mistral_conformance`.

Every pytest run of an environment loads this module, so it imports nothing of the suite; without
the option it does nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

NAME = "mistral-conformance-rules"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of `mistral-conformance run`, each with the prefix `--mistral-`."""
    group = parser.getgroup("mistral-conformance", "conformance of a Mistral API server")
    add = group.addoption
    add("--mistral-base-url", metavar="URL", help="the server to judge; enables the suite")
    add("--mistral-operations", action="append", default=[], metavar="PATTERN")
    add("--mistral-rules", action="append", default=[], metavar="PATTERN")
    add("--mistral-profile", default="libraries", metavar="NAME")
    add("--mistral-as", action="append", default=[], metavar="NAME=ENVVAR")
    add("--mistral-clock-url", default="", metavar="URL")
    add("--mistral-seed", type=int, default=0, metavar="N")
    add("--mistral-max-examples", type=int, default=20, metavar="N")
    add("--mistral-timeout", type=float, default=10.0, metavar="S")
    add("--mistral-report-dir", type=Path, default=None, metavar="DIR")


def pytest_configure(config: pytest.Config) -> None:
    """Bring in the rules when a server is named."""
    if config.getoption("--mistral-base-url"):
        from mistral_conformance.pytest_rules import RulesPlugin  # noqa: PLC0415 - see the top

        config.pluginmanager.register(RulesPlugin(config), NAME)
