"""The suite as pytest tests: `pytest --mistral-base-url URL`, beside a project's own tests.

`--pyargs mistral_conformance` runs the rules alone.

Every pytest run of an environment loads this module, so it imports nothing of the suite; without
the option it does nothing.
"""

from __future__ import annotations

from pathlib import Path

import pytest

NAME = "mistral-conformance-rules"
PACKAGE = "mistral_conformance"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of `mistral-conformance run`, each with the prefix `--mistral-`."""
    group = parser.getgroup("mistral-conformance", "conformance of a Mistral API server")
    add = group.addoption
    add("--mistral-base-url", metavar="URL", help="the server to judge; enables the suite")
    add("--mistral-operations", action="append", default=[], metavar="PATTERN")
    add("--mistral-rules", action="append", default=[], metavar="PATTERN")
    add("--mistral-profile", default="", metavar="NAME")
    add("--mistral-as", action="append", default=[], metavar="NAME=ENVVAR")
    add("--mistral-clock-url", default="", metavar="URL")
    add("--mistral-seed", type=int, default=0, metavar="N")
    add("--mistral-max-examples", type=int, default=20, metavar="N")
    add("--mistral-timeout", type=float, default=10.0, metavar="S")
    add("--mistral-yes-live", action="store_true", help="the vendor's own API is meant")
    add("--mistral-report-dir", type=Path, default=None, metavar="DIR")


def pytest_configure(config: pytest.Config) -> None:
    """Bring in the rules when a server is named.

    Raises:
        UsageError: The suite's own packages are not installed, or an option is wrong.

    """
    if config.getoption("--mistral-base-url") is None:
        return
    try:
        from mistral_conformance.cli import pytest_rules  # noqa: PLC0415 - see the top
    except ModuleNotFoundError as error:
        raise pytest.UsageError(
            f"{error.name} is not installed; in a checkout: pip install '.[conformance]'"
        ) from error
    config.pluginmanager.register(pytest_rules.RulesPlugin(config), NAME)
    if PACKAGE not in config.args:
        config.args.append(str(Path(pytest_rules.__file__)))
