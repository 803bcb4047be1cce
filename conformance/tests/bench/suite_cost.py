"""What the suite gets out of a second, beside plain Schemathesis on the same operations.

Both judge the operations of one profile on a mock of their own that counts what reaches it. A
request is accepted when the mock, which checks every request against the document, answers 2xx; it
is distinct when no other had the same method, target and body, boundaries of forms left aside.
"""

from __future__ import annotations

import hashlib
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from mistral_conformance.model.document import load_document
from mistral_conformance.running.plan import select_operations
from mistral_mock.app import App
from mistral_mock.identities import DEFAULT
from mistral_mock.server import Embedded, listen, running, spell_address

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, MutableMapping

    Message = MutableMapping[str, Any]

PROFILE = "libraries"
LEAST = 3.0
DOCUMENT = Path(__file__).resolve().parents[3] / "openapi" / "mistral.yaml"
BOUNDARY = re.compile(rb'boundary="?([^";]+)')
CONTROL = "/_mock/"


@attrs.define
class Counts:
    """What has reached a mock."""

    requests: int = 0
    accepted: set[bytes] = attrs.field(factory=set)


class Counting:
    """An ASGI application that counts what another one is asked and accepts."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.counts = Counts()

    async def __call__(
        self, scope: Message, receive: Callable[[], Any], send: Callable[[Message], Any]
    ) -> None:
        """Handle one connection."""
        if scope["type"] != "http" or scope["path"].startswith(CONTROL):
            await self.app(scope, receive, send)
            return
        told = hashlib.sha256(f"{scope['method']} {scope['path']}?".encode())
        told.update(scope["query_string"])
        boundary = _boundary(scope)

        async def hear() -> Message:
            message: Message = await receive()
            told.update(message.get("body", b"").replace(boundary, b"-"))
            return message

        async def say(message: Message) -> None:
            if message["type"] == "http.response.start" and 200 <= message["status"] < 300:
                self.counts.accepted.add(told.digest())
            await send(message)

        self.counts.requests += 1
        await self.app(scope, hear, say)


@attrs.frozen
class Cost:
    """What one run was, and how long it took, in seconds."""

    elapsed_s: float
    requests: int
    accepted: int

    @property
    def rate(self) -> float:
        """Distinct accepted requests in a second."""
        return self.accepted / self.elapsed_s


def run_suite(base_url: str, folder: str) -> None:
    """Judge the profile as its users do."""
    command = [sys.executable, "-m", "mistral_conformance", "run", "--base-url", base_url]
    options = ["--profile", PROFILE, "--clock-url", f"{base_url}/_mock/clock"]
    _call([*command, *options, "--report-dir", folder])


def run_schemathesis(base_url: str, folder: str) -> None:
    """Judge the same operations with Schemathesis as it comes."""
    command = [sys.executable, "-m", "schemathesis.cli", "run", str(DOCUMENT), "--url", base_url]
    named = select_operations(load_document(), PROFILE)
    options = [word for each in named for word in ("--include-operation-id", each)]
    key = f"Authorization: Bearer {DEFAULT.key}"
    _call([*command, *options, "-H", key, "--seed", "1", "--continue-on-failure"], folder)


def measure(run: Callable[[str, str], None]) -> Cost:
    """The cost of a run on a fresh mock."""
    with counting() as (base_url, counts), tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        run(base_url, folder)
        return Cost(time.monotonic() - began, counts.requests, len(counts.accepted))


def show(rounds: int) -> None:
    """Both, in turn, and how they compare."""
    ours, plain = [], []
    for _ in range(rounds):
        ours.append(measure(run_suite))
        plain.append(measure(run_schemathesis))
    print(f"the suite beside plain Schemathesis, profile {PROFILE}:")
    for name, found in (("mistral-conformance", ours), ("schemathesis", plain)):
        one = sorted(found, key=lambda each: each.rate)[len(found) // 2]
        told = f"{one.elapsed_s:6.1f} s, {one.requests / one.elapsed_s:6.1f} requests/s"
        print(f"    {name:<22} {told}, {one.rate:6.1f} distinct accepted/s", flush=True)
    ratio = statistics.median(a.rate / b.rate for a, b in zip(ours, plain, strict=True))
    print(f"    ratio {ratio:.1f} (>= {LEAST:.0f}{'' if ratio >= LEAST else ' UNDER'})")


@contextmanager
def counting() -> Iterator[tuple[str, Counts]]:
    """A mock that counts: its base URL, and its counts."""
    with running() as other, listen("127.0.0.1", 0) as found:
        app = Counting(App(other.world))
        ready = threading.Event()
        server = Embedded(app, ready.set)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [found]}, daemon=True)
        thread.start()
        ready.wait()
        try:
            yield spell_address(found), app.counts
        finally:
            server.stop()
            thread.join()


def _boundary(scope: Message) -> bytes:
    types = (value for name, value in scope["headers"] if name == b"content-type")
    match = BOUNDARY.search(next(types, b""))
    return match[1] if match else b"\0"


def _call(command: list[str], folder: str | None = None) -> None:
    environment = {**os.environ, "MISTRAL_API_KEY": DEFAULT.key}
    quiet = subprocess.DEVNULL
    subprocess.run(
        command, cwd=folder, env=environment, stdout=quiet, stderr=quiet, check=False, timeout=1800
    )
