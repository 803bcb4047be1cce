"""Defects of recorded chat completions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.mutants.registry import mutant
from mistral_conformance.mutants.tools import edited
from mistral_conformance.rules.common.observability import SEARCH
from mistral_conformance.rules.events import FETCH, JUDGE, SEARCH_IDS, SIMILAR
from mistral_mock import pages
from mistral_mock.resources.observability import filters, recordings

if TYPE_CHECKING:
    from mistral_conformance.mutants.registry import Part

PLACE = "resources.observability"


@mutant("events.answer-is-not-recorded", FETCH, place=f"{PLACE}.recordings:encode")
def answer_is_not_recorded(encode: Part) -> Part:
    """An event has the question, but not what the model gave back."""
    return lambda found: encode({**found, "response": {**found["response"], "choices": []}})


@mutant("events.tokens-are-swapped", SEARCH, FETCH, place=f"{PLACE}.recordings:keep")
def tokens_are_swapped(keep: Part) -> Part:
    """An event shows the tokens of the answer as those of the question, and the other way round."""

    def defect(table: Part, event: Part) -> None:
        there, back = event.nb_input_tokens, event.nb_output_tokens
        keep(table, evolve(event, nb_input_tokens=back, nb_output_tokens=there))

    return defect


@mutant("events.another-model-is-told", SEARCH, FETCH, place=f"{PLACE}.recordings:encode")
def another_model_is_told(encode: Part) -> Part:
    """An event tells of another model than the one that was asked."""
    other = {"model": "mistral-embed"}
    return lambda found: encode({**found, "response": {**found["response"], **other}})


@mutant("events.streams-lose-their-answer", SEARCH, FETCH, place=f"{PLACE}.recordings:encode")
def streams_lose_their_answer(encode: Part) -> Part:
    """A streamed chat leaves an event without its answer."""

    def defect(found: Part) -> Part:
        return encode({**found, "response": {}} if found["request"].get("stream") else found)

    return defect


@mutant("events.cursor-skips-one", SEARCH, place="pages:slice_after")
def cursor_skips_one(slice_after: Part) -> Part:
    """Each page after the first begins one event too late."""

    def defect(ctx: Part, items: Part, size: Part, parameter: Part) -> Part:
        late = ctx.query[parameter] is not None
        page, following = slice_after(ctx, items, size + late, parameter)
        return page[late:], following

    return defect


@mutant("events.cursor-forgets-the-filter", SEARCH, place=f"{PLACE}.events:find_matching")
def cursor_forgets_the_filter(find_matching: Part) -> Part:
    """A page by a cursor has whatever follows, whether it passes the filter or not."""

    def defect(ctx: Part, params: Part) -> Part:
        wanted = {**params, "filters": None} if ctx.query.get("cursor") else params
        return find_matching(ctx, wanted)

    return defect


@mutant("events.cursor-counts-places", SEARCH, place="pages:slice_after")
def cursor_counts_places(_slice_after: Part) -> Part:
    """A cursor is a number of events from the newest one: what came later moves all of them."""

    def defect(ctx: Part, items: Part, size: Part, parameter: Part) -> Part:
        start = int(pages.read_token(ctx, parameter) or 0)
        end = start + size
        return items[start:end], pages.make_token(ctx, str(end)) if end < len(items) else None

    return defect


@mutant("events.ids-ignore-the-filter", SEARCH_IDS, place=f"{PLACE}.events:search_ids")
def ids_ignore_the_filter(search_ids: Part) -> Part:
    """A search for ids gives those of all events."""
    everything = {"search_params": {"filters": None}}
    return lambda ctx: search_ids(evolve(ctx, body=everything))


@mutant("events.extra-fields-are-withheld", SEARCH, place=f"{PLACE}.field_table:show")
def extra_fields_are_withheld(_show: Part) -> Part:
    """No event shows an extra field."""
    return lambda _reading, _names: {}


@mutant("events.nothing-is-similar", SIMILAR, place=f"{PLACE}.events:find_similar")
def nothing_is_similar(_find_similar: Part) -> Part:
    """The only event that is similar to one is the one itself."""
    return lambda _ctx, reading: [reading]


@mutant("events.verdict-is-a-word", JUDGE, place=f"{PLACE}.events:judge")
def verdict_is_a_word(judge: Part) -> Part:
    """Every verdict on an event is `good`, whatever the definition."""
    return edited(judge, lambda verdict: {**verdict, "answer": "good"})


@mutant("events.everybody-may-read", FETCH, SIMILAR, place=f"{PLACE}.events:lookups.find")
def everybody_may_read(find: Part) -> Part:
    """An event is found by its id, whose workspace it is of does not matter."""

    def defect(ctx: Part, kind: Part, id_: str, *told: str) -> Part:
        return ctx.table(kind).get(id_) or find(ctx, kind, id_, *told)

    return defect


@mutant("events.found-with-other-tokens", SEARCH, place=f"{PLACE}.events:search")
def found_with_other_tokens(search: Part) -> Part:
    """A search tells other tokens of an event than reading it does."""

    def change(told: Part) -> Part:
        page = told["completion_events"]
        results = [{**e, "nb_output_tokens": e["nb_output_tokens"] + 1} for e in page["results"]]
        return {**told, "completion_events": {**page, "results": results}}

    return edited(search, change)


@mutant("events.similar-ones-are-anybodys", SIMILAR, place=f"{PLACE}.events:recordings.read_all")
def similar_ones_are_anybodys(read_all: Part) -> Part:
    """What is similar to an event is looked for in the chats of all workspaces."""

    def defect(ctx: Part) -> Part:
        if ctx.operation_id != SIMILAR:
            return read_all(ctx)
        return [recordings.read(each) for each in reversed([*ctx.table(recordings.StoredEvent)])]

    return defect


@mutant("events.searches-find-anybodys", SEARCH, SEARCH_IDS, place=f"{PLACE}.events:find_matching")
def searches_find_anybodys(find_matching: Part) -> Part:
    """A search has the chats of all workspaces that pass its filter."""

    def defect(ctx: Part, payload: Part) -> Part:
        own = find_matching(ctx, payload)
        holds = filters.make_test(payload)
        known = {each.event.id for each in own}
        every = map(recordings.read, ctx.table(recordings.StoredEvent))
        return [*own, *(each for each in every if each.event.id not in known and holds(each))]

    return defect


@mutant("events.streams-count-nothing", SEARCH, FETCH, place=f"{PLACE}.recordings:keep")
def streams_count_nothing(keep: Part) -> Part:
    """The event of a streamed chat tells no tokens."""

    def defect(table: Part, event: Part) -> None:
        streamed = recordings.read(event).request.get("stream")
        nothing = {"nb_input_tokens": 0, "nb_output_tokens": 0}
        keep(table, evolve(event, **nothing) if streamed else event)

    return defect
