"""Steps of the observability rules: recorded chats found by a word, judges, pages, error codes.

A server may record a chat late, or not at all: what never shows is skipped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_conformance.record.exchange import picked
from mistral_conformance.rules.common.chats import ask, chat_model
from mistral_conformance.rules.common.steps import word

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context

    Filter = Mapping[str, Any]

SEARCH = "beta.observability.chat_completion_events.search"
LIST_FIELDS = "beta.observability.chat_completion_events.fields.list"
OPTIONS = "beta.observability.chat_completion_events.fields.fetch_options"
CREATE_JUDGE = "beta.observability.judges.create"
CREATE_CAMPAIGN = "beta.observability.campaigns.create"

CONTAINS = ("icontains", "contains")
TRIES = 5
PAUSE_S = 2.0
"""How often, and how long apart, a rule looks for a chat that was not recorded at once."""
CLASSES: dict[str, Any] = {
    "type": "CLASSIFICATION",
    "options": [
        {"value": "Harbour & Quai", "description": "The text is about ships, ports and the sea."},
        {"value": "Obstgärten 🍎", "description": "The text is about apples, pears and trees."},
    ],
}
SCALE: dict[str, Any] = {
    "type": "REGRESSION",
    "min": 52,
    "min_description": "The text says nothing about animals.",
    "max": 57,
    "max_description": "The text is all about animals.",
}


def define_judge(ctx: Context, name: str = "", **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """Return the definition of a judge, its name marked and like no other of the run."""
    return {
        "name": ctx.marker.name(name or word(ctx)),
        "description": "Made by the conformance suite.",
        "model_name": chat_model(ctx),
        "output": CLASSES,
        "instructions": "Say what the conversation is about.",
        "tools": [],
        **fields,
    }


def create_judge(ctx: Context, **fields: Any) -> Exchange:  # noqa: ANN401 - JSON
    """Return a new judge, deleted after the rule."""
    return ctx.prepare(CREATE_JUDGE, json=define_judge(ctx, **fields))


def create_campaign(ctx: Context, judge: Exchange, filters: Filter, most: int = 100) -> Exchange:
    """Return a new campaign over the events that pass a filter, deleted after the rule."""
    return ctx.prepare(CREATE_CAMPAIGN, json=plan(ctx, judge["id"], filters, most))


def plan(ctx: Context, judge_id: str, filters: Filter | None, most: int = 100) -> dict[str, Any]:
    """Return a request to start a campaign."""
    return {
        "search_params": {"filters": filters},
        "judge_id": judge_id,
        "name": ctx.marker.name(word(ctx)),
        "description": "Made by the conformance suite.",
        "max_nb_events": most,
    }


def find_code(answer: Exchange) -> object:
    """Return the error code of an answer, None where it has another shape."""
    body = answer.json()
    detail = body.get("detail") if isinstance(body, dict) else None
    return detail.get("error_code") if isinstance(detail, dict) else None


def expect_code(ctx: Context, answer: Exchange, *codes: str) -> None:
    """Hold the server to a refusal with one of the error codes of the document."""
    ctx.expect(400 <= answer.status < 500, f"{answer.status} where a refusal is due", answer)
    found = find_code(answer)
    ctx.expect(found in codes, f"the error code is {found}, not {' or '.join(codes)}", answer)


def both(*filters: Filter) -> Filter:
    """Return what passes all of the filters."""
    return {"AND": list(filters)}


def list_fields(ctx: Context) -> list[dict[str, Any]]:
    """Return the definitions of the fields; asked for once a run."""
    held: list[dict[str, Any]] | None = ctx.session.memory.get(list_fields)
    if held is None:
        held = list(ctx.prepare(LIST_FIELDS)["field_definitions"])
        ctx.session.memory[list_fields] = held
    return held


def counted_field(ctx: Context) -> str:
    """Return the name of a field of whole numbers that filters compare by size.

    Raises:
        Skipped: there is none.

    """
    for field in list_fields(ctx):
        if field["type"] == "INT" and {"lt", "gte"} <= set(field["supported_operators"]):
            return str(field["name"])
    return ctx.skip("no field of the events is a number that is compared by size")


def choice_fields(ctx: Context) -> list[str]:
    """Return the names of the fields whose values are some of a set, and that can be asked for."""
    return [
        str(field["name"])
        for field in list_fields(ctx)
        if field["type"] == "ENUM" and "eq" in field["supported_operators"]
    ]


def text_fields(ctx: Context) -> list[tuple[str, str]]:
    """Return the names of the fields that hold text, each with an operator that looks inside."""
    found = []
    for field in list_fields(ctx):
        operators = [each for each in CONTAINS if each in field["supported_operators"]]
        if field["type"] == "TEXT" and operators:
            found.append((str(field["name"]), operators[0]))
    return found


def saying(ctx: Context, text: str) -> Filter:
    """Return a filter for events that have the text somewhere.

    Raises:
        Skipped: no field holds text.

    """
    fields = text_fields(ctx)
    if not fields:
        ctx.skip("no field of the events holds text")
    return {"OR": [{"field": name, "op": op, "value": text} for name, op in fields]}


def search(ctx: Context, filters: Filter | None, **more: Any) -> Exchange:  # noqa: ANN401 - JSON
    """Return the first page of the events that pass a filter; `more` goes into the body."""
    body = {"search_params": {"filters": filters}, **more}
    return ctx.answer(SEARCH, json=body)


def found_in(answer: Exchange) -> list[dict[str, Any]]:
    """Return the events of a search."""
    return picked(answer.at("completion_events.results") or ())


def ids_in(answer: Exchange) -> list[str]:
    """Return the ids of the events of a search."""
    return picked(str(each["event_id"]) for each in found_in(answer))


def record_chats(ctx: Context, *texts: str, sign: str = "") -> Filter:
    """Asks a model each of the texts; a filter that these chats alone pass, now recorded.

    They have the sign, or a new one.

    Raises:
        Skipped: they did not show among the events in time.

    """
    sign = sign or word(ctx)
    for text in texts:
        ask(ctx, f"{text} {sign}", max_tokens=40)
    return await_events(ctx, sign, len(texts))


def await_events(ctx: Context, sign: str, count: int) -> Filter:
    """Return a filter for the events with the sign, once there are so many.

    Raises:
        Skipped: they did not show in time, now or in an earlier rule of the run.

    """
    wanted = saying(ctx, sign)
    if ctx.session.memory.get(await_events):
        ctx.skip("the server showed no event for a chat in an earlier rule")
    for left in reversed(range(TRIES)):
        if len(found_in(search(ctx, wanted))) >= count:
            break
        if left:
            ctx.pass_time(PAUSE_S)
    else:
        ctx.session.memory[await_events] = True
        _expect_lost_by_nobody(ctx, sign, wanted)
        ctx.skip(f"no event for a chat within {TRIES * PAUSE_S:.0f} s")
    return wanted


def _expect_lost_by_nobody(ctx: Context, sign: str, wanted: Filter) -> None:
    """Hold a search that finds no event for a chat to be right: no other search finds one."""
    none = search(ctx, wanted)
    for condition in wanted["OR"]:
        one = search(ctx, condition)
        ctx.expect(not found_in(one), "a group with OR leaves out what one part finds", none, one)
    newest = search(ctx, None)
    shown = any(sign in str(each) for each in found_in(newest))
    ctx.expect(not shown, "a search leaves out an event that has what it looks for", none, newest)
