"""Recorded chats: what a chat leaves, likeness, and how judges and campaigns judge it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from mistral_conformance.rules.common.chats import ask, ask_streamed, expect_model
from mistral_conformance.rules.common.datasets import (
    JUDGE_RECORD,
    add_record,
    is_at_work,
    make_dataset,
    question,
)
from mistral_conformance.rules.common.observability import (
    CLASSES,
    CREATE_CAMPAIGN,
    SCALE,
    SEARCH,
    await_events,
    choice_fields,
    create_campaign,
    create_judge,
    define_judge,
    expect_code,
    found_in,
    ids_in,
    plan,
    record_chats,
    search,
)
from mistral_conformance.rules.common.readings import exactly, within
from mistral_conformance.rules.common.steps import expect_equal, expect_refused, watch, word
from mistral_conformance.rules.common.talks import text_of
from mistral_conformance.rules.common.times import read_time
from mistral_conformance.rules.errors import UPDATE_JUDGE
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MUST, SHOULD

if TYPE_CHECKING:
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.rules.common.observability import Filter
    from mistral_conformance.session.context import Context

SEARCH_IDS = "beta.observability.chat_completion_events.search_ids"
FETCH = "beta.observability.chat_completion_events.fetch"
SIMILAR = "beta.observability.chat_completion_events.fetch_similar_events"
JUDGE = "beta.observability.chat_completion_events.judge"
ASK_JUDGE = "beta.observability.judges.judge_conversation"
STATUS = "beta.observability.campaigns.fetch_status"
SELECTED = "beta.observability.campaigns.list_events"
DOCUMENT = "document: beta.observability.chat_completion_events.search (chat-completion-events)"
SHORT, LONG = "Name a tree.", "Name a tree. " * 12
FEW, MANY = 4, 12
"""More events than ten, which many lists have on a page."""
MODEL = {"model", "model_name"}
"""What servers call the field of an event that names its model, where they have one."""
FOR_A_SEARCH = {"extra_fields"}
"""What a search asks for by itself."""
LOOKS, STEP_S = 40, 0.5
DAY_S = 24 * 3600
"""How often a rule looks whether a campaign has ended, after how long each, in seconds."""


@rule(MUST, DOCUMENT, (SEARCH, FETCH))
def chat_is_recorded(ctx: Context) -> None:
    """A chat becomes one event, which has the messages and tokens of both sides and the tools.

    Where it names the model, that is the one that was asked.
    """
    sign = word(ctx)
    tool: dict[str, Any] = {
        "name": f"name_{sign}",
        "parameters": {"type": "object", "properties": {}},
    }
    tools = [{"type": "function", "function": tool}]
    chat = ask(ctx, f"Name a tree. {sign}", max_tokens=40, tools=tools, tool_choice="none", n=2)
    event_id = _only(ctx, search(ctx, await_events(ctx, sign, 1)))
    event = ctx.answer(FETCH, event_id=event_id)
    expect_equal(ctx, event["event_id"], event_id, "the id", event)
    ctx.expect(sign in str(event["request_messages"]), "the question is missing", event)
    said = [text_of(each["message"]) for each in chat["choices"]]
    told = [text_of(each) for each in event["response_messages"]]
    expect_equal(ctx, told, said, "the answers", chat, event)
    ctx.expect(tool["name"] in str(event["enabled_tools"]), "the tool is missing", event)
    usage = chat["usage"]
    expect_equal(ctx, event["nb_input_tokens"], usage["prompt_tokens"], "input tokens", event)
    expect_equal(ctx, event["nb_output_tokens"], usage["completion_tokens"], "output tokens", event)
    messages = len(event["request_messages"]) + len(event["response_messages"])
    expect_equal(ctx, event["nb_messages"], messages, "the number of messages", event)
    asked = str(chat["model"])
    found = search(ctx, await_events(ctx, sign, 1), extra_fields=choice_fields(ctx))
    for shown in (within(found_in(found)[0], "extra_fields"), event["extra_fields"]):
        for name in MODEL & shown.keys():
            expect_model(ctx, shown[name], asked, f"`{name}` of the event", chat, event)


@rule(MUST, DOCUMENT, (SEARCH, FETCH))
def found_is_as_read(ctx: Context) -> None:
    """What a search tells of an event, its time for one, is what reading the event tells."""
    found = search(ctx, record_chats(ctx, SHORT))
    told = found_in(found)[0]
    event = ctx.answer(FETCH, event_id=told["event_id"])
    for field in sorted(told.keys() & event.json().keys() - FOR_A_SEARCH):
        one, other = (
            read_time(str(each[field])) if field == "created_at" else each[field]
            for each in (told, event)
        )
        expect_equal(ctx, one, other, f"`{field}` of a search", found, event)


@rule(SHOULD, "choices.events-stream-is-recorded", (SEARCH, FETCH))
def stream_is_recorded(ctx: Context) -> None:
    """A streamed chat becomes an event with its whole answer."""
    sign = word(ctx)
    _, _, chunks = ask_streamed(ctx, f"Name a tree. {sign}", max_tokens=40)
    deltas = [choice.get("delta") or {} for each in chunks for choice in each.get("choices", ())]
    said = "".join(each.get("content") or "" for each in deltas)
    event_id = _only(ctx, search(ctx, await_events(ctx, sign, 1)))
    event = ctx.answer(FETCH, event_id=event_id)
    told = [text_of(each) for each in event["response_messages"]]
    expect_equal(ctx, told, [said], "the answer", event)


@rule(MUST, DOCUMENT, (SEARCH, FETCH))
def streamed_tokens_are_counted(ctx: Context) -> None:
    """The event of a streamed chat tells the tokens that the end of the stream has told."""
    sign = word(ctx)
    heard, _, chunks = ask_streamed(ctx, f"Name a tree. {sign}", max_tokens=40)
    usage = next((each["usage"] for each in reversed(chunks) if each.get("usage")), None)
    if usage is None:
        ctx.skip("the stream tells no usage")
    event = ctx.answer(FETCH, event_id=_only(ctx, search(ctx, await_events(ctx, sign, 1))))
    due = usage["prompt_tokens"], usage["completion_tokens"]
    told = event["nb_input_tokens"], event["nb_output_tokens"]
    expect_equal(ctx, told, due, "the tokens of both sides", heard, event)


@rule(MUST, DOCUMENT, (SEARCH_IDS,))
def ids_are_those_found(ctx: Context) -> None:
    """A search for ids gives those of the events that the same search gives, few or many."""
    record_chats(ctx, SHORT)
    for wanted in (record_chats(ctx, SHORT, LONG), record_chats(ctx, *[SHORT] * MANY)):
        answer = ctx.answer(
            SEARCH, query={"page_size": 2 * MANY}, json={"search_params": {"filters": wanted}}
        )
        found = answer
        body = {"search_params": {"filters": wanted}}
        ids = ctx.answer(SEARCH_IDS, json=body)
        same = sorted(ids["completion_event_ids"]) == sorted(ids_in(found))
        ctx.expect(same, "the ids differ from those of the search", found, ids)


@rule(MUST, "harm: who reads on by a cursor reads something twice, or not at all", (SEARCH,))
def cursor_goes_on(ctx: Context) -> None:
    """A cursor leads to what followed its page and fits; a chat that came later moves nothing."""
    sign = word(ctx)
    record_chats(ctx, SHORT)  # comes behind the others, and does not fit
    wanted = record_chats(ctx, *[SHORT] * FEW, sign=sign)
    known, _ = _pages(ctx, wanted, MANY)
    body = {"search_params": {"filters": wanted}}
    first = ctx.answer(SEARCH, query={"page_size": FEW // 2}, json=body)
    cursor = first.at("completion_events.cursor") or ctx.skip("a part of a search has no cursor")
    ask(ctx, f"{SHORT} {sign}", max_tokens=40)
    await_events(ctx, sign, FEW + 1)
    rest, page = _pages(ctx, wanted, FEW, cursor)
    found = [each for each in (*ids_in(first), *rest) if each in known]
    said = f"{FEW} events come {len(found)} times page by page, {len(set(found))} of them"
    ctx.expect(sorted(found) == sorted(known), said, first, page)
    later, last = _pages(ctx, wanted, MANY)
    said = "a page by a cursor has what the search does not find"
    ctx.expect({*rest} <= {*later}, said, page, last)


@rule(MUST, "document: SearchChatCompletionEventsRequest", (SEARCH,))
def extra_fields_are_shown(ctx: Context) -> None:
    """A search shows the extra fields that it asks for by name."""
    names = choice_fields(ctx)
    if not names:
        ctx.skip("no field of the events has a set of values")
    found = search(ctx, record_chats(ctx, SHORT), extra_fields=names)
    shown = within(found_in(found)[0], "extra_fields")
    said = f"none of {', '.join(names)} is shown"
    ctx.expect(any(shown.get(name) is not None for name in names), said, found)


@rule(SHOULD, "choices.events-similar-events-are-alike", (SIMILAR,))
def similar_events_are_alike(ctx: Context) -> None:
    """The events similar to one have the one that asked the same, and not the one itself."""
    text = "How do I prune an old apple tree in winter?"
    found = search(ctx, record_chats(ctx, text, text))
    ids = exactly(2, ids_in(found), "events", found)
    for event_id, twin in (ids, reversed(ids)):
        similar = ctx.answer(SIMILAR, event_id=event_id)
        ctx.expect(event_id not in ids_in(similar), "an event is similar to itself", similar)
        ctx.expect(twin in ids_in(similar), "the event that asked the same is missing", similar)


@rule(
    MUST,
    "harm: what others ask is shown to a stranger",
    (SEARCH, SEARCH_IDS, SIMILAR),
    needs=("stranger",),
)
def chats_of_others_are_hidden(ctx: Context) -> None:
    """Neither a search nor what is similar has the chat of a stranger that asked the same."""
    text, sign = "How do I prune an old apple tree in winter?", word(ctx)
    stranger = ctx.as_("stranger")
    ask(ctx, f"{text} {sign}", by=stranger, max_tokens=40)
    wanted = record_chats(ctx, text, sign=sign)
    params = {"search_params": {"filters": wanted}}
    theirs = set(ids_in(ctx.need(stranger.call(SEARCH, json=params))))
    found = search(ctx, wanted)
    own = [each for each in ids_in(found) if each not in theirs]
    if not theirs or not own:
        ctx.expect(own, "the stranger finds each event of the caller's chat", found)
        ctx.skip("the stranger's chat is no event that a search of the stranger finds")
    ids = ctx.answer(SEARCH_IDS, json=params)
    similar = ctx.answer(SIMILAR, event_id=own[0])
    told = ((found, ids_in(found)), (ids, ids["completion_event_ids"]), (similar, ids_in(similar)))
    for answer, shown in told:
        ctx.expect(not theirs & {*shown}, "the chat of a stranger is among them", answer)


@rule(
    MUST,
    "document: JudgeOutput (the class, or the number)",
    (ASK_JUDGE, JUDGE_RECORD, JUDGE),
    id="judges.verdict-keeps-to-the-definition",
)
def verdict_keeps_to_the_definition(ctx: Context) -> None:
    """Whatever is judged, a verdict is one of the judge's classes, or a number of its scale."""
    talk = question("Are you there?", "Yes, always.")
    record = add_record(ctx, make_dataset(ctx)["id"], talk)["id"]
    for output in (CLASSES, SCALE):
        judge = create_judge(ctx, output=output)["id"]
        _expect_fitting(ctx, ctx.answer(ASK_JUDGE, judge_id=judge, json=talk), output)
        verdict = ctx.answer(JUDGE_RECORD, dataset_record_id=record, json=_defined(ctx, output))
        _expect_fitting(ctx, verdict, output)
    event = ids_in(search(ctx, record_chats(ctx, SHORT)))[0]
    for output in (CLASSES, SCALE):
        verdict = ctx.answer(JUDGE, event_id=event, json=_defined(ctx, output))
        _expect_fitting(ctx, verdict, output)


