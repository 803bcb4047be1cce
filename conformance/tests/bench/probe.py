"""A client that only asks how long the mock takes for a trivial request: `probe.py BASE_URL`.

Asks every few milliseconds until standard input closes, then prints the delays in seconds as JSON.
It is a process of its own, so that nothing that the load costs its client is measured with.
"""

from __future__ import annotations

import http.client
import json
import sys
import threading
import time
from urllib.parse import urlsplit

PAUSE_S = 0.005
HEADERS = {"Authorization": "Bearer mock-key"}


def main() -> None:
    """Measures until standard input closes."""
    address = urlsplit(sys.argv[1])
    closed = threading.Event()
    threading.Thread(target=watch, args=(closed,), daemon=True).start()
    connection = http.client.HTTPConnection(str(address.hostname), int(address.port or 80))
    delays: list[float] = []
    while not closed.is_set() or not delays:
        started = time.perf_counter()
        connection.request("GET", "/v1/models", headers=HEADERS)
        connection.getresponse().read()
        delays.append(time.perf_counter() - started)
        if len(delays) == 1:
            sys.stdout.write("ready\n")
            sys.stdout.flush()
        time.sleep(PAUSE_S)
    sys.stdout.write(json.dumps(delays) + "\n")


def watch(closed: threading.Event) -> None:
    """Says when standard input has closed."""
    sys.stdin.read()
    closed.set()


if __name__ == "__main__":
    main()
