"""What a generic defect is: an operator, and the place in the API that it is applied to."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from attrs import field, frozen

from mistral_conformance.mutants.generic.traffic import Altered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from starlette.types import ASGIApp

    from mistral_conformance.mutants.generic.traffic import Answer, Handle, Onward, Request

    Change = Callable[[Answer], Answer]
    Make = Callable[[], Handle]

LATER = ("clock", "signed")
"""What is no operation and can be altered all the same."""


class Strikes:
    """Whether a defect that is put in has altered anything yet."""

    struck = False


@frozen(eq=False)
class Defect:
    """An operator and what it is applied to.

    `operations` are those that the defect touches: the board judges it by the rules and laws over
    these.
    """

    operator: str
    subject: str
    description: str
    operations: tuple[str, ...]

    @property
    def family(self) -> str:
        """What the board counts it under."""
        return self.operator

    @property
    def id(self) -> str:
        """Such as `answer-lacks[files.retrieve:bytes]`."""
        return f"{self.operator}[{self.subject}]"


@frozen(eq=False)
class WireDefect(Defect):
    """A defect between the server and its callers.

    `make` gives a handler that has seen nothing yet; it gets the requests to the operations
    and to what it `hears` beside them. `likely` are families that may notice it first.
    """

    make: Make
    likely: tuple[str, ...] = ()
    hears: tuple[str, ...] = ()

    @contextmanager
    def applied(self) -> Iterator[Strikes]:
        """Leave the mock itself as it is: `around` tells more."""
        yield Strikes()

    def around(self, app: ASGIApp) -> Altered:
        """Return the server with the defect before it."""
        return Altered(app, self.make(), frozenset((*self.operations, *self.hears)))


@frozen(eq=False)
class StoreDefect(Defect):
    """A defect of the store; `put_in` replaces a method of its tables and puts it back."""

    put_in: Callable[[], AbstractContextManager[Strikes]] = field(repr=False)
    likely: tuple[str, ...] = ()

    @contextmanager
    def applied(self) -> Iterator[Strikes]:
        """Put the defect into the store, which is healthy again afterwards."""
        with self.put_in() as strikes:
            yield strikes

    def around(self, app: ASGIApp) -> ASGIApp:
        """Return the server as it is."""
        return app


def answering(change: Change) -> Make:
    """Return a handler that changes answers of requests that were done."""
    return partial(_answering, change)


def _answering(change: Change) -> Handle:
    async def handle(request: Request, onward: Onward) -> Answer:
        answer = await onward(request)
        return change(answer) if answer.taken else answer

    return handle


def asking(change: Callable[[Request], Request]) -> Make:
    """Return a handler that changes requests."""

    async def handle(request: Request, onward: Onward) -> Answer:
        return await onward(change(request))

    return lambda: handle
