"""The mock as a server under test: a child process with the identities that the rules need."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from mistral_conformance.running.target import Unreachable
from mistral_conformance.session.identities import CALLER, Identity
from mistral_openapi.eras import TODAY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

START_LIMIT_S = 60.0
STOP_LIMIT_S = 5.0
ORG, OTHER_ORG = "0c0ffee0-0000-4000-8000-00000000000a", "0c0ffee0-0000-4000-8000-00000000000b"
WORKSPACE = "0c0ffee0-0000-4000-8000-000000000010"
OTHER_WORKSPACE = "0c0ffee0-0000-4000-8000-000000000011"
FAR_WORKSPACE = "0c0ffee0-0000-4000-8000-000000000012"
USER = "0c0ffee0-0000-4000-8000-000000000100"
COLLEAGUE, NEIGHBOUR, STRANGER = (f"0c0ffee0-0000-4000-8000-00000000010{n}" for n in (1, 2, 3))
PRIVATE_FLAG = "private"
FLAGS = {CALLER: ("admin",), PRIVATE_FLAG: (PRIVATE_FLAG,)}
"""The caller administers its organisation, so that agents find its libraries."""


@frozen
class Embedded:
    """A mock that runs for this suite alone."""

    base_url: str
    clock_url: str
    identities: dict[str, Identity]


def _identity(name: str, user: str, workspace: str, org: str) -> Identity:
    variable = "MISTRAL_API_KEY" if name == CALLER else f"{name.upper()}_KEY"
    return Identity(name, variable, f"conformance-{name}-key", user, workspace, org)


def embedded_identities() -> dict[str, Identity]:
    """Return the callers of the embedded mock: all that the rules know."""
    known = (
        _identity(CALLER, USER, WORKSPACE, ORG),
        _identity("colleague", COLLEAGUE, WORKSPACE, ORG),
        _identity("neighbour", NEIGHBOUR, OTHER_WORKSPACE, ORG),
        _identity("stranger", STRANGER, FAR_WORKSPACE, OTHER_ORG),
        _identity("private", USER, WORKSPACE, ORG),
    )
    return {each.name: each for each in known}


@contextmanager
def embedded_mock(seed: int, era: str = TODAY) -> Iterator[Embedded]:
    """Give a running mock that serves the API of an era; stopped on every way out.

    Raises:
        Unreachable: the mock does not start; the message says why.

    """
    identities = embedded_identities()
    with tempfile.TemporaryDirectory(prefix="mistral-conformance-") as folder:
        output, errors = Path(folder, "output"), Path(folder, "errors")
        with output.open("wb") as out, errors.open("wb") as err:
            child = _start(identities, seed, era, out, err)
            try:
                base_url = _first_line(child, output, errors)
                yield Embedded(base_url, f"{base_url}/_mock/clock", identities)
            finally:
                _stop(child)


def _start(
    identities: dict[str, Identity], seed: int, era: str, out: IO[bytes], err: IO[bytes]
) -> subprocess.Popen[bytes]:
    """Start the mock in a session of its own: Ctrl-C must not stop it before the clean-up.

    The pipe to it is its lifeline: it closes when this process ends in whatever way.
    """
    command = [sys.executable, "-m", "mistral_mock", "serve", "--port", "0"]
    command += ["--clock", "manual", "--seed", str(seed), "--era", era, "--until-stdin-closes"]
    command += ["--processing-delay", "1"]  # so that rules meet documents on their way
    for each in identities.values():
        words = (each.user, each.workspace, each.org, *FLAGS.get(each.name, ()))
        command += ["--key", f"{each.key}={','.join(words)}"]
    return subprocess.Popen(  # noqa: S603 - our own module with our own arguments
        command, stdin=subprocess.PIPE, stdout=out, stderr=err, start_new_session=True
    )


def _first_line(child: subprocess.Popen[bytes], output: Path, errors: Path) -> str:
    deadline = time.monotonic() + START_LIMIT_S
    while time.monotonic() < deadline:
        line, newline, _ = output.read_text("utf-8").partition("\n")
        if newline:
            return line.strip()
        if child.poll() is not None:
            said = errors.read_text("utf-8", errors="replace").strip().splitlines()
            raise Unreachable(f"the embedded mock ended at once: {said[-1] if said else 'silent'}")
        time.sleep(0.02)
    raise Unreachable(f"the embedded mock did not start within {START_LIMIT_S:g} s")


def _stop(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(STOP_LIMIT_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    finally:
        if child.stdin:
            child.stdin.close()
