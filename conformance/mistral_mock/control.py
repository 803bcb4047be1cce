"""The control routes, `/_mock/...`: time, faults, reset and health. They ask for no key.

`guard` says who may use them.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from mistral_mock import guard
from mistral_mock.answers import JSON, Answer, encode_each, json_answer, no_content
from mistral_mock.bodies import parse_json
from mistral_mock.clock import spell
from mistral_mock.errors import Problem, invalid, method_not_allowed, not_found
from mistral_mock.faults import FaultScriptError, parse_script
from mistral_mock.journal import export
from mistral_mock.page import content, state
from mistral_mock.replies.parsing import parse_reply
from mistral_mock.replies.problem import ReplyError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mistral_mock.app import Request
    from mistral_mock.journal.exchange import Exchange
    from mistral_mock.settings import Settings
    from mistral_mock.world import World

    Route = Callable[..., Answer]

PREFIX = "/_mock/"
LINES = "application/jsonl"
ASKED = ("operation", "method", "path", "model", "status", "contains", "reply")
"""What a query may ask of requests."""
LONGEST_NUMBER = 15
HEALTH = "health"
"""Asks for no token: it tells and changes nothing, and those who start containers ask it."""


def find_route(request: Request, settings: Settings, *, exposed: bool) -> Route:
    """Return what answers a request that may use the control routes; `exposed` to other machines.

    Raises:
        APIError: 401, 403 or 415 as in `guard`, 404 for an unknown route, 405 for another method.

    """
    guard.check_source(request, settings)
    name = request.path.removeprefix(PREFIX)
    if name != HEALTH:
        guard.check_token(
            request.headers, settings.control_token, exposed=exposed, browser=name in PAGES
        )
    methods = ROUTES.get(name)
    if methods is None:
        raise not_found(f"The control routes are {', '.join(PREFIX + name for name in ROUTES)}")
    route = methods.get(request.method)
    if route is None:
        raise method_not_allowed(sorted(methods))
    if request.method == "GET" and name in QUERIED:
        return partial(route, query=request.query)
    if request.method != "GET":
        guard.check_media_type(request.headers, due=route in READERS)
    return route


def show_clock(world: World, _: bytes) -> Answer:
    """Return the mock's time and the clock's mode."""
    return json_answer({"now": spell(world.clock.now()), "mode": world.clock.mode})


def advance_clock(world: World, content: bytes) -> Answer:
    """Move the clock forward by `advance_s`, in seconds."""
    body = parse_json(content)
    seconds = body.get("advance_s") if isinstance(body, dict) else None
    loc = ("body", "advance_s")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise invalid(Problem(loc, "Input should be a number of seconds", "float_type", seconds))
    try:
        world.clock.advance(seconds)
    except ValueError as error:
        raise invalid(Problem(loc, str(error), "value_error", seconds)) from error
    world.save(always=True)
    return show_clock(world, content)


def show_faults(world: World, _: bytes) -> Answer:
    """Return the fault script as it stands."""
    return json_answer(world.faults.as_json())


def add_faults(world: World, content: bytes) -> Answer:
    """Add one fault or a list of them to the script."""
    try:
        world.faults.add(parse_script(parse_json(content)))
    except FaultScriptError as error:
        raise invalid(Problem(("body",), str(error))) from error
    return show_faults(world, content)


def clear_faults(world: World, _: bytes) -> Answer:
    """End all faults."""
    world.faults.clear()
    return no_content()


def show_replies(world: World, _: bytes) -> Answer:
    """Return the replies as they stand, with how often each has counted."""
    return json_answer(world.replies.as_json())


def add_replies(world: World, content: bytes) -> Answer:
    """Add one reply or a list of them behind those that are there."""
    raw = parse_json(content)
    several = raw if isinstance(raw, list) else [raw]
    try:
        made = [
            parse_reply(one, (number,) if several is raw else (), f"control[{number}]")
            for number, one in enumerate(several)
        ]
    except ReplyError as error:
        raise invalid(Problem(("body", *error.place), error.reason)) from error
    world.replies.add(made)
    return show_replies(world, content)


def clear_replies(world: World, _: bytes) -> Answer:
    """Take all replies away."""
    world.replies.clear()
    return no_content()


def show_requests(world: World, _: bytes, query: str = "") -> Answer:
    """Return what was asked and answered, the oldest first."""
    return json_answer(encode_each(one.as_json() for one in find_requests(world, query)))


def show_archive(world: World, _: bytes, query: str = "") -> Answer:
    """Return the same as a HAR archive."""
    return Answer(200, export.make_har(find_requests(world, query)), JSON)


def show_lines(world: World, _: bytes, query: str = "") -> Answer:
    """Return the same as JSON lines."""
    return Answer(200, export.make_lines(find_requests(world, query)), LINES)


def find_requests(world: World, query: str) -> list[Exchange]:
    """Return the exchanges that a query wants, by operation, method, path, model, status or text.

    Raises:
        APIError: 422, it asks for something else, or for an operation that does not exist.

    """
    wanted: dict[str, object] = dict(parse_qsl(query))
    for name, value in wanted.items():
        if name not in ASKED:
            told = f"Input should be one of {', '.join(ASKED)}"
            raise invalid(Problem(("query", name), told, input=value))
    status = str(wanted.pop("status", ""))
    if status.isdecimal():
        wanted["status"] = int(status)
    try:
        return world.journal.find(wanted)
    except ValueError as error:
        told = str(error)
        raise invalid(Problem(("query", "operation"), told, input=wanted["operation"])) from error


def clear_requests(world: World, _: bytes) -> Answer:
    """Forgets what was asked and answered."""
    world.journal.clear()
    return no_content()


def show_page(_: World, __: bytes) -> Answer:
    """Return the page for people."""
    return content.make_page()


def show_news(world: World, _: bytes, query: str = "") -> Answer:
    """Return what the page shows of the requests after the number `since`."""
    return json_answer(state.show_news(world, read_number(query, "since")))


def show_rest(world: World, _: bytes) -> Answer:
    """Return what the page shows beside the requests."""
    return json_answer(state.show_rest(world))


def show_exchange(world: World, _: bytes, query: str = "") -> Answer:
    """Return all of the request `number` and its answer.

    Raises:
        APIError: 404, the journal does not have it.

    """
    found = state.show_exchange(world, read_number(query, "number"))
    if found is None:
        raise not_found("The journal no longer has this request")
    return json_answer(found)


def read_number(query: str, name: str) -> int:
    """Return a number of a query.

    Raises:
        APIError: 422, it is none.

    """
    text = dict(parse_qsl(query)).get(name, "")
    if not text.isdecimal() or len(text) > LONGEST_NUMBER:
        raise invalid(Problem(("query", name), "Input should be a number", "int_parsing", text))
    return int(text)


def show_recordings(world: World, _: bytes) -> Answer:
    """Return the recordings that answer, each with how often it has, and how it has drifted."""
    return json_answer([] if world.player is None else world.player.as_json())


def begin_scope(world: World, content: bytes) -> Answer:
    """Begins the scope `scope`: what is asked from now on is recorded or answered as it."""
    body = parse_json(content)
    scope = body.get("scope") if isinstance(body, dict) else None
    if scope is not None and not (isinstance(scope, str) and scope):
        raise invalid(Problem(("body", "scope"), "Input should be a name", "string_type", scope))
    if world.player is None:
        raise not_found("The mock records nothing and replays nothing")
    world.player.begin(scope)
    return no_content()


def reset(world: World, _: bytes) -> Answer:
    """Forgets everything, as after a start without a state file."""
    world.reset()
    return no_content()


def show_health(_: World, __: bytes) -> Answer:
    """Says that the mock answers."""
    return json_answer({"status": "ok"})


ROUTES: dict[str, dict[str, Route]] = {
    "": {"GET": show_page},
    "page": {"GET": show_news},
    "page/rest": {"GET": show_rest},
    "page/exchange": {"GET": show_exchange},
    "clock": {"GET": show_clock, "POST": advance_clock},
    "faults": {"GET": show_faults, "POST": add_faults, "DELETE": clear_faults},
    "replies": {"GET": show_replies, "POST": add_replies, "DELETE": clear_replies},
    "recordings": {"GET": show_recordings},
    "scope": {"POST": begin_scope},
    "requests": {"GET": show_requests, "DELETE": clear_requests},
    "requests.har": {"GET": show_archive},
    "requests.jsonl": {"GET": show_lines},
    "reset": {"POST": reset},
    HEALTH: {"GET": show_health},
}
READERS = (advance_clock, add_faults, add_replies, begin_scope)
"""The routes that read a body."""
QUERIED = frozenset(
    {*(name for name in ROUTES if name.startswith("requests")), "page", "page/exchange"}
)
"""The routes that read a query."""
PAGES = frozenset(name for name in ROUTES if not name or name.startswith("page"))
"""The routes that people see: a browser asks them for the token."""
