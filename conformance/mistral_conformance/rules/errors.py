"""Errors: their shapes, that they name what is wrong, and that they tell no secret."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mistral_conformance.rules.common.chats import body
from mistral_conformance.rules.common.libraries import create_library
from mistral_conformance.rules.common.names import (
    CHAT,
    CREATE_LIBRARY,
    GET_LIBRARY,
    LIST_DOCUMENTS,
    LIST_LIBRARIES,
    PATCH_LIBRARY,
    SHARE,
)
from mistral_conformance.rules.common.refusals import expect_invalid, problems_of, words_of
from mistral_conformance.rules.common.steps import expect_equal, unknown_id, update
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MUST, SHOULD

if TYPE_CHECKING:
    from mistral_conformance.session.context import Context

JSON = "application/json"
STACK = re.compile(
    r"Traceback \(most recent|File \\?\"[^\"]+\", line \d|\bat [\w.$<>]+ ?\([\w./]+:\d+"
)
"""A line of a stack of calls, as Python, Java and JavaScript tell it."""
NO_UUID = "not-a-uuid"


@rule(
    id="errors.401-says-so-in-json",
    level=SHOULD,
    source="errors.validation ({detail} or {message, request_id})",
    operations=(LIST_LIBRARIES,),
)
def unauthorized_says_so_in_json(ctx: Context) -> None:
    """A 401 is JSON with a text in `detail` or `message`."""
    for who in (ctx.nobody, ctx.impostor):
        answer = ctx.need(who.call(LIST_LIBRARIES), 401)
        expect_equal(ctx, answer.media_type, JSON, "the media type", answer)
        ctx.expect(words_of(answer), "neither `detail` nor `message` is a text", answer)


@rule(
    id="errors.422-lists-what-is-wrong",
    about=("beta.libraries.list query/page_size",),
    level=MUST,
    source="document: HTTPValidationError; document: ValidationError",
    operations=(CREATE_LIBRARY, LIST_LIBRARIES),
)
def unprocessable_lists_what_is_wrong(ctx: Context) -> None:
    """A 422 of a library is JSON whose `detail` lists problems with `loc`, `msg` and `type`."""
    answers = [
        ctx.api.call(CREATE_LIBRARY, json={}),
        ctx.api.call(LIST_LIBRARIES, query={"page_size": 0}),
    ]
    for answer in answers:
        expect_invalid(ctx, answer)
        expect_equal(ctx, answer.media_type, JSON, "the media type", answer)
        for problem in problems_of(answer):
            missing = {"loc", "msg", "type"} - set(problem)
            ctx.expect(not missing, f"a problem lacks {sorted(missing)}", answer)
            ctx.expect(isinstance(problem["loc"], list), "`loc` is no list", answer)


@rule(
    id="errors.422-names-the-place",
    level=SHOULD,
    source="libraries.read; errors.validation",
    operations=(CREATE_LIBRARY, PATCH_LIBRARY, LIST_LIBRARIES, GET_LIBRARY, LIST_DOCUMENTS, SHARE),
)
def unprocessable_names_the_place(ctx: Context) -> None:
    """The `loc` of a problem starts with path, query or body and names the wrong field."""
    library = create_library(ctx)["id"]
    ids = {"library_id": library}
    share = {"share_with_type": "User", "share_with_uuid": unknown_id(ctx), "level": "King"}
    cases = [
        (ctx.api.call(LIST_LIBRARIES, query={"page_size": "x"}), ["query", "page_size"]),
        (ctx.api.call(LIST_DOCUMENTS, ids, query={"page": -1}), ["query", "page"]),
        (ctx.api.call(CREATE_LIBRARY, json={"description": "x"}), ["body", "name"]),
        (update(ctx.api, PATCH_LIBRARY, ids, {"name": 5}), ["body", "name"]),
        (ctx.api.call(SHARE, ids, json=share), ["body", "level"]),
    ]
    malformed = ctx.api.call(GET_LIBRARY, library_id=NO_UUID)
    if malformed.status != 404:  # what is no id names nothing either
        cases.append((malformed, ["path", "library_id"]))
    for answer, place in cases:
        problems = problems_of(expect_invalid(ctx, answer))
        places = [problem["loc"] for problem in problems]
        ctx.expect(place in places, f"{places} does not name {place}", answer)


@rule(
    id="errors.every-problem-is-listed",
    level=SHOULD,
    source="choices.errors-every-problem-is-listed",
    operations=(CHAT,),
)
def every_problem_is_listed(ctx: Context) -> None:
    """A body with two wrong fields gets a problem for each."""
    sent = {**body(ctx), "temperature": 9, "top_p": -1}
    answer = expect_invalid(ctx, ctx.api.call(CHAT, json=sent))
    fields = {name for problem in problems_of(answer) for name in problem["loc"]}
    ctx.expect({"temperature", "top_p"} <= fields, f"only {sorted(map(str, fields))}", answer)


@rule(
    id="errors.unknown-path-is-404",
    level=MUST,
    source="errors.validation",
    operations=(LIST_LIBRARIES,),
)
def unknown_path_is_404(ctx: Context) -> None:
    """A path that the API does not have answers 404, in JSON."""
    answer = ctx.expect_status(ctx.api.get("/v1/no/such/path"), 404)
    expect_equal(ctx, answer.media_type, JSON, "the media type", answer)


@rule(
    id="errors.tell-no-internals",
    level=SHOULD,
    source="harm: who attacks a server is told how it is built",
    operations=(LIST_LIBRARIES, CREATE_LIBRARY, GET_LIBRARY),
)
def tell_no_internals(ctx: Context) -> None:
    """No error shows the stack of calls of the program that answers."""
    answers = [
        ctx.nobody.call(LIST_LIBRARIES),
        ctx.api.call(CREATE_LIBRARY, json={}),
        ctx.api.call(GET_LIBRARY, library_id=unknown_id(ctx)),
    ]
    for answer in answers:
        ctx.expect(not STACK.search(answer.text), "the answer shows a stack of calls", answer)


@rule(
    id="errors.tell-no-key",
    level=MUST,
    source="harm: a key gets into logs; choices.errors-tell-no-key",
    operations=(LIST_LIBRARIES, CREATE_LIBRARY, GET_LIBRARY),
)
def tell_no_key(ctx: Context) -> None:
    """No error repeats the key of its request."""
    answers = [
        ctx.impostor.call(LIST_LIBRARIES),
        ctx.api.call(CREATE_LIBRARY, json={}),
        ctx.api.call(GET_LIBRARY, library_id=unknown_id(ctx)),
    ]
    keys = [ctx.identity().key, "a-key-that-nobody-was-given"]
    for answer in answers:
        shown = answer.text + answer.plain_text + str(answer.headers.multi_items())
        ctx.expect(not any(key in shown for key in keys if key), "the key is repeated", answer)
