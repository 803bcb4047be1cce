"""The server that examples run against: one that is there, or a fresh mock of our own."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx

from examples.interruption import held
from examples.process import end_group

if TYPE_CHECKING:
    from collections.abc import Iterator


STOP_S = 10.0
"""How long a mock may take to end once it is asked to, in seconds."""


class UnreachableError(Exception):
    """No server answers there; the message says where and what to do."""


@contextmanager
def embedded_mock() -> Iterator[str]:
    """Give the base URL of a mock that runs while the context is open, on a free local port."""
    command = [sys.executable, "-m", "mistral_mock", "serve", "--port", "0"]
    child: subprocess.Popen[str] | None = None
    try:
        with held():  # in a group of its own, so that Ctrl-C reaches only this program
            child = subprocess.Popen(
                command, stdout=subprocess.PIPE, text=True, start_new_session=True
            )
        line = child.stdout.readline().strip() if child.stdout else ""
        if not line.startswith("http"):
            raise UnreachableError("the mock did not start; try: python -m mistral_mock serve")
        yield line
    finally:
        if child is not None:
            stop(child)


def stop(child: subprocess.Popen[str]) -> None:
    """Ask the mock to end and wait for it; kill it when it does not end in time."""
    child.terminate()
    try:
        child.communicate(timeout=STOP_S)
    except subprocess.TimeoutExpired:
        end_group(child)
        child.communicate()


def check_reachable(base_url: str, api_key: str, timeout_s: float = 10.0) -> None:
    """Ask the server for its models.

    Raises:
        UnreachableError: That does not work.

    """
    try:
        answer = httpx.get(
            f"{base_url}/v1/models",
            headers={"Authorization": f"Bearer {api_key}"},
            timeout=timeout_s,
        )
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise UnreachableError(
            f"no server answers at {base_url} ({error}); start one with 'mistral-mock serve'"
        ) from error
    if answer.status_code in {401, 403}:
        raise UnreachableError(
            f"{base_url} refuses the key (HTTP {answer.status_code}); set MISTRAL_API_KEY"
        )