@rule(
    SHOULD,
    "choices.judges-verdict-follows-the-text",
    (ASK_JUDGE,),
    id="judges.verdict-follows-the-text",
)
def verdict_follows_the_text(ctx: Context) -> None:
    """A judge tells a text about ships from one about apples, as its classes describe them."""
    judge = create_judge(ctx)["id"]
    talks = (
        question("Which ships are in the port?", "Two came in from the sea."),
        question("What grows on these trees?", "Apples and pears, on old trees."),
    )
    for talk, due in zip(talks, CLASSES["options"], strict=True):
        answer = ctx.answer(ASK_JUDGE, judge_id=judge, json=talk)
        expect_equal(ctx, answer["answer"], due["value"], "the class", answer)


@rule(
    SHOULD,
    "document: ObservabilityErrorCode (JUDGE_CONVERSATION_FORMAT_ERROR)",
    (JUDGE_RECORD,),
    id="datasets.only-conversations-are-judged",
)
def only_conversations_are_judged(ctx: Context) -> None:
    """A record whose payload has no messages cannot be judged."""
    made = add_record(ctx, make_dataset(ctx)["id"], {"text": "no conversation"})
    body = _defined(ctx, SCALE)
    answer = ctx.api.call(JUDGE_RECORD, dataset_record_id=made["id"], json=body)
    expect_refused(ctx, answer, "judging what is no conversation")


