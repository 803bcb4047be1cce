"""One identity's way to the server under test, as rules use it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from mistral_conformance.groups import load_always
from mistral_conformance.record.events import PATIENT, Bound
from mistral_conformance.record.wire import UNSET, Message
from mistral_conformance.session.patience import asks_to_wait
from mistral_conformance.verdict.outcome import Failed, Unjudged, Withheld

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mistral_conformance.model.document import Operation
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.session import Session


class Api:
    """One identity's way to the server. Each call is added to the exchanges of the rule."""

    def __init__(self, session: Session, identity: str, exchanges: list[Exchange]) -> None:
        self.identity = identity
        self._session = session
        self._exchanges = exchanges

    def call(
        self,
        operation: str,
        ids: Mapping[str, str] | None = None,
        /,
        *,
        query: Any = None,  # noqa: ANN401 - what httpx takes
        json: Any = UNSET,  # noqa: ANN401 - JSON
        files: Any = None,  # noqa: ANN401 - what httpx takes
        data: Any = None,  # noqa: ANN401 - what httpx takes
        content: bytes | None = None,
        headers: dict[str, str] | None = None,
        **more_ids: str,
    ) -> Exchange:
        """Call an operation of the document by its id.

        Its path parameters are keywords, or a mapping where several travel together.

        Raises:
            Failed: an id that the server gave is no text.
            Unjudged: no answer came within the limits.
            WrongCall: the document has no such operation, or a path parameter is missing.

        """
        spec = self._session.document.operations[operation]
        url = spec.url(_sound({**(ids or {}), **more_ids}))
        body = self._with_always(spec, json)
        message = Message(spec.method, url, query, body, content, files, data, headers or {})
        return self.send(message, operation)

    def _with_always(self, spec: Operation, json: Any) -> Any:  # noqa: ANN401 - JSON
        """Return the body with what became required after the rules were written, see `groups`."""
        always = load_always().get(spec.id)
        schema = spec.body_schema("application/json") if always else None
        if not always or schema is None or not isinstance(json, dict):
            return json
        known = self._session.document.resolve(schema).get("properties", {})
        return {name: value for name, value in always.items() if name in known} | json

    def listen(
        self,
        operation: str,
        ids: Mapping[str, str] | None = None,
        /,
        *,
        query: Any = None,  # noqa: ANN401 - what httpx takes
        headers: dict[str, str] | None = None,
        most_events: int = PATIENT.most_events,
        most_s: float = PATIENT.most_s,
        **more_ids: str,
    ) -> Exchange:
        """Hear a stream that may never end, and leave at the first bound.

        The bounds are a number of events and seconds after the headers of the answer. What came is
        in `exchange.events`; `exchange.cut` tells whether the suite left first. A refusal is an
        exchange like any other.

        Raises:
            Failed: an id that the server gave is no text.
            Unjudged: no answer came within the limits.
            WrongCall: the document has no such operation, or a path parameter is missing.

        """
        spec = self._session.document.operations[operation]
        url = spec.url(_sound({**(ids or {}), **more_ids}))
        bound = Bound(most_events, most_s)
        message = Message(spec.method, url, query, headers=headers or {}, bound=bound)
        return self.send(message, operation)

    def get(self, url: str, *, headers: dict[str, str] | None = None) -> Exchange:
        """Fetch any URL: a path below the base URL, or a whole one such as a signed URL.

        Raises:
            Failed: the server gave a URL that is none.
            Unjudged: no answer came within the limits.

        """
        try:
            httpx.URL(url)
        except (httpx.InvalidURL, TypeError) as error:
            raise Failed(f"{url!r} is no URL that one can ask") from error
        return self.send(Message("GET", url, headers=headers or {}))

    def send(self, message: Message, operation: str = "") -> Exchange:
        """Send any message, also one that no operation documents.

        Raises:
            Unjudged: no answer came within the limits, or none but to ask again later.

        """
        exchange = self.try_send(message, operation)
        if exchange.failure:
            raise Unjudged(f"the server {exchange.outcome}", exchange)
        if asks_to_wait(exchange):
            raise Unjudged(f"the server still asks to wait: {exchange.status}", exchange)
        return exchange

    def try_send(self, message: Message, operation: str = "") -> Exchange:
        """Like `send`, but a missing answer is an exchange with a `failure`.

        Raises:
            Withheld: the message was not sent, so that there is nothing to judge.

        """
        exchange = self._session.send(message, self.identity, operation)
        if exchange.withheld:
            raise Withheld(exchange.failure, exchange)
        self._exchanges.append(exchange)
        return exchange


def _sound(ids: Mapping[str, str]) -> Mapping[str, str]:
    """Return the ids, which come from answers and so may be anything."""
    for name, value in ids.items():
        if not isinstance(value, str) or not value:
            raise Failed(f"the server gave {value!r} for the path parameter {name!r}")
    return ids
