"""The ASGI application: from a request to an answer, in the order in which the API checks.

Route, key, rate, then path, query and body, then the operation itself. A plain ASGI callable: the
routes come from the document, so no framework's router stands between.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen
from starlette.datastructures import Headers

from mistral_mock import (
    agenda,
    bodies,
    control,
    dispatch,
    errors,
    hosts,
    inputs,
    registry,
    signing,
    telemetry,
    texts,
    transactions,
    undocumented,
)
from mistral_mock.bodies import ClientGoneError
from mistral_mock.context import Context
from mistral_mock.errors import (
    APIError,
    InvalidError,
    bad_host,
    failed,
    not_found,
    not_implemented,
    not_saved,
    unauthorized,
)
from mistral_mock.hosts import Host, parse_host
from mistral_mock.journal.exchange import Exchange
from mistral_mock.replies import asked
from mistral_mock.settings import Settings
from mistral_mock.state_file import StateFileError
from mistral_mock.threads import aside
from mistral_mock.wire import DroppedError, Wire
from mistral_mock.world import World

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mistral_mock.answers import Answer, EventStream, Later, Passing
    from mistral_mock.context import Upload
    from mistral_mock.errors import Problem
    from mistral_mock.identities import Identity
    from mistral_mock.operations import Operation
    from mistral_mock.registry import Handler

BEARER = "bearer "
KEY_HEADER = "x-api-key"
CORRELATION_ID = b"mistral-correlation-id"
REQUEST_ID = errors.REQUEST_ID.encode()
ABSOLUTE = re.compile(r"https?://([^/]*)(/.*)?", re.IGNORECASE)
"""A target that names its host, as for a proxy."""
HTTP_1_0 = "1.0"
ENDINGS = (APIError, StateFileError, ClientGoneError, DroppedError)
"""How a request may end without an answer of its operation, and without a failure."""
LITTLE = 4096
"""A body of so many bytes is not worth a thread."""
LOG = logging.getLogger(__name__)


@frozen
class Request:
    """The parts of an ASGI scope that the mock reads."""

    method: str
    path: str
    """Percent-encoded."""
    query: str
    """Percent-encoded."""
    headers: Headers
    host: Host
    """As the caller wrote it."""
    server: Host
    """Where the request has come in."""
    base_url: str
    """Names the caller's host only when that is the mock's own."""
    id: str


class App:
    """One mock as an ASGI application; `world` is its state."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.exposed = False
        """Other machines can reach the mock, whatever the address that a request came in by."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI
        """Handle one ASGI connection."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1000, "reason": "no WebSockets here"})
        else:
            request_id = self.world.ids.request_id(self.world.clock.now())
            await self._handle(request_id, Wire(scope, receive, send))

    async def _live(self, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.close()
        self.world.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def close(self) -> None:
        """End what only the running event loop can end."""
        if self.world.player is not None:
            await self.world.player.close()

    async def _handle(self, request_id: str, wire: Wire) -> None:
        named = request_id.encode()
        wire.headers += [(CORRELATION_ID, named), (REQUEST_ID, named)]
        wire.gap_s = self.world.settings.event_gap_s
        wire.pace = self.world.settings.pace
        wire.catch_up = self._catch_up
        began = time.perf_counter()
        try:
            try:
                await wire.send(await self._find_answer(request_id, wire))
            except ENDINGS:
                raise
            except Exception:  # an event that cannot be made, an answer that cannot be sent
                LOG.exception("The answer of request %s broke off", request_id)
                await (wire.drop() if wire.started else wire.send(failed().answer()))
        except ClientGoneError:
            return
        except DroppedError:
            if wire.in_process:
                raise
        finally:
            self._note(wire, began)

    def _note(self, wire: Wire, began: float) -> None:
        """Write down what was asked and answered."""
        exchange = wire.exchange
        if exchange is not None:
            exchange.duration_s = time.perf_counter() - began
            self.world.journal.settle(exchange)

    def _begin(self, request: Request, operation: str) -> Exchange | None:
        """Return the journal's page for a request; None when it is off."""
        journal = self.world.journal
        if not journal.is_on:
            return None
        exchange = Exchange(
            number=journal.next_number(),
            moment=self.world.clock.now(),
            operation=operation,
            method=request.method,
            path=request.path,
            query=request.query,
            headers=request.headers.raw,
            began_s=time.perf_counter(),
        )
        journal.add(exchange)
        return exchange

    async def _find_answer(
        self, request_id: str, wire: Wire
    ) -> Answer | EventStream | Later | Passing:
        try:
            request = make_request(wire.scope, self.world.settings, request_id)
            if self._is_own(request.path):
                return await self._serve_own(request, wire)
            return await self._serve_api(request, wire)
        except InvalidError as error:
            return await aside(error.answer)  # it repeats what was sent, however long that is
        except APIError as error:
            return error.answer()
        except StateFileError:
            return not_saved().answer()
        except ENDINGS:
            raise
        except Exception:  # the last place where a failure can become an answer
            LOG.exception("Request %s failed", request_id)
            return failed().answer()

    def _is_own(self, path: str) -> bool:
        """Say whether the mock itself serves the path.

        A recorded server has signed URLs of its own.
        """
        return path.startswith("/_" if self.world.player is None else control.PREFIX)

    async def _serve_own(self, request: Request, wire: Wire) -> Answer:
        """Return the answer of a control route or a signed URL."""
        await agenda.catch_up(self.world)
        if request.path.startswith(signing.PREFIX):
            return self._serve_signed(request)
        settings = self.world.settings
        exposed = self.exposed or hosts.is_remote(request.server.name)
        route = control.find_route(request, settings, exposed=exposed)
        pieces = bodies.stream(wire.receive, settings.max_body)
        answer = route(self.world, b"".join([piece async for piece in pieces]))
        await agenda.catch_up(self.world)
        return answer

    def _serve_signed(self, request: Request) -> Answer:
        kind, key = self.world.signer.read(request.path, request.query)
        serve = registry.server(kind)
        if serve is None or request.method != "GET":
            raise not_found()
        nobody = self.world.settings.identities[0]
        return serve(self._context(request, nobody), key)

    async def _serve_api(
        self, request: Request, wire: Wire
    ) -> Answer | EventStream | Later | Passing:
        """Return the answer of an operation, or what a fault makes of it."""
        try:
            operation, path = self.world.router.find(request.method, request.path, request.id)
        except APIError:
            found = await self._serve_elsewhere(request, wire)
            if found is None:
                raise
            return found
        wire.exchange = self._begin(request, operation.id)
        if self.world.settings.latency_s:
            await asyncio.sleep(self.world.settings.latency_s)
        wire.fault = fault = self.world.faults.strike(operation.id)
        whole = fault is not None and fault.after_events is None
        if fault is not None and whole and fault.when == "before":
            spoiled = await wire.suffer(fault)
            if spoiled is not None:
                return spoiled
        try:
            recorded = await self._play(request, wire, operation.id)
            answer = recorded or await self._run(operation, path, request, wire)
        except InvalidError as error:
            inputs.refuse(operation, error.problems)  # in the shape of the operation's group
            raise
        except ENDINGS:
            raise
        except Exception as error:
            LOG.exception("%s failed (request %s)", operation.id, request.id)
            raise inputs.fail(operation) from error
        if fault is not None and whole and fault.when == "after":
            return await wire.suffer(fault) or answer
        return answer

    async def _serve_elsewhere(self, request: Request, wire: Wire) -> Answer | Passing | None:
        """Return what a recording, a signed URL or telemetry answers if there is no operation."""
        wire.exchange = self._begin(request, "")
        recorded = await self._play(request, wire, "")
        if recorded is None and request.path.startswith(signing.PREFIX):
            return await self._serve_own(request, wire)
        if recorded is None and request.path == telemetry.PATH:
            return await self._take_spans(request, wire)
        return recorded

    async def _take_spans(self, request: Request, wire: Wire) -> Answer:
        """Return the answer to spans of an SDK, which the journal notes down."""
        authenticate(self.world, request.headers)
        content = await bodies.read(wire.receive, self.world.settings.max_body)
        spans, answer = telemetry.take(request.method, request.headers, content)
        if wire.exchange is not None:
            wire.exchange.take(spans, {}, len(content))
        return answer

    async def _play(self, request: Request, wire: Wire, operation: str) -> Answer | Passing | None:
        """Return the answer of a recording or of the server that is recorded.

        None is the engine's.
        """
        player = self.world.player
        return None if player is None else await player.answer(request, wire, operation)

    async def _run(
        self, operation: Operation, path: Mapping[str, str], request: Request, wire: Wire
    ) -> Answer | EventStream | Later:
        """Return the operation's own answer, once everything about the request has been checked."""
        caller = authenticate(self.world, request.headers)
        wire.add(self.world.rates.count(caller.key))
        handle = registry.handler(operation.id)
        if handle is None and not self.world.replies.may_answer(operation.id):
            raise not_implemented(operation.id)
        problems: list[Problem] = []
        values = inputs.check_path(operation, path, problems)
        query, sent = inputs.check_query(operation, request.query, problems)
        source = inputs.Source(request.headers, wire.receive, self.world.settings)
        body = await inputs.check_body(operation, source, problems)
        if wire.exchange is not None:
            wire.exchange.take(body.value, body.files, body.size)
        inputs.refuse(operation, problems)
        foreign = inputs.find_foreign(operation, request.query) if request.query else {}
        wire.tell_undocumented(
            undocumented.find_sent(operation, self.world.settings.the_era, body.value, foreign)
        )
        await read_ahead(operation, body.files)
        await agenda.catch_up(self.world)
        self.world.taken_in += body.size
        context = self._context(
            request,
            caller,
            operation_id=operation.id,
            path=values,
            query=query,
            sent=sent,
            foreign=foreign,
            body=body.value,
            files=body.files,
        )
        if self.world.replies.reads_documents(operation.id):
            await self._open(context)
        given = self.world.replies.take(context)
        if given is not None:
            context = evolve(context, given=given)
            wire.pace = given.pace or wire.pace
            if wire.exchange is not None:
                wire.exchange.reply = given.reply.name
        known = self.world.store.version
        try:
            return await self._perform(context, handle, body.size)
        finally:
            self._save(known)

    async def _open(self, context: Context) -> None:
        """Read what messages bring, while others go on: a reply may depend on it."""
        await transactions.perform(
            self.world, lambda world: asked.read(evolve(context, world=world)).documents
        )

    async def _perform(
        self, context: Context, handle: Handler | None, size: int
    ) -> Answer | EventStream | Later:
        """Return what the operation answers; while it works on much, others go on."""
        if size <= LITTLE and self.world.is_light:
            return dispatch.run(context, handle)
        return await transactions.perform(
            self.world, lambda world: dispatch.run(evolve(context, world=world), handle)
        )

    async def _catch_up(self) -> None:
        """Brings the world up to the present while a stream waits for its next event."""
        await agenda.catch_up(self.world)
        with suppress(StateFileError):  # told on stderr; the next request tries again
            self.world.save()

    def _save(self, known: int) -> None:
        """Save what changed.

        Raises:
            StateFileError: The disk refuses, and this request has changed something: the state is
                no longer in the version that was known.

        """
        try:
            self.world.save()
        except StateFileError:
            if self.world.store.version != known:
                raise

    def _context(self, request: Request, caller: Identity, **inputs: Any) -> Context:  # noqa: ANN401 - the fields of Context
        return Context(
            world=self.world,
            caller=caller,
            request_id=request.id,
            base_url=request.base_url,
            headers=request.headers,
            **inputs,
        )


async def read_ahead(operation: Operation, files: Mapping[str, Upload]) -> None:
    """Read what the files hold before the operation asks for it, where that can take long."""
    read = registry.reader_ahead(operation.id)
    if read is not None:
        for file in files.values():
            await read(file)


def make_request(scope: Mapping[str, Any], settings: Settings, request_id: str) -> Request:
    """Return the parts of an ASGI scope that the mock reads.

    Raises:
        APIError: 400, the request does not say for which host it is, or that is written wrongly.

    """
    headers = Headers(raw=scope["headers"])
    target = texts.spell(scope.get("raw_path") or scope["path"].encode())
    absolute = ABSOLUTE.fullmatch(target)
    name, port = scope.get("server") or (hosts.LOCALHOST, None)
    server = Host(name.lower(), port)
    try:
        host = find_host(headers, absolute, None if scope["http_version"] != HTTP_1_0 else server)
    except ValueError as error:
        raise bad_host(str(error), request_id) from error
    own = hosts.is_own(host.name, server.name, settings.allowed_hosts)
    return Request(
        method=scope["method"],
        path=absolute[2] or "/" if absolute else target,
        query=texts.spell(scope["query_string"]),
        headers=headers,
        host=host,
        server=server,
        base_url=f"{scope['scheme']}://{host if own else server}",
        id=request_id,
    )


def find_host(headers: Headers, absolute: re.Match[str] | None, default: Host | None) -> Host:
    """Return the host that a request is for: that of its target, or that of its one Host header.

    What proxies add, such as `X-Forwarded-Host`, anybody can send; it is not looked at.

    Raises:
        ValueError: It is written wrongly; or there is none, and no default either.

    """
    found = headers.getlist("host")
    if len(found) > 1:
        raise ValueError("there is more than one Host")
    if absolute is None and not found:
        if default is None:
            raise ValueError("the Host is missing")
        return default
    return parse_host(absolute[1] if absolute else found[0])


def authenticate(world: World, headers: Headers) -> Identity:
    """Return who stands behind the request's key.

    Samples of documentation pages send it as `x-api-key` too (transcriptions, conversations, batch
    jobs, 2025 and 2026); it counts where nothing else does.

    Raises:
        APIError: 401, no key or one that nobody has.

    """
    text = headers.get("authorization")
    if text is None:
        caller = world.find_caller(headers.get(KEY_HEADER, ""))
    else:
        scheme, key = text[: len(BEARER)].lower(), text[len(BEARER) :].strip()
        caller = world.find_caller(key) if scheme == BEARER else None
    if caller is None:
        raise unauthorized()
    return caller


def create_app(settings: Settings | None = None) -> App:
    """Return a fresh mock for an ASGI server or an in-process transport.

    Raises:
        StateFileError: The settings name a state file that cannot be used.
        FixtureError: The settings name a fixture world that cannot be used.

    """
    return App(World(settings or Settings()))
