"""What a rule works with: callers that record, expectations that carry evidence, time.

answer = ctx.api.call(OPERATION, **ids)
ctx.expect_status(answer, 200)
ctx.expect(answer["name"] == name, "the name changed", answer)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from mistral_conformance.session.api import Api
from mistral_conformance.session.capabilities import NO_METHOD, capabilities_of
from mistral_conformance.session.identities import CALLER, IMPOSTOR, NOBODY
from mistral_conformance.verdict.outcome import Failed, Skipped, Unjudged, Withheld

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

    from mistral_conformance.model.document import Document, Operation
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.clock import Clock
    from mistral_conformance.session.identities import Identity
    from mistral_conformance.session.markers import Marker
    from mistral_conformance.session.session import Session

NO_ROUTE = (404, *NO_METHOD)
"""What servers answer where they have no such operation, and to other requests too."""


class Context:
    """One rule's view of the run. `operation` is set for rules over each operation."""

    def __init__(
        self, session: Session, random: Random, operation: Operation | None = None
    ) -> None:
        self.session = session
        self.random = random
        self.exchanges: list[Exchange] = []
        self.shown: tuple[Exchange, ...] = ()
        self.withheld: Withheld | None = None
        """Why some of what the rule judges was not sent: it cannot pass on the rest alone."""
        self._operation = operation
        self._steps = 0

    @property
    def document(self) -> Document:
        """The curated document."""
        return self.session.document

    @property
    def marker(self) -> Marker:
        """Names what the run creates: `ctx.marker.name("notes")`."""
        return self.session.marker

    @property
    def operation(self) -> Operation:
        """The operation under judgement.

        Raises:
            RuntimeError: the rule is not over each operation.

        """
        if self._operation is None:
            raise RuntimeError("only a rule over each operation has one")
        return self._operation

    @property
    def api(self) -> Api:
        """The default caller."""
        return self._api(CALLER)

    @property
    def nobody(self) -> Api:
        """A caller without a key, for signed URLs and for refusals."""
        return self._api(NOBODY)

    @property
    def impostor(self) -> Api:
        """A caller with a key that nobody was given."""
        return self._api(IMPOSTOR)

    def as_(self, name: str) -> Api:
        """Return another identity, such as `neighbour`.

        Raises:
            Skipped: the run has no such identity.

        """
        self.identity(name)
        return self._api(name)

    def identity(self, name: str = CALLER) -> Identity:
        """Return who stands behind a name: `ctx.identity("colleague").known("user")`.

        Raises:
            Skipped: the run has no such identity.

        """
        if name not in self.session.identities:
            raise Skipped(f"needs the identity {name!r}: --as {name}=ENVVAR")
        return self.session.identities[name]

    @property
    def clock(self) -> Clock:
        """The server's clock: `ctx.clock.advance(1800)`.

        Raises:
            Skipped: the run has none.

        """
        if self.session.clock is None:
            raise Skipped(self.session.lacks_clock)
        return self.session.clock

    def expect(self, condition: object, message: str, *evidence: Exchange) -> None:
        """Hold the server to a condition; the evidence defaults to the last exchange.

        Raises:
            Failed: the condition is false.

        """
        if not condition:
            raise Failed(message, *(evidence or self.exchanges[-1:]))

    def expect_status(self, exchange: Exchange, *statuses: int) -> Exchange:
        """Hold the server to one of the statuses, and return the exchange.

        Raises:
            Failed: the status is another one.

        """
        wanted = " or ".join(str(each) for each in statuses)
        reason = f"{exchange.method} {exchange.outcome} where {wanted} is due"
        self.expect(exchange.status in statuses, reason, exchange)
        return exchange

    def answer(self, operation: str, *ids: Mapping[str, str], **request: Any) -> Exchange:  # noqa: ANN401 - what `Api.call` takes
        """Return what the caller's call of an operation is answered, with 200.

        See `expect_status`.
        """
        return self.expect_status(self.api.call(operation, *ids, **request), 200)

    def prepare(self, operation: str, *ids: Mapping[str, str], **request: Any) -> Exchange:  # noqa: ANN401 - the same
        """Return what a call that is a preparation is answered; see `need`."""
        return self.need(self.api.call(operation, *ids, **request))

    def show(self, *evidence: Exchange) -> None:
        """Let the report of a passed rule show these exchanges instead of the last one."""
        self.shown = evidence

    def skip(self, reason: str) -> NoReturn:
        """End the rule because something it needs is absent.

        Raises:
            Skipped: always.

        """
        raise Skipped(reason)

    def need(self, exchange: Exchange) -> Exchange:
        """Return the exchange of a preparation, which is not what the rule judges.

        Any success will do: which one is right is judged elsewhere.

        Raises:
            NotOffered, Failed: the server does not have it, see `Capabilities.require`.
            Unjudged: it did not succeed.

        """
        if not exchange.ok:
            if exchange.operation and exchange.status in NO_ROUTE:
                capabilities_of(self.session).require([exchange.operation])
                capabilities_of(self.session).see(exchange)
            what = exchange.operation or exchange.method
            raise Unjudged(f"preparation failed: {what} {exchange.outcome}", exchange)
        return exchange

    def pass_time(self, seconds: float) -> None:
        """Let time pass for the server: on its clock where it has one, else by waiting."""
        self.session.pass_time(seconds)

    def fresh(self, word: str) -> str:
        """Return a name that starts with the word and that nothing else of the run has."""
        self._steps += 1
        return f"{word}-{self._steps}-{self.random.getrandbits(32):08x}"

    def _api(self, identity: str) -> Api:
        return Api(self.session, identity, self.exchanges)
