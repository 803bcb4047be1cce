"""Run the code of documentation pages against a server, most often the mock.

    scripts/run_examples.py FILE... (--base-url URL | --embedded-mock) [--only NAME]

Takes Python, shell and TypeScript code out of Markdown and MDX pages and out of scraped pages,
makes curl commands of request samples, brings back lost indentation, applies the reviewed table
of substitutions and runs each example for real. The code runs on this machine: only give it pages
that you would run by hand.

Exit codes: 0 all examples that ran passed, 1 one failed, 2 wrong use or nothing to run,
3 no server, 129, 130 and 143 interrupted (hang-up, Ctrl-C, polite kill): all that the run had
started has ended.
"""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from examples.example import Example, Language, Result, Verdict
from examples.interruption import InterruptedRunError, check, watch_signals
from examples.markdown import has_fences, markdown_examples
from examples.request_samples import request_samples
from examples.results import failures_text, summary_text, table_text
from examples.runners import run_session
from examples.scraped import scraped_examples
from examples.sessions import plan
from examples.table import Table, TableError, load_table
from examples.target import UnreachableError, check_reachable, embedded_mock
from examples.workplace import Settings

from mistral_conformance.cli.values import base_url
from mistral_conformance.running.target import LiveRefused, require_consent

if TYPE_CHECKING:
    from collections.abc import Sequence

PROJECT = Path(__file__).resolve().parent.parent
FOLDER = PROJECT / "conformance" / "tests" / "examples"
LANGUAGE_NAMES = ", ".join(Language)


class WrongUseError(Exception):
    """The call cannot be carried out; the message says why and what to do."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code."""
    arguments = read_arguments(argv)
    try:
        with watch_signals():
            return report(arguments)
    except InterruptedRunError as end:
        print(f"run_examples: {end}; what it had started has ended", file=sys.stderr)
        return end.exit_code


def report(arguments: argparse.Namespace) -> int:
    """Run the examples and print what became of them; the exit code."""
    try:
        table = load_table(arguments.table)
        examples = chosen_examples(arguments.files, arguments.language)
        results = run_all(examples, table, arguments)
    except (LiveRefused, WrongUseError, TableError) as error:
        print(f"run_examples: {error}", file=sys.stderr)
        return 2
    except UnreachableError as error:
        print(f"run_examples: {error}", file=sys.stderr)
        return 3
    print(table_text(results))
    failures = failures_text(results)
    if failures:
        print(failures)
    print(summary_text(results))
    return 1 if any(result.verdict is Verdict.FAIL for result in results) else 0


def read_arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """Return the command line; exits with code 2 and a message when it is wrong."""
    parser = argparse.ArgumentParser(
        description="Run the code of documentation pages against a server.", allow_abbrev=False
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a page")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument(
        "--base-url", type=base_url, help="the server, for example http://127.0.0.1:8100"
    )
    where.add_argument("--embedded-mock", action="store_true", help="start a mock for this run")
    parser.add_argument(
        "--yes-live",
        action="store_true",
        help="the vendor's own API is meant: examples there cost money and change the account",
    )
    parser.add_argument("--only", default="", help="run only examples of operations with this name")
    parser.add_argument("--language", action="append", help=f"run only these: {LANGUAGE_NAMES}")
    parser.add_argument("--timeout", type=seconds, default=60.0, help="seconds for each example")
    parser.add_argument(
        "--table", type=Path, default=FOLDER / "substitutions.toml", help="the reviewed table"
    )
    return parser.parse_args(argv)


def seconds(text: str) -> float:
    """Return a time above 0, in seconds."""
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is no time above 0 seconds")
    return value


def chosen_examples(files: Sequence[Path], languages: Sequence[str] | None) -> list[Example]:
    """Return the examples of all pages in the chosen languages.

    Raises:
        WrongUseError: None is left, or a language is unknown.

    """
    unknown = sorted(set(languages or ()) - set(Language))
    if unknown:
        raise WrongUseError(f"unknown language {unknown[0]!r}; known: {LANGUAGE_NAMES}")
    examples = [example for file in files for example in examples_of(file)]
    if languages:
        examples = [example for example in examples if example.language in languages]
    if not examples:
        raise WrongUseError(f"no examples found in {', '.join(str(file) for file in files)}")
    return examples


def examples_of(file: Path) -> list[Example]:
    """Return the examples of one page.

    Raises:
        WrongUseError: It cannot be read.

    """
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WrongUseError(f"cannot read {file}: {error}") from error
    if has_fences(text):
        examples = markdown_examples(file, text)
    else:
        examples = [*scraped_examples(file, text), *request_samples(file, text)]
    if not examples:
        print(f"{file}: no examples")
    return examples


def run_all(
    examples: Sequence[Example], table: Table, arguments: argparse.Namespace
) -> list[Result]:
    """Return every example's result.

    Raises:
        LiveRefused: the server is the vendor's own, and nobody said that this is meant.
        UnreachableError: nothing answers.
        WrongUseError: nothing is chosen.

    """
    planned = plan(examples, table, arguments.only)
    if not planned.sessions and arguments.only:
        raise WrongUseError(f"no example has an operation that contains {arguments.only!r}")
    api_key = os.environ.get("MISTRAL_API_KEY") or "mock-key"
    with ExitStack() as stack:
        if arguments.embedded_mock:
            address, api_key = stack.enter_context(embedded_mock()), "mock-key"
        else:
            address = arguments.base_url
            require_consent(address, yes_live=arguments.yes_live)
        check_reachable(address, api_key)
        settings = Settings(
            base_url=address,
            api_key=api_key,
            table=table,
            project=PROJECT,
            node_modules=FOLDER / "typescript" / "node_modules",
            timeout_s=arguments.timeout,
        )
        results = list(planned.skipped)
        for session in planned.sessions:
            results += run_session(session, settings)
            check()
    return results


if __name__ == "__main__":
    sys.exit(main())