@rule(MUST, "document: BaseTaskStatus", (STATUS, SELECTED), id="campaigns.status-moves-forward")
def status_moves_forward(ctx: Context) -> None:
    """A campaign runs until it is completed, and then stays so, and so do all its verdicts."""
    wanted = record_chats(ctx, *[SHORT] * FEW)
    campaign = create_campaign(ctx, create_judge(ctx), wanted)["id"]
    seen = _watch(ctx, campaign)
    if is_at_work(ctx, seen[-1]) and ctx.session.clock:
        ctx.clock.advance(DAY_S)
        seen.append(ctx.answer(STATUS, campaign_id=campaign))
        ctx.expect(not is_at_work(ctx, seen[-1]), "the campaign still runs after a day")
    if is_at_work(ctx, seen[-1]):
        ctx.skip(f"the campaign did not end within {LOOKS * STEP_S} s")
    verdicts = ctx.answer(SELECTED, campaign_id=campaign)
    ctx.pass_time(STEP_S)
    for answer in (seen[-1], ctx.answer(STATUS, campaign_id=campaign)):
        expect_equal(ctx, answer["status"], "COMPLETED", "the last status", answer)
    later = ctx.answer(SELECTED, campaign_id=campaign)
    told, known = (each.at("completion_events.results") for each in (later, verdicts))
    expect_equal(ctx, told, known, "what is told of the events later on", verdicts, later)


