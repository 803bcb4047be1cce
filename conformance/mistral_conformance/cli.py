"""The command line: `mistral-conformance run`, `rules` and `mutants`."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from contextlib import contextmanager
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import urlsplit

from attrs import evolve

from mistral_conformance.document import load_document
from mistral_conformance.embedded import embedded_mock
from mistral_conformance.identities import KNOWN, WrongIdentity, parse_identities
from mistral_conformance.markers import RUN_ID, fresh_run_id, seeded_run_id
from mistral_conformance.plan import (
    DEFAULT_PROFILE,
    WrongSelection,
    make_plan,
    select_operations,
    select_rules,
)
from mistral_conformance.report.content import build_report
from mistral_conformance.report.files import Unwritable, prepare_folder, write_reports
from mistral_conformance.report.listing import print_rules
from mistral_conformance.report.terminal import Live, make_console, print_summary
from mistral_conformance.rules import load_rules
from mistral_conformance.run import Run, RunOptions, execute, open_session
from mistral_conformance.target import KeyRefused, Unreachable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

HOLDS, BROKEN, WRONG_USE, NO_TARGET, INTERRUPTED = 0, 1, 2, 3, 130
WRONG = (WrongIdentity, WrongSelection, Unwritable)
ABSENT = (Unreachable, KeyRefused)


class Parser(argparse.ArgumentParser):
    """Says in one line what is wrong and how to see what is right."""

    def error(self, message: str) -> NoReturn:
        """End with the exit code for wrong use."""
        self.exit(WRONG_USE, f"{self.prog}: {message} (see {self.prog} --help)\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser(given).parse_args(given)
    try:
        with _signals():
            code: int = options.command(options)
    except WRONG as error:
        return _say(error, WRONG_USE)
    except ABSENT as error:
        return _say(error, NO_TARGET)
    except KeyboardInterrupt:
        return _say("interrupted before anything was created", INTERRUPTED)
    return code


def run_command(options: argparse.Namespace) -> int:
    """Judge a server and write the reports."""
    select_operations(load_document(), options.profile, options.operations)
    select_rules(load_rules(), options.rules)
    prepare_folder(options.report_dir)
    if not options.embedded_mock:
        return _run(_run_options(options), options.report_dir)
    with embedded_mock(options.seed) as mock:
        sys.stdout.write(f"{mock.base_url}\n")
        sys.stdout.flush()
        run_options = evolve(
            _run_options(options, mock.base_url),
            identities=mock.identities,
            clock_url=mock.clock_url,
        )
        return _run(run_options, options.report_dir)


def rules_command(options: argparse.Namespace) -> int:
    """List the rules."""
    selected = select_operations(load_document(), options.profile, options.operations)
    rules = select_rules(load_rules(), options.rules)
    print_rules(make_console(), rules, load_document(), selected)
    return HOLDS


def mutants_command(options: argparse.Namespace) -> int:
    """Run the suite against every seeded defect of the mock."""
    code: int = import_module("mistral_conformance.mutants").main(options)
    return code


def _run(options: RunOptions, folder: Path) -> int:
    operations = select_operations(load_document(), options.profile, options.operations)
    plan = make_plan(load_document(), select_rules(load_rules(), options.rules), operations)
    console = make_console()
    run = Run(options, operations)
    with open_session(options) as session:
        with Live(console, len(plan)) as live:
            execute(session, run, plan, live.show)
        redactor = session.redactor
    report = build_report(run, redactor)
    paths = write_reports(report, folder)
    print_summary(console, report, paths)
    if run.interrupted:
        return INTERRUPTED
    return HOLDS if report["run"]["holds"] else BROKEN


def _run_options(options: argparse.Namespace, embedded_url: str = "") -> RunOptions:
    identities = {} if embedded_url else parse_identities(options.as_, os.environ)
    run_id = seeded_run_id(options.seed) if embedded_url else fresh_run_id()
    return RunOptions(
        base_url=embedded_url or options.base_url,
        identities=identities,
        profile=options.profile,
        operations=tuple(options.operations),
        rules=tuple(options.rules),
        seed=options.seed,
        max_examples=options.max_examples,
        clock_url=options.clock_url or "",
        timeout_s=options.timeout,
        run_id=options.run_id or run_id,
    )


def _parser(given: Sequence[str]) -> Parser:
    parser = Parser(prog="mistral-conformance", description=__doc__)
    parser.add_argument("--version", action="version", version=version("mistral-openapi"))
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=Parser)
    _add_run(commands.add_parser("run", help="judge a server", description=run_command.__doc__))
    listing = commands.add_parser("rules", help="list the rules", description="List the rules.")
    _add_selection(listing)
    listing.set_defaults(command=rules_command)
    mutants = commands.add_parser("mutants", help="judge the suite: does it catch seeded defects?")
    if given[:1] == ["mutants"]:  # only then: its module needs the mock to be installed
        import_module("mistral_conformance.mutants").add_arguments(mutants)
    mutants.set_defaults(command=mutants_command)
    return parser


def _add_run(parser: argparse.ArgumentParser) -> None:
    target = parser.add_mutually_exclusive_group(required=True)
    target.add_argument("--base-url", type=_base_url, metavar="URL", help="the server to judge")
    target.add_argument("--embedded-mock", action="store_true", help="start the mock and judge it")
    _add_selection(parser)
    parser.add_argument(
        "--as",
        dest="as_",
        action="append",
        default=[],
        metavar="NAME=ENVVAR",
        help="a further identity and the environment variable that holds its key; "
        "known facts may follow, as in neighbour=KEY2,user=UUID,workspace=UUID,org=UUID. "
        + "; ".join(f"{name}: {words}" for name, words in KNOWN.items()),
    )
    parser.add_argument("--clock-url", type=_base_url, metavar="URL", help="the server's clock")
    parser.add_argument("--seed", type=_natural, default=0, metavar="N", help="default: 0")
    parser.add_argument(
        "--max-examples",
        type=_positive,
        default=20,
        metavar="N",
        help="generated requests per operation and kind, default: 20",
    )
    parser.add_argument(
        "--timeout", type=_seconds, default=10.0, metavar="S", help="longest silence, default: 10"
    )
    parser.add_argument(
        "--run-id", type=_run_id, metavar="ID", help="part of the names of what the run creates"
    )
    parser.add_argument(
        "--report-dir", type=Path, default=Path("reports"), metavar="DIR", help="default: reports"
    )
    parser.set_defaults(command=run_command)


def _add_selection(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--operations",
        action="append",
        default=[],
        metavar="PATTERN",
        help="only these operations, such as 'beta.libraries.*'; may be repeated",
    )
    parser.add_argument(
        "--rules",
        action="append",
        default=[],
        metavar="PATTERN",
        help="only these rules, such as 'schema.*'; may be repeated",
    )
    parser.add_argument(
        "--profile", default=DEFAULT_PROFILE, metavar="NAME", help=f"default: {DEFAULT_PROFILE}"
    )


def _base_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise argparse.ArgumentTypeError(f"{text!r} is no URL: write http://host:port")
    if parts.query or parts.fragment:
        raise argparse.ArgumentTypeError(f"{text!r}: leave out what follows the path")
    return text.rstrip("/")


def _natural(text: str) -> int:
    return int(_number(text, int, least=0))


def _positive(text: str) -> int:
    return int(_number(text, int, least=1))


def _seconds(text: str) -> float:
    value = _number(text, float, least=0)
    if not 0 < value < 3600:
        raise argparse.ArgumentTypeError(f"{text!r}: write seconds, more than 0, below 3600")
    return value


def _number(text: str, kind: type[int | float], least: int) -> float:
    try:
        value = kind(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no number") from None
    if value < least:
        raise argparse.ArgumentTypeError(f"{text!r} is below {least}")
    return value


def _run_id(text: str) -> str:
    if not RUN_ID.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r}: write 4 to 16 lower-case letters and digits")
    return text


@contextmanager
def _signals() -> Iterator[None]:
    """A polite kill ends a run like Ctrl-C does: after cleaning up."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _say(message: object, code: int) -> int:
    sys.stderr.write(f"mistral-conformance: {message}\n")
    return code
