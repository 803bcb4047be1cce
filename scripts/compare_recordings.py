"""Compare recorded exchanges with the document, the client and the mock.

    scripts/compare_recordings.py FILE...

A file holds exchanges with a server that speaks this API: JSON lines, a HAR archive, or a cassette
of VCR in YAML or JSON, compressed with gzip or not. For each exchange: does the document allow the
request that the server took, and its answer? Does the client read the answer in strict mode? Does
the mock take the request, and has its answer the fields of the recorded one? Streams are judged
event by event. The mock is started for this on 127.0.0.1; nothing is sent anywhere else. No value
of a recording is printed.

Exit codes: 0 nothing differs, 1 something does, 2 wrong use: a file cannot be read, or no exchange
in it is of this API.
"""

from __future__ import annotations

import argparse
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
from recordings.comparison import HOSTS, Comparison

from mistral_conformance.record.recorded import Recorded, RecordingError
from mistral_conformance.record.recordings import read_recordings
from mistral_mock.identities import DEFAULT
from mistral_mock.server import running
from mistral_mock.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from recordings.finding import Finding


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code."""
    parser = argparse.ArgumentParser(description="Compare recordings with document and mock.")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument(
        "--host", action="append", default=[], help="another host that speaks this API; repeatable"
    )
    chosen = parser.parse_args(argv)
    try:
        exchanges = [each for path in chosen.files for each in read_recordings(path)]
    except RecordingError as error:
        print(f"compare_recordings: {error}", file=sys.stderr)
        return 2
    with comparing((*HOSTS, *chosen.host)) as comparison:
        return report(exchanges, comparison)


@contextmanager
def comparing(hosts: Sequence[str] = HOSTS) -> Iterator[Comparison]:
    """Give a comparison with a mock of its own, which stops at the end."""
    headers = {"authorization": f"Bearer {DEFAULT.key}"}
    with (
        running(Settings(clock="manual")) as mock,
        httpx.Client(base_url=mock.base_url, headers=headers, trust_env=False) as client,
    ):
        yield Comparison(client, hosts)


def report(exchanges: list[Recorded], comparison: Comparison) -> int:
    """Print every finding and a summary; the exit code."""
    judged: list[list[Finding]] = []
    for exchange in exchanges:
        judged.append(list(comparison.findings(exchange)))
        for finding in judged[-1]:
            print(finding)
    different = sum(any(finding.differs for finding in found) for found in judged)
    partly = sum(bool(found) and not any(one.differs for one in found) for found in judged)
    print(
        f"{len(exchanges)} exchanges: {len(exchanges) - different - partly} alike, "
        f"{different} different, {partly} not or not wholly compared"
    )
    if not exchanges:
        return 2
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
