"""A headless browser, spoken to over a pipe."""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import time
from base64 import b64decode
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
LONGEST_S = 15.0


class Browser:
    """One page of a browser; `requests` has the addresses that it loaded."""

    def __init__(self, to: int, back: int) -> None:
        self._to, self._back = to, back
        self._number, self._waiting, self._session = 0, b"", ""
        self.requests: list[str] = []
        self.errors: list[str] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> Any:
        """What the browser answers to a command."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            heard = self._hear()
            if heard.get("id") == self._number:
                assert "error" not in heard, heard
                return heard["result"]

    def _hear(self) -> Any:
        while b"\0" not in self._waiting:
            ready, _, _ = select.select([self._back], [], [], LONGEST_S)
            assert ready, "the browser does not answer"
            self._waiting += os.read(self._back, 65536)
        raw, self._waiting = self._waiting.split(b"\0", 1)
        heard = json.loads(raw)
        if heard.get("method") == "Network.requestWillBeSent":
            self.requests.append(heard["params"]["request"]["url"])
        if heard.get("method") in {"Runtime.exceptionThrown", "Log.entryAdded"}:
            self.errors.append(json.dumps(heard["params"]))
        return heard

    def open(self, url: str, *, width: int = 1200, dark: bool = False) -> None:
        """Loads a page."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=800,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])
        self.call("Page.navigate", url=url)

    def run(self, script: str) -> Any:
        """The value of a script."""
        result = self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        return result["result"].get("value")

    def wait(self, script: str) -> None:
        """Waits until a script is true."""
        end = time.monotonic() + LONGEST_S
        while time.monotonic() < end:
            found = self.run(f"Boolean({script})")
            if found:
                return
            time.sleep(0.05)
        pytest.fail(f"never true: {script}; {self.errors}")

    def press(self, key: str) -> None:
        """Presses a key."""
        for kind in ("rawKeyDown", "keyUp"):
            text = {"text": "\r"} if key == "Enter" and kind == "rawKeyDown" else {}
            event = "keyDown" if text else kind
            self.call("Input.dispatchKeyEvent", type=event, key=key, code=key, **text)

    def picture(self, path: Path) -> None:
        """A picture of what is to be seen."""
        path.write_bytes(b64decode(self.call("Page.captureScreenshot")["data"]))


@pytest.fixture(scope="session")
def _chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium here")
    to_browser, to = os.pipe()
    back, from_browser = os.pipe()
    command = [
        *(CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe"),
        *("--no-first-run", "--disable-background-networking", "--disable-dev-shm-usage"),
        f"--user-data-dir={tmp_path_factory.mktemp('chromium')}",
    ]
    actions = [  # the browser reads commands from 3 and answers to 4
        (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
        (os.POSIX_SPAWN_DUP2, to_browser, 3),
        (os.POSIX_SPAWN_DUP2, from_browser, 4),
    ]
    process = os.posix_spawn(CHROMIUM, command, os.environ, file_actions=actions)
    os.close(to_browser)
    os.close(from_browser)
    try:
        yield Browser(to, back)
    finally:
        os.kill(process, signal.SIGTERM)
        os.waitpid(process, 0)
        os.close(to)
        os.close(back)


@pytest.fixture
def browser(_chromium: Browser) -> Browser:
    """A browser that has seen nothing yet."""
    _chromium.open("about:blank")
    _chromium.requests.clear()
    _chromium.errors.clear()
    return _chromium
