"""One measurement in a process of its own: `worker.py PEER ROW BASE_URL REPEATS`.

Prints one JSON line: CPU seconds for each operation, loaded modules (without the peer's
adapter), peak memory in kilobytes, and
what the operation counted, if it counts.
Nothing is imported before it is measured but the standard library's smallest parts.
"""

from __future__ import annotations

import json
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

sys.path.insert(0, __file__.rpartition("/")[0])


def main() -> None:
    """Measures one row of one peer."""
    peer, row, base_url, repeats = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
    module = __import__(f"peer_{peer}")
    count = None
    if row.startswith("cold_"):
        getattr(module, row)(base_url)
        cpu = time.process_time()
    elif row == "idle":
        cpu = time.process_time()
    else:
        cpu, count = measure_warm(module, row, base_url, repeats)
    modules = sum(not name.startswith("peer_") for name in sys.modules)
    figures = {"cpu_s": cpu, "modules": modules, "peak_kb": peak_kb(), "count": count}
    sys.stdout.write(json.dumps(figures) + "\n")


def peak_kb() -> int:
    """This program's own peak of resident memory; `getrusage` would count the parent's as well."""
    with open("/proc/self/status") as status:  # noqa: PTH123 - pathlib would count as a module
        line = next(line for line in status if line.startswith("VmHWM:"))
    return int(line.split()[1])


def measure_warm(module: object, row: str, base_url: str, repeats: int) -> tuple[float, int | None]:
    """CPU seconds for each repetition after one that does not count; what that one counted."""
    if row.endswith("_async"):
        import asyncio

        return asyncio.run(measure_async(getattr(module, row), base_url, repeats)), None
    once = getattr(module, row)(base_url)
    first = once()
    started = time.process_time()
    for _ in range(repeats):
        once()
    took = time.process_time() - started
    return took / repeats, first if isinstance(first, int) else None


async def measure_async(row: Any, base_url: str, repeats: int) -> float:
    """The same for a coroutine function."""
    once = await row(base_url)
    await once()
    started = time.process_time()
    for _ in range(repeats):
        await once()
    return (time.process_time() - started) / repeats


if __name__ == "__main__":
    main()
