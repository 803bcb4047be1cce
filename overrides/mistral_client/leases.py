"""Who may use which pool: lent for one request each, made when all are lent, queued for at the end.

No I/O, and nothing here knows what a pool is.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

POOLS: Final = 256

Pool = TypeVar("Pool")


class Generation(Generic[Pool]):
    """The pools of one process (and one event loop), grown as they are needed.

    `free` holds the pools whose connection is free, the last used on top, so that few connections
    stay warm instead of many going cold. Its `pop` and `append` are atomic; everything else takes
    a lock.
    """

    __slots__ = ("_lock", "_make", "free", "pools", "turns")

    def __init__(self, make: Callable[[], Pool]) -> None:
        """Begin without pools; `make` returns a new one."""
        self.free: deque[Pool] = deque()
        self.pools: set[Pool] = set()
        self.turns: deque[Turn[Pool]] = deque()
        self._make = make
        self._lock = threading.Lock()

    def take(self) -> Lease[Pool] | None:
        """Return a free connection, or None when all that may be are busy."""
        try:
            return Lease(self, self.free.pop())
        except IndexError:
            with self._lock:
                return self._next()

    def queue(self, wake: Callable[[], object]) -> Turn[Pool]:
        """Return a place in the queue; `wake` is called when its lease is there."""
        turn = Turn[Pool](wake)
        self.turns.append(turn)
        self._serve()
        return turn

    def leave(self, turn: Turn[Pool]) -> None:
        """Give up a place in the queue, or the lease that it has got meanwhile."""
        with self._lock:
            if turn.lease is None:
                self.turns.remove(turn)
        if turn.lease is not None:
            turn.lease.give_back()

    def put_back(self, pool: Pool) -> None:
        """Let a pool be taken again."""
        self.free.append(pool)
        if self.turns:
            self._serve()

    def remove(self, pool: Pool) -> None:
        """Make room for a new pool in the place of this one."""
        with self._lock:
            self.pools.discard(pool)
        if self.turns:
            self._serve()

    def _next(self) -> Lease[Pool] | None:
        """Return a free connection or a new one; the lock is held."""
        try:
            return Lease(self, self.free.pop())
        except IndexError:
            if len(self.pools) >= POOLS:
                return None
        pool = self._make()
        self.pools.add(pool)
        return Lease(self, pool)

    def _serve(self) -> None:
        """Give what is free to those who have waited longest."""
        with self._lock:
            while self.turns and (lease := self._next()) is not None:
                turn = self.turns.popleft()
                turn.lease = lease
                turn.wake()


class Turn(Generic[Pool]):
    """A place in the queue for a connection; `lease` is None until its turn comes."""

    __slots__ = ("lease", "wake")

    def __init__(self, wake: Callable[[], object]) -> None:
        self.lease: Lease[Pool] | None = None
        self.wake = wake


class Lease(Generic[Pool]):
    """A pool to send one request with, which ends once: given back, or discarded.

    `sockets` are the network streams that were opened for the request, where that is watched.
    """

    __slots__ = ("_generation", "_is_spoilt", "pool", "sockets")

    def __init__(self, generation: Generation[Pool], pool: Pool) -> None:
        self.pool = pool
        self.sockets: list[Any] = []
        self._generation: Generation[Pool] | None = generation
        self._is_spoilt = False

    def spoil(self) -> None:
        """Note that the request did not come to a clean end."""
        self._is_spoilt = True

    def give_back(self) -> bool:
        """Mark the connection as free; ending a lease again does nothing.

        Returns whether the pool is spoilt and the caller's to close.
        """
        generation, self._generation = self._generation, None
        if generation is None:
            return False
        if self._is_spoilt:
            generation.remove(self.pool)
        else:
            generation.put_back(self.pool)
        return self._is_spoilt
