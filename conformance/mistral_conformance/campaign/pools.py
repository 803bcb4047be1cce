"""Where shares are done: in this process, or by workers of Dask here or on several machines."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dask.typing import Key
    from distributed import Client, Future

    from mistral_conformance.campaign.shares import Done, Share

    Do = Callable[[Share], Done]
    Next = Callable[[], Share | None]

LOOPBACK = "127.0.0.1"
HTTP = f"{LOOPBACK}:0"
"""Where Dask serves what it measures: without an address it takes a port that may be in use."""
TRIES = 3
"""So many workers may die at one share before the campaign ends."""


class WorkerDied(RuntimeError):  # noqa: N818 - read as a sentence by the command line
    """A share whose workers died again and again; the message says which."""


class NoScheduler(RuntimeError):  # noqa: N818 - as above
    """No scheduler answers at the address; the message says which."""


class Pool(Protocol):
    """Does shares."""

    def do_all(self, do: Do, take: Next) -> Iterator[Done]:
        """Return each share that `take` gives, as soon as it is done, until it gives none.

        Raises:
            WorkerDied: no worker survives a share.

        """
        ...


@frozen
class Here:
    """One share after another, in this process."""

    def do_all(self, do: Do, take: Next) -> Iterator[Done]:
        """See `Pool`."""
        while share := take():
            yield do(share)


@frozen
class Workers:
    """As many shares at a time as there are workers; a share whose worker dies is done again."""

    client: Client
    count: int

    def do_all(self, do: Do, take: Next) -> Iterator[Done]:
        """See `Pool`."""
        from distributed import as_completed  # noqa: PLC0415 - an extra of its own

        tries: dict[int, int] = {}
        shares: dict[Key, Share] = {}

        def submit(share: Share) -> Future[Done]:
            future = self.client.submit(do, share, pure=False)
            shares[future.key] = share
            return future

        first = [submit(share) for _ in range(self.count) if (share := take())]
        running = as_completed(first, loop=self.client.loop)
        for future in running:
            share = shares.pop(future.key)
            if _is_dead(future):
                tries[share.number] = tries.get(share.number, 0) + 1
                if tries[share.number] >= TRIES:
                    raise WorkerDied(f"{TRIES} workers died at share {share.number}")
                running.add(submit(share))
                continue
            yield future.result()
            while len(shares) < self.count and (share := take()):
                running.add(submit(share))


def _is_dead(future: Future[Done]) -> bool:
    """Say whether the worker died at it.

    Any other error is of the share and raised with its result.
    """
    from distributed import KilledWorker  # noqa: PLC0415 - an extra of its own

    return future.status == "error" and isinstance(future.exception(), KilledWorker)


@contextmanager
def pool(scheduler: str, workers: int) -> Iterator[Pool]:
    """Workers of a scheduler somewhere, or so many of an embedded cluster on this machine."""
    if not scheduler and workers == 1:
        yield Here()
        return
    from dask import config  # noqa: PLC0415 - an extra of its own
    from distributed import Client, LocalCluster  # noqa: PLC0415 - as above

    if scheduler:
        try:
            client = Client(scheduler, set_as_default=False)
        except (OSError, ValueError) as error:
            raise NoScheduler(f"no scheduler at {scheduler}: {error}") from error
        with client:
            yield Workers(client, workers)
        return
    died_once_is_known = {"distributed.scheduler.allowed-failures": 0}
    with (
        config.set(died_once_is_known),
        LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            host=LOOPBACK,
            dashboard_address=HTTP,
            scheduler_kwargs={"dashboard": False},
            silence_logs=logging.CRITICAL,
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        yield Workers(client, workers)
