"""A headless Chromium, driven by its own protocol over a pipe: no driver has to be installed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any

from attrs import define, field

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
ARGUMENTS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--no-first-run", "--remote-debugging-pipe", "about:blank",
)  # fmt: skip
END = b"\0"


def find_chromium() -> str | None:
    """Where Chromium is, None where it is not."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@define
class Browser:
    """One page of a browser; `events` are all that it told so far, by their names."""

    _to: IO[bytes]
    _back: IO[bytes]
    events: list[tuple[str, dict[str, Any]]] = field(factory=list)
    _session: str = ""
    _last: int = 0
    _rest: bytes = b""

    def attach(self) -> None:
        """Take the first page over."""
        targets = self.call("Target.getTargets")["targetInfos"]
        page = next(each for each in targets if each["type"] == "page")
        found = self.call("Target.attachToTarget", targetId=page["targetId"], flatten=True)
        self._session = found["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")
        self.call("Page.setLifecycleEventsEnabled", enabled=True)

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """The result of a command."""
        self._last += 1
        message: dict[str, Any] = {"id": self._last, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        self._to.write(json.dumps(message).encode() + END)
        self._to.flush()
        while True:
            told = self._read()
            if told.get("id") == self._last:
                assert "error" not in told, told
                result: dict[str, Any] = told["result"]
                return result

    def open(self, path: Path, address: str = "") -> None:
        """Open a file; ends when it is loaded."""
        self.call("Page.navigate", url="about:blank")
        loader = self.call("Page.navigate", url=f"{path.as_uri()}{address}")["loaderId"]
        while not any(
            name == "Page.lifecycleEvent" and told["name"] == "load" and told["loaderId"] == loader
            for name, told in self.events
        ):
            self._read()

    def evaluate(self, code: str) -> Any:
        """The value of an expression in the page."""
        found = self.call(
            "Runtime.evaluate", expression=code, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def press(self, key: str, text: str = "") -> None:
        """Press a key."""
        codes = {"Tab": 9, "Enter": 13, "Escape": 27}
        more = {"key": key, "windowsVirtualKeyCode": codes.get(key, 0)}
        kind = "keyDown" if text else "rawKeyDown"
        self.call("Input.dispatchKeyEvent", type=kind, text=text, **more)
        self.call("Input.dispatchKeyEvent", type="keyUp", **more)

    def _read(self) -> dict[str, Any]:
        while END not in self._rest:
            piece = os.read(self._back.fileno(), 1 << 16)
            assert piece, "the browser has ended"
            self._rest += piece
        text, _, self._rest = self._rest.partition(END)
        told: dict[str, Any] = json.loads(text)
        if "method" in told:
            self.events.append((told["method"], told["params"]))
        return told


@contextmanager
def browsing(folder: Path) -> Iterator[Browser]:
    """A browser with a profile of its own in the folder; it ends with the block."""
    chromium = find_chromium()
    assert chromium
    theirs_in, ours_out = os.pipe()
    ours_in, theirs_out = os.pipe()
    command = [chromium, f"--user-data-dir={folder}", *ARGUMENTS]
    joined = f'exec "$@" 3<&{theirs_in} 4>&{theirs_out}'
    process = subprocess.Popen(
        ["/bin/bash", "-c", joined, "sh", *command],
        pass_fds=(theirs_in, theirs_out),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(theirs_in)
    os.close(theirs_out)
    try:
        with os.fdopen(ours_out, "wb") as to, os.fdopen(ours_in, "rb") as back:
            browser = Browser(to, back)
            browser.attach()
            yield browser
            browser._session = ""
            browser.call("Browser.close")
    finally:
        process.kill()
        process.wait()
