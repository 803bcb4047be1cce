"""The server that the command line names, and what it asks of a run on it."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.cli.arguments import make_run_parser
from mistral_conformance.cli.baselines import baseline_of
from mistral_conformance.cli.connecting import make_connection
from mistral_conformance.cli.selection import profile_of
from mistral_conformance.cli.settings import shaping_settings
from mistral_conformance.embedded import embedded_mock
from mistral_conformance.record.connection import Connection
from mistral_conformance.running.run import RunOptions
from mistral_conformance.session.clock import TOKEN_VARIABLE
from mistral_conformance.session.identities import parse_identities
from mistral_conformance.session.markers import fresh_run_id, seeded_run_id

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator


def _announce(base_url: str) -> None:
    """Say where the embedded mock is, so that others can ask it, too."""
    sys.stdout.write(f"{base_url}\n")
    sys.stdout.flush()


@contextmanager
def target_of(
    options: argparse.Namespace, announce: Callable[[str], None] = _announce
) -> Iterator[RunOptions]:
    """Give the run on the server that options name; an embedded mock is started, and stopped after.

    Raises:
        WrongIdentity, WrongConnection, WrongBaseline: wrong use.
        Unreachable: the mock does not start.

    """
    if not options.embedded_mock:
        yield make_run_options(options)
        return
    with embedded_mock(options.seed, options.era) as mock:
        announce(mock.base_url)
        plain = make_run_options(options, mock.base_url)
        yield evolve(plain, identities=mock.identities, clock_url=mock.clock_url)


def make_run_options(options: argparse.Namespace, embedded_url: str = "") -> RunOptions:
    """Return what the options ask of a run, but for its ledger.

    Raises:
        WrongIdentity, WrongConnection, WrongBaseline: a value cannot be used.

    """
    identities = {} if embedded_url else parse_identities(options.as_, os.environ)
    run_id = seeded_run_id(options.seed) if embedded_url else fresh_run_id()
    return RunOptions(
        base_url=embedded_url or options.base_url + options.prefix,
        identities=identities,
        profile=profile_of(options),
        operations=tuple(options.operations),
        rules=tuple(options.rules),
        era=options.era,
        seed=options.seed,
        max_examples=options.max_examples,
        clock_url=options.clock_url or "",
        clock_token=os.environ.get(TOKEN_VARIABLE, ""),
        timeout_s=options.timeout,
        depth=options.depth,
        required=tuple(options.require),
        models=dict(options.model),
        run_id=options.run_id or run_id,
        yes_live=options.yes_live,
        connection=Connection() if embedded_url else connection_of(options),
        max_requests=options.max_requests,
        max_time_s=options.max_time,
        max_cost=options.max_cost,
        clock_is_mine=bool(embedded_url) or options.clock_is_mine,
        read_only=options.read_only,
        fail_fast=options.fail_fast,
        baseline=baseline_of(options),
        shard=str(options.shard or ""),
        settings=shaping_settings(options, make_run_parser()),
    )


def connection_of(options: argparse.Namespace) -> Connection:
    """Return the way to the server.

    Raises:
        WrongConnection: it cannot be taken.

    """
    return make_connection(
        options.header,
        os.environ,
        certificates=options.ca,
        checked=not options.insecure,
        rate=options.rate,
    )
