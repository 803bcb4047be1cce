"""Groups of options that several commands take."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mistral_conformance.cli import values
from mistral_conformance.cli.connecting import header
from mistral_conformance.model.document import load_document
from mistral_conformance.report.formats import FILES
from mistral_conformance.running.plan import (
    WHOLE,
    default_profile,
    load_profiles,
    profile_operations,
)
from mistral_conformance.session.identities import KNOWN
from mistral_openapi import eras

if TYPE_CHECKING:
    from collections.abc import Sequence


def add_selection(parser: argparse.ArgumentParser) -> None:
    """Add what says which operations and rules are meant."""
    parser.add_argument(
        "--era",
        choices=eras.names(),
        default=eras.TODAY,
        metavar="ERA",
        help=f"the state of the API to judge by: {', '.join(eras.names())}; default: today",
    )
    parser.add_argument(
        "--operations",
        action="append",
        default=[],
        metavar="PATTERN",
        help="only these operations, such as 'beta.libraries.*'; may be repeated",
    )
    add_rules(parser)
    add_own(parser)
    parser.add_argument(
        "--profile",
        metavar="NAME",
        help=f"one of --list-profiles; default: {default_profile()}, "
        f"or {WHOLE} where --operations are named",
    )
    parser.add_argument(
        "--list-profiles", action=_ListProfiles, help="list the profiles and what they hold"
    )


def add_rules(parser: argparse.ArgumentParser) -> None:
    """Add what says which rules are meant."""
    parser.add_argument(
        "--rules",
        action="append",
        default=[],
        metavar="PATTERN",
        help="only these rules, such as 'schema.*'; may be repeated",
    )


def add_exclusion(parser: argparse.ArgumentParser) -> None:
    """Add what says which rules and operations are not meant."""
    parser.add_argument(
        "--exclude",
        action="append",
        default=[],
        metavar="PATTERN",
        help="leave out these rules or operations, such as 'times.*' or 'files.*'; may be repeated",
    )


def add_own(parser: argparse.ArgumentParser) -> None:
    """Add rules and laws of the user's own."""
    parser.add_argument(
        "--rules-from",
        action="append",
        default=[],
        metavar="MODULE",
        help="rules and laws of your own: a module by its dotted name or its file; may be repeated",
    )


def add_identities(parser: argparse.ArgumentParser) -> None:
    """Add who asks, and that this is meant where the server is the vendor's."""
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
    parser.add_argument(
        "--yes-live",
        action="store_true",
        help="confirm that you mean the vendor's API: a run costs money and changes the account",
    )


def add_connection(parser: argparse.ArgumentParser) -> None:
    """Add how the server is reached."""
    parser.add_argument(
        "--prefix",
        type=values.prefix,
        default="",
        metavar="PATH",
        help="the path below which the server has the API, such as /mistral",
    )
    parser.add_argument(
        "--header",
        type=header,
        action="append",
        default=[],
        metavar="'NAME: VALUE'",
        help="a header of every request; $VARIABLE is taken from the environment and never shown; "
        "may be repeated",
    )
    parser.add_argument(
        "--ca", default="", metavar="FILE", help="certificate authorities to trust, in PEM form"
    )
    parser.add_argument(
        "--insecure", action="store_true", help="do not check the certificate of the server"
    )
    parser.add_argument(
        "--rate",
        type=values.rate,
        default=0.0,
        metavar="N/s",
        help="at most this many requests per second, such as 5/s; default: no limit",
    )


def add_timeout(parser: argparse.ArgumentParser) -> None:
    """Add how long the server may be silent."""
    parser.add_argument(
        "--timeout",
        type=values.seconds,
        default=10.0,
        metavar="S",
        help="longest silence, default: 10",
    )


def add_bounds(parser: argparse.ArgumentParser) -> None:
    """Add what bounds a run, and what it may fail in."""
    parser.add_argument(
        "--max-requests",
        type=values.positive,
        default=0,
        metavar="N",
        help="stop after this many requests, clean up, exit with 4",
    )
    parser.add_argument(
        "--max-time",
        type=values.duration,
        default=0.0,
        metavar="S",
        help="stop after this many seconds, clean up, exit with 4",
    )
    parser.add_argument(
        "--max-cost",
        type=values.dollars,
        default=0.0,
        metavar="USD",
        help="stop after about this many US dollars, clean up, exit with 4; see `plan`",
    )
    parser.add_argument(
        "--read-only",
        action="store_true",
        help="create and change nothing, and send nothing to models; skip rules that would",
    )
    parser.add_argument(
        "--baseline",
        type=Path,
        metavar="FILE",
        help="known failures with a reason, an owner and an expiry date; new ones fail the run, "
        "and so do entries that are fixed or expired",
    )
    parser.add_argument(
        "--update-baseline", action="store_true", help="write what fails now into --baseline"
    )
    parser.add_argument(
        "--fail-fast", action="store_true", help="stop at the first case that fails the run"
    )


def add_workers(parser: argparse.ArgumentParser) -> None:
    """Add how many processes judge."""
    parser.add_argument(
        "--workers",
        type=values.positive,
        default=1,
        metavar="N",
        help="judge by N processes at a time; `run` gives each groups of operations of its own "
        "where they share a server; default: 1",
    )


def add_reports(parser: argparse.ArgumentParser) -> None:
    """Add where the reports go, and in which forms."""
    parser.add_argument(
        "--report-dir",
        type=Path,
        default=Path("reports"),
        metavar="DIR",
        help="each run writes to its own folder in it, and `latest` links to the newest; "
        "default: reports",
    )
    parser.add_argument(
        "--format",
        type=values.output,
        action="append",
        default=[],
        metavar="FORM[=PATH]",
        help=f"another report format: {', '.join(FILES)}; PATH may be - for standard "
        "output; may be repeated",
    )
    parser.add_argument(
        "--history",
        type=Path,
        action="append",
        default=[],
        metavar="REPORT",
        help="earlier reports to show on the page: report.json, or a folder of runs; "
        "may be repeated",
    )


class _ListProfiles(argparse.Action):
    """Prints the profiles and ends, whatever else is asked for."""

    def __init__(self, option_strings: Sequence[str], dest: str, **rest: Any) -> None:  # noqa: ANN401 - argparse's own
        super().__init__(option_strings, dest, nargs=0, **rest)

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        document = load_document()
        for name, profile in load_profiles().items():
            count = len(profile_operations(document, name))
            sys.stdout.write(f"{name:<14} {count:>3} operations\n    {profile.about}\n")
        sys.stdout.flush()
        parser.exit()
