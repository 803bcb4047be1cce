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
PREFIX = "--mistral-"
ONCE = {
    "base-url": ("URL", "the server to judge; enables the suite"),
    "profile": ("NAME", "what to judge: libraries, inference, ...; see `run --list-profiles`"),
    "era": ("ERA", "the state of the API to judge by: a day, today or announced; default: today"),
    "config": ("FILE", "options of `mistral-conformance run` in TOML, as on the command line"),
    "prefix": ("PATH", "the path below which the server has the API"),
    "ca": ("FILE", "certificate authorities to trust, in PEM form"),
    "rate": ("N/s", "at most so many requests in a second"),
    "clock-url": ("URL", "the server's clock, for rules about time"),
    "seed": ("N", "the same seed sends the same requests; default: 0"),
    "max-examples": ("N", "generated requests per operation and kind; default: 20"),
    "depth": ("DEPTH", "quick or full: how much of the laws is tried; default: quick"),
    "timeout": ("S", "longest silence of the server, in seconds; default: 10"),
    "max-requests": ("N", "skip what is left after so many requests"),
    "max-time": ("S", "skip what is left after so many seconds"),
    "max-cost": ("USD", "skip what is left after about so many US dollars"),
    "baseline": ("FILE", "known failures: expected to fail until their day"),
    "shard": ("N/OF", "judge a part of the cases, such as 3/8"),
    "run-id": ("ID", "part of the names of what the run creates"),
    "report-dir": ("DIR", "also write the reports, each run in a folder of its own"),
}
"""Options of `mistral-conformance run` that are said once, by their names there."""
REPEATED = {
    "operations": ("PATTERN", "only these operations, such as 'beta.libraries.*'"),
    "rules": ("PATTERN", "only these rules, such as 'schema.*'"),
    "rules-from": ("MODULE", "rules and laws of your own: a module by its name or its file"),
    "exclude": ("PATTERN", "not these rules or operations"),
    "require": ("PATTERN", "operations that the server has to offer"),
    "as": ("NAME=ENVVAR", "a further identity and the variable that holds its key"),
    "header": (
        "'NAME: VALUE'",
        "a header of every request; $VARIABLE is taken from the environment",
    ),
    "model": ("ABILITY=NAME", "a model for chat, embeddings, ..."),
}
FLAGS = {
    "insecure": "do not check the certificate of the server",
    "clock-is-mine": "move the clock also where the server has things that the run did not make",
    "read-only": "nothing is created, changed or sent to a model",
    "yes-live": "the vendor's own API is meant: this costs money and changes the account",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of `mistral-conformance run`, each with the prefix `--mistral-`."""
    group = parser.getgroup("mistral", "Mistral AI API: a mock in tests, conformance of a server")
    for name, (value, words) in ONCE.items():
        group.addoption(f"{PREFIX}{name}", metavar=value, help=words)
    for name, (value, words) in REPEATED.items():
        told = f"{words}; may be repeated"
        group.addoption(f"{PREFIX}{name}", action="append", default=[], metavar=value, help=told)
    for name, words in FLAGS.items():
        group.addoption(f"{PREFIX}{name}", action="store_true", help=words)


def given_options(config: pytest.Config) -> list[str]:
    """Return the options as words of a command line of `mistral-conformance run`."""
    once = ((name, config.getoption(f"{PREFIX}{name}")) for name in ONCE)
    words = [f"--{name}={value}" for name, value in once if value is not None]
    for name in REPEATED:
        given: list[str] = config.getoption(f"{PREFIX}{name}") or []
        words += [f"--{name}={value}" for value in given]
    return words + [f"--{name}" for name in FLAGS if config.getoption(f"{PREFIX}{name}")]


def pytest_configure(config: pytest.Config) -> None:
    """Bring in the rules when a server is named.

    Raises:
        UsageError: The suite's own packages are not installed, or an option is wrong.

    """
    if config.getoption(f"{PREFIX}base-url") is None:
        return
    try:
        from mistral_conformance.cli import pytest_rules  # noqa: PLC0415 - see the top
    except ModuleNotFoundError as error:
        raise pytest.UsageError(
            f"{error.name} is not installed; in a checkout: pip install '.[conformance]'"
        ) from error
    config.pluginmanager.register(pytest_rules.RulesPlugin(given_options(config), config), NAME)
    if PACKAGE not in config.args:
        config.args.append(str(Path(pytest_rules.__file__)))
