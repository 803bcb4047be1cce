"""Many calls at once: their results in order, and few of them in memory at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterable
from contextvars import copy_context
from time import perf_counter
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
    from concurrent.futures import Future

T = TypeVar("T")
R = TypeVar("R")


# How long a call may take, in seconds, for the next one to follow it without a thread: threads that
# all have an answer to read only get into each other's way.
QUICK_S: Final = 0.005


def check_workers(value: object) -> int:
    """Return how many calls go at once.

    Raises:
        TypeError: It is no whole number.
        ValueError: It is below 1.

    """
    if type(value) is not int:
        raise TypeError(f"workers must be a whole number, not {value!r}")
    if value < 1:
        raise ValueError(f"workers must be 1 or more, not {value!r}")
    return value


def check_progress(value: object) -> None:
    """Accept what can be called, or None.

    Raises:
        TypeError: It is neither.

    """
    if value is not None and not callable(value):
        raise TypeError(f"on_progress must be a function, not {type(value).__name__}")


def in_order(call: Callable[[T], R], items: Iterable[T], workers: int) -> Iterator[R]:
    """Yield what a call returns for each item, in order; `workers` threads call ahead.

    They do so where calls take long; as long as each ends at once, one follows the other here. Each
    has the context variables of whoever iterates, so that tracing knows what it belongs to. The
    first call that fails ends it with its error, and so does whoever stops iterating; calls that
    are under way then are waited for, and no others begin.
    """
    from concurrent.futures import ThreadPoolExecutor, wait  # noqa: PLC0415 - only these need them

    with ThreadPoolExecutor(workers) as pool:
        waiting: deque[Future[R]] = deque()
        is_quick = False
        try:
            for item in items:
                if is_quick:
                    started = perf_counter()
                    result = call(item)
                    is_quick = perf_counter() - started < QUICK_S
                    yield result
                    continue
                waiting.append(pool.submit(copy_context().run, call, item))
                is_quick = len(waiting) == 1 and bool(wait(waiting, QUICK_S).done)
                if is_quick or len(waiting) >= workers:
                    yield waiting.popleft().result()
                while waiting and waiting[-1].done():
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


async def in_order_async(
    call: Callable[[T], Awaitable[R]], items: Iterable[T] | AsyncIterable[T], workers: int
) -> AsyncIterator[R]:
    """Yield the same for tasks: as many as there are workers go together, then the next ones."""
    together: list[T] = []
    async for item in each_async(items):
        together.append(item)
        if len(together) == workers:
            for result in await _gather(call, together):
                yield result
            together = []
    for result in await _gather(call, together):
        yield result


async def _gather(call: Callable[[T], Awaitable[R]], items: list[T]) -> list[R]:
    """Return the results of calls that go at once; the first that fails ends the others."""
    import anyio  # noqa: PLC0415 - as in `settings`

    results: dict[int, R] = {}
    failures: list[Exception] = []

    async def run(place: int, item: T) -> None:
        try:
            results[place] = await call(item)
        except Exception as failure:  # noqa: BLE001 - raised below, not wrapped in a group
            failures.append(failure)
            group.cancel_scope.cancel()

    async with anyio.create_task_group() as group:
        for place, item in enumerate(items):
            group.start_soon(run, place, item)
    if failures:
        raise failures[0]
    return [results[place] for place in range(len(items))]


def each(items: Iterable[T]) -> Iterator[T]:
    """Return an iterator over items."""
    return iter(items)


async def each_async(items: Iterable[T] | AsyncIterable[T]) -> AsyncIterator[T]:
    """Yield items, from wherever they come."""
    if isinstance(items, AsyncIterable):
        async for item in items:
            yield item
    else:
        for item in items:
            yield item