@rule(
    SHOULD,
    "document: ObservabilityErrorCode; document: beta.observability.judges.update",
    (CREATE_CAMPAIGN, STATUS, UPDATE_JUDGE),
    id="campaigns.judge-stays-as-it-is",
)
def judge_stays_as_it_is(ctx: Context) -> None:
    """A judge that a campaign has used is not changed, neither meanwhile nor when it has ended."""
    judge = create_judge(ctx)
    campaign = create_campaign(ctx, judge, record_chats(ctx, SHORT))["id"]
    other = define_judge(ctx, instructions="Say who speaks.")

    def expect_held() -> None:
        answer = ctx.api.call(UPDATE_JUDGE, judge_id=judge["id"], json=other)
        expect_code(ctx, answer, "JUDGE_USED_IN_CAMPAIGN_CANNOT_BE_UPDATED")

    expect_held()
    _watch(ctx, campaign)
    expect_held()


@rule(
    MUST,
    "document: CreateCampaignRequest",
    (CREATE_CAMPAIGN, SELECTED),
    id="campaigns.selected-events-match",
)
def selected_events_match(ctx: Context) -> None:
    """A campaign selects events that pass its filter: all, or as many as it may, whatever is near.

    So does a search by pages of as many: what does not pass the filter takes nobody's place. What a
    campaign has selected stays its own when another one selects it, too.
    """
    _, wanted, _ = (record_chats(ctx, *((SHORT,) * 3)) for _ in range(3))
    matching = ids_in(search(ctx, wanted))
    judge, selected = create_judge(ctx), {}
    for most in (100, len(matching), 2):
        campaign = ctx.api.call(CREATE_CAMPAIGN, json=plan(ctx, judge["id"], wanted, most))
        said = f"a campaign over {len(matching)} events is refused with {campaign.status}"
        ctx.expect(campaign.ok, said, campaign)
        _watch(ctx, campaign["id"])
        answer = ctx.answer(SELECTED, campaign_id=campaign["id"])
        events = answer.at("completion_events.results")
        selected[campaign["id"]] = answer
        found, page = _pages(ctx, wanted, most)
        for told in ([each["event_id"] for each in events], found):
            count = min(most, len(matching))
            expect_equal(ctx, len(set(told)), count, "the number of events", answer, page)
            ctx.expect(set(told) <= set(matching), "an event does not match", answer, page)
    for id_, answer in selected.items():
        again = ctx.answer(SELECTED, campaign_id=id_)
        now, before = ({*ids_in(each)} for each in (again, answer))
        expect_equal(ctx, now, before, "the events of a campaign beside others", answer, again)


