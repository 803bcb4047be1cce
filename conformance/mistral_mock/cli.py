"""The command `mistral-mock`: serve, or list what is implemented."""

from __future__ import annotations

import argparse
import os
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from mistral_mock.app import create_app
from mistral_mock.faults import FaultScriptError, read_script
from mistral_mock.fixtures import FixtureError
from mistral_mock.identities import DEFAULT, SYNTAX, parse_identity
from mistral_mock.operations import load_operations
from mistral_mock.pace import Pace
from mistral_mock.recording import options as recording
from mistral_mock.registry import implemented
from mistral_mock.server import ServerError, serve
from mistral_mock.settings import LONGEST_PAUSE_S, MEGABYTE, Settings
from mistral_mock.state_file import StateFileError
from mistral_mock.usage import find_breaks, read_uses, tell
from mistral_openapi import eras

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

CONTROL_TOKEN = "MISTRAL_MOCK_CONTROL_TOKEN"  # noqa: S105 - the name of a variable
WRONG_USE = 2
FAILED = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Return the exit status: 0 if all went well, 1 if the server cannot run, 2 for wrong use."""
    options = make_parser().parse_args(arguments)
    try:
        run: Callable[[argparse.Namespace], int] = options.run
        return run(options)
    except BrokenPipeError:
        # Nobody reads the output any more; what Python still holds of it goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except (ServerError, StateFileError) as error:
        sys.stderr.write(f"mistral-mock: {error}\n")
        return FAILED
    except (FaultScriptError, FixtureError, ValueError) as error:
        sys.stderr.write(f"mistral-mock: {error}\n")
        return WRONG_USE


def run_server(options: argparse.Namespace) -> int:
    """Serve until it is stopped; the first line of output is the base URL alone."""
    lifeline = sys.stdin.buffer if options.until_stdin_closes else None
    serve(make_settings(options), options.host, options.port, announce, lifeline)
    return 0


def run_recorder(options: argparse.Namespace) -> int:
    """Return records until it is stopped; the first line of output is the base URL alone."""
    settings = Settings(
        **recording.read_record(options),
        allowed_hosts=tuple(options.allowed_host),
        control_token=options.control_token,
        journal=options.journal,
    )
    lifeline = sys.stdin.buffer if options.until_stdin_closes else None
    serve(settings, options.host, options.port, announce, lifeline)
    return 0


def announce(base_url: str) -> None:
    """Says where the mock answers."""
    sys.stdout.write(f"{base_url}\n")
    sys.stdout.flush()


def list_operations(_: argparse.Namespace) -> int:
    """Print the operations of the document that have a handler."""
    create_app(Settings())
    for operation in load_operations():
        if operation.id in implemented():
            sys.stdout.write(f"{operation.method:7}{operation.path}  {operation.id}\n")
    sys.stdout.flush()
    return 0


def tell_usage(options: argparse.Namespace) -> int:
    """Print what of recorded use breaks; the exit status is 1 when something does.

    Raises:
        UsageError: The file cannot be read.

    """
    era = eras.find_era(options.era, without_deprecated=options.without_deprecated)
    uses = read_uses(options.file)
    breaks = find_breaks(uses, era)
    sys.stdout.write(tell(breaks, era, len(uses)))
    sys.stdout.flush()
    return FAILED if breaks else 0


def make_settings(options: argparse.Namespace) -> Settings:
    """Return the settings that the options spell.

    Raises:
        ValueError: Two keys are the same.
        FaultScriptError: A fault script cannot be read.

    """
    identities = tuple(options.key) or (DEFAULT,)
    if len({identity.key for identity in identities}) < len(identities):
        raise ValueError("two --key options name the same key")
    return Settings(
        identities=identities,
        seed=options.seed,
        clock=options.clock,
        era=options.era,
        without_deprecated=options.without_deprecated,
        delete_answers=options.delete_answers,
        closed_libraries=options.closed_libraries,
        urls=options.urls,
        retired=options.retired,
        unknown_models=options.unknown_models,
        without_put=options.without_put,
        without_patch=options.without_patch,
        processing_delay_s=options.processing_delay,
        latency_s=options.latency,
        event_gap_s=options.event_gap,
        pace=make_pace(options),
        replies=tuple(options.replies),
        strict_replies=options.strict_replies,
        journal=options.journal,
        faults=tuple(fault for path in options.faults for fault in read_script(path)),
        allowed_hosts=tuple(options.allowed_host),
        control_token=options.control_token,
        state_file=options.state,
        world_file=options.world,
        max_upload=options.max_upload,
        max_file=options.max_file,
        max_body=options.max_body,
        rate_limit=options.rate_limit,
        rate_limit_shape=options.rate_limit_shape,
        refused_types=tuple(options.refuse_type),
        **recording.read_replay(options),
    )


def make_pace(options: argparse.Namespace) -> Pace | None:
    """Return how fast the events of streams come; None when no option tells."""
    pace = Pace(
        first_s=options.first_event,
        per_second=options.events_per_second,
        jitter=options.jitter,
        seed=options.seed,
    )
    return None if pace == Pace(seed=options.seed) else pace


def make_parser() -> argparse.ArgumentParser:
    """Return the command line."""
    parser = argparse.ArgumentParser(
        prog="mistral-mock", description="A stateful mock of the Mistral AI HTTP API."
    )
    parser.add_argument("--version", action="version", version=version("mistral-openapi"))
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    listing = commands.add_parser("operations", help="list the implemented operations")
    listing.set_defaults(run=list_operations)
    using = commands.add_parser("usage", help="list which recorded requests break in another era")
    using.add_argument("file", type=Path, help="an export of /_mock/requests: HAR or JSON lines")
    add_era_options(using, default=eras.ANNOUNCED)
    using.set_defaults(run=tell_usage)
    serving = commands.add_parser("serve", help="answer requests until stopped")
    serving.set_defaults(run=run_server)
    add_server_options(serving)
    add_era_options(serving, default=eras.TODAY)
    add_behaviour_options(serving)
    add_reply_options(serving)
    recording.add_replay_options(serving)
    add_trouble_options(serving)
    recorder = commands.add_parser("record", help="record exchanges with another server")
    recorder.set_defaults(run=run_recorder)
    recording.add_record_options(recorder)
    add_listening_options(recorder)
    recording.add_har_command(commands)
    return parser


def add_listening_options(parser: argparse.ArgumentParser) -> None:
    """Add options for where to listen, for whom, and what to show."""
    parser.add_argument("--host", default="127.0.0.1", help="default %(default)s")
    parser.add_argument(
        "--port", type=_port, default=8000, help="0 picks a free one; default %(default)s"
    )
    parser.add_argument(
        "--allowed-host",
        type=str.lower,
        action="append",
        default=[],
        metavar="NAME",
        help="a host name under which others reach the mock, such as a container's; repeatable",
    )
    parser.add_argument(
        "--control-token",
        default=os.environ.get(CONTROL_TOKEN) or None,
        metavar="TOKEN",
        help="the token that /_mock/ requires; needed if other machines can reach the mock; "
        f"default: what {CONTROL_TOKEN} holds",
    )
    parser.add_argument(
        "--journal",
        type=_count,
        default=1000,
        metavar="N",
        help="how many requests /_mock/requests keeps; 0 keeps none; default %(default)s",
    )
    parser.add_argument(
        "--until-stdin-closes",
        action="store_true",
        help="stop when standard input closes, and so together with the parent process",
    )


def add_server_options(parser: argparse.ArgumentParser) -> None:
    """Add options for who calls, and what to keep."""
    add_listening_options(parser)
    parser.add_argument(
        "--key",
        type=_identity,
        action="append",
        default=[],
        metavar="KEY=USER,WORKSPACE,ORG[,FLAGS]",
        help=f"a key and its owner, {SYNTAX}; names or UUIDs; repeatable; default mock-key",
    )
    parser.add_argument("--seed", type=int, default=0, help="for ids and secrets; default 0")
    parser.add_argument(
        "--clock", choices=("real", "manual"), default="real", help="manual: POST /_mock/clock"
    )
    parser.add_argument("--state", type=Path, metavar="FILE", help="keep the state in this file")
    parser.add_argument(
        "--world",
        type=Path,
        metavar="FILE",
        help="the data at the start, in YAML; demo has some of everything",
    )


def add_era_options(parser: argparse.ArgumentParser, default: str) -> None:
    """Add the option for the state of the API."""
    parser.add_argument(
        "--era",
        choices=eras.names(),
        default=default,
        help="the API as it was on a day, is, or is announced to be; default %(default)s",
    )
    parser.add_argument(
        "--without-deprecated", action="store_true", help="leave out everything that is deprecated"
    )


def add_behaviour_options(parser: argparse.ArgumentParser) -> None:
    """Add options for where servers of the API differ."""
    parser.add_argument("--delete-answers", type=int, choices=(200, 204), default=200)
    parser.add_argument(
        "--closed-libraries",
        choices=("empty", "refused"),
        default="empty",
        help="what agents get from libraries not shared with the organisation; default empty",
    )
    parser.add_argument(
        "--urls",
        choices=("invent", "refuse", "fetch"),
        default="invent",
        help="what to do with addresses of documents and recordings; default invent",
    )
    parser.add_argument(
        "--retired",
        choices=("answer", "refuse"),
        default="answer",
        help="what to do with models past their retirement date; default answer",
    )
    parser.add_argument(
        "--unknown-models",
        choices=("refuse", "accept"),
        default="refuse",
        help="what to do with unknown model names; default refuse",
    )
    parser.add_argument("--without-put", action="store_true", help="no PUT where PATCH exists")
    parser.add_argument("--without-patch", action="store_true", help="no PATCH where PUT exists")
    parser.add_argument(
        "--processing-delay",
        type=_seconds,
        metavar="S",
        help="how long documents and jobs take, in seconds; default 0 for documents, 1 for jobs",
    )
    parser.add_argument(
        "--max-upload", type=_size, default=100 * MEGABYTE, metavar="BYTES", help="largest document"
    )
    parser.add_argument(
        "--max-file",
        type=_size,
        default=512 * MEGABYTE,
        metavar="BYTES",
        help="largest file of files.upload",
    )
    parser.add_argument(
        "--max-body", type=_size, default=10 * MEGABYTE, metavar="BYTES", help="largest JSON body"
    )
    parser.add_argument(
        "--refuse-type",
        action="append",
        default=[],
        metavar="MIME",
        help="reject files of this type",
    )


def add_reply_options(parser: argparse.ArgumentParser) -> None:
    """Add options for what the model says, and how fast."""
    parser.add_argument(
        "--replies",
        type=Path,
        action="append",
        default=[],
        metavar="PATH",
        help="a YAML file of replies, or a folder of them, reloaded on changes; repeatable",
    )
    parser.add_argument(
        "--strict-replies",
        action="store_true",
        help="reject requests that match no reply, and say why",
    )
    parser.add_argument(
        "--first-event",
        type=_seconds,
        default=0.0,
        metavar="S",
        help="delay before a stream starts, in seconds",
    )
    parser.add_argument(
        "--events-per-second",
        type=_rate,
        metavar="N",
        help="events of a stream; default all at once",
    )
    parser.add_argument(
        "--jitter",
        type=_share,
        default=0.0,
        metavar="SHARE",
        help="how much pauses vary, from 0 to 1",
    )


def add_trouble_options(parser: argparse.ArgumentParser) -> None:
    """Add options for what makes the mock slow, strict or broken."""
    parser.add_argument(
        "--latency",
        type=_seconds,
        default=0.0,
        metavar="S",
        help="delay before each answer, in seconds",
    )
    parser.add_argument(
        "--event-gap",
        type=_seconds,
        default=0.0,
        metavar="S",
        help="delay between events, in seconds",
    )
    parser.add_argument(
        "--faults", type=Path, action="append", default=[], metavar="FILE", help="a fault script"
    )
    parser.add_argument(
        "--rate-limit", type=_size, metavar="N", help="requests per minute and key; default none"
    )
    parser.add_argument("--rate-limit-shape", choices=("gateway", "api"), default="gateway")


def _identity(text: str) -> object:
    try:
        return parse_identity(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port, a number from 0 to 65535")
    return int(text)


def _size(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return int(text)


def _count(text: str) -> int:
    if not text.isdecimal() or len(text) > 9:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0")
    return int(text)


def _rate(text: str) -> float:
    value = _seconds(text)
    if not value:
        raise argparse.ArgumentTypeError("it is a number above 0")
    return value


def _share(text: str) -> float:
    value = _seconds(text)
    if value > 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a share from 0 to 1")
    return value


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= LONGEST_PAUSE_S:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds within a year")
    return value