def _pages(ctx: Context, wanted: Filter, most: int, cursor: str = "") -> tuple[list[str], Exchange]:
    """Return so many ids of a search, by pages which may be shorter, and the last of these."""
    body, query = {"search_params": {"filters": wanted}}, {"page_size": str(most)}
    if cursor:
        query["cursor"] = cursor
    found: list[str] = []
    pages: list[Exchange] = []
    for _ in range(LOOKS):
        pages.append(ctx.answer(SEARCH, query=query, json=body))
        found += ids_in(pages[-1])
        onward = pages[-1].at("completion_events").get("cursor")
        if not onward or len(found) >= most:
            break
        query["cursor"] = onward
    return found[:most], pages[-1]


def _watch(ctx: Context, campaign: object) -> list[Exchange]:
    """Return what the status of a campaign tells until its end, or so many times."""
    ids = {"campaign_id": str(campaign)}
    at_work = partial(is_at_work, ctx)
    return watch(ctx, lambda: ctx.answer(STATUS, ids), at_work, STEP_S, LOOKS)


def _defined(ctx: Context, output: dict[str, Any]) -> dict[str, Any]:
    """Return a request to be judged by a judge that is defined in it."""
    return {"judge_definition": define_judge(ctx, output=output)}


def _expect_fitting(ctx: Context, verdict: Exchange, output: dict[str, Any]) -> None:
    """Hold a verdict to the output definition of its judge."""
    answer = verdict["answer"]
    if output["type"] == "CLASSIFICATION":
        classes = [option["value"] for option in output["options"]]
        ctx.expect(answer in classes, f"{answer!r} is none of the classes", verdict)
    else:
        number = isinstance(answer, int | float) and not isinstance(answer, bool)
        within = number and output["min"] <= answer <= output["max"]
        ctx.expect(within, f"{answer!r} is no number of the scale", verdict)


def _only(ctx: Context, found: Exchange) -> str:
    ids = ids_in(found)
    expect_equal(ctx, len(ids), 1, "the number of events of one chat", found)
    return ids[0]
