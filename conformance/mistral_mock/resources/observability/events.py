"""Recorded chat completions as the API shows them: search, read, find similar ones, judge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from mistral_mock import clock, pages
from mistral_mock.answers import json_answer
from mistral_mock.errors import APIError
from mistral_mock.registry import operation
from mistral_mock.resources.observability import (
    field_table,
    filters,
    judging,
    lookups,
    recordings,
    texts,
)
from mistral_mock.resources.observability.errors import observability_error
from mistral_mock.resources.observability.recordings import StoredEvent

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Mapping, Sequence

    from mistral_mock.answers import Answer
    from mistral_mock.context import Context
    from mistral_mock.resources.observability.recordings import Reading

SEARCH = "/v1/observability/chat-completion-events/search"
SHORT = ("model_name",)
"""The extra fields of events that no request asked for by name (our choice)."""
SHOWN = frozenset({"event_id", "correlation_id", "created_at", "nb_messages"}) | frozenset(
    {"nb_input_tokens", "nb_output_tokens", "enabled_tools"}
)
"""What a whole event says outside its extra fields."""
MOST_SIMILAR = 10
LEAST_LIKENESS = 0.3
"""Events below this cosine of their words are not similar (our choice)."""


@operation("beta.observability.chat_completion_events.search")
def search(ctx: Context) -> Answer:
    """Return a page of the matching events, the newest first."""
    found = {each.event.id: each for each in find_matching(ctx, ctx.body["search_params"])}
    names = ctx.body.get("extra_fields") or []
    events = [reading.event for reading in found.values()]
    page, cursor = slice_after(ctx, events)
    following = urlencode({"page_size": ctx.query["page_size"], "cursor": cursor})
    shown = {
        "results": [view_short(found[event.id], names) for event in page],
        "next": None if cursor is None else f"{ctx.base_url}{SEARCH}?{following}",
        "cursor": cursor,
    }
    return json_answer({"completion_events": shown})


@operation("beta.observability.chat_completion_events.search_ids")
def search_ids(ctx: Context) -> Answer:
    """Return the ids of all matching events, the newest first."""
    found = find_matching(ctx, ctx.body["search_params"])
    return json_answer({"completion_event_ids": [reading.event.id for reading in found]})


@operation("beta.observability.chat_completion_events.fetch")
def fetch(ctx: Context) -> Answer:
    """Return one event with its messages and all its fields."""
    return json_answer(view(recordings.read(find(ctx))))


@operation("beta.observability.chat_completion_events.fetch_similar_events")
def fetch_similar_events(ctx: Context) -> Answer:
    """Return the events that asked for most like what this one asked for."""
    found = [view_short(each, SHORT) for each in find_similar(ctx, recordings.read(find(ctx)))]
    return json_answer({"completion_events": {"results": found, "next": None, "cursor": None}})


@operation("beta.observability.chat_completion_events.judge")
def judge(ctx: Context) -> Answer:
    """Return the verdict on an event of a judge that the request defines."""
    reading = recordings.read(find(ctx))
    definition: Mapping[str, Any] = ctx.body["judge_definition"]
    return json_answer(judging.judge_messages(ctx, definition, reading.messages))


def find(ctx: Context) -> StoredEvent:
    """Return the event that the path names.

    Raises:
        APIError: 404 `SEARCH_NOT_FOUND`.

    """
    return find_event(ctx, ctx.path["event_id"])


def find_event(ctx: Context, id_: str) -> StoredEvent:
    """Return the event with the id.

    Raises:
        APIError: 404 `SEARCH_NOT_FOUND`.

    """
    return lookups.find(ctx, StoredEvent, id_, "recorded chat completion", "SEARCH_NOT_FOUND")


def find_matching(ctx: Context, payload: Mapping[str, Any]) -> list[Reading]:
    """Return the events of the caller's workspace that pass a `FilterPayload`, the newest first.

    Raises:
        APIError: 400 `SEARCH_BAD_REQUEST`, the filter cannot be used.

    """
    holds = filters.make_test(payload)
    return [reading for reading in recordings.read_all(ctx) if holds(reading)]


def slice_after(
    ctx: Context, events: Sequence[StoredEvent]
) -> tuple[Sequence[StoredEvent], str | None]:
    """Return the page after the query's cursor, and the next cursor.

    Raises:
        APIError: 400 `SEARCH_BAD_REQUEST`, this mock never gave that cursor (our choice).

    """
    try:
        return pages.slice_after(ctx, events, ctx.query["page_size"], "cursor")
    except APIError as error:
        message = "The cursor is none that a search gave"
        raise observability_error(400, message, "SEARCH_BAD_REQUEST") from error


def find_similar(ctx: Context, reading: Reading) -> list[Reading]:
    """Return the other events whose requests have like words, the most similar first."""
    words = count_words(reading)
    found = [each for each in recordings.read_all(ctx) if each.event.id != reading.event.id]
    ranked = sorted(
        ((texts.measure_likeness(words, count_words(each)), each) for each in found),
        key=lambda pair: -pair[0],
    )
    return [each for likeness, each in ranked[:MOST_SIMILAR] if likeness >= LEAST_LIKENESS]


def count_words(reading: Reading) -> Counter[str]:
    """Return how often each word occurs in what was asked."""
    return texts.count_words(texts.read_messages(reading.request_messages))


def view_short(reading: Reading, names: Iterable[str]) -> dict[str, Any]:
    """Return the event as lists show it, with these fields besides."""
    event = reading.event
    return {
        "event_id": event.id,
        "correlation_id": event.correlation_id,
        "created_at": clock.spell(event.created_at),
        "extra_fields": field_table.show(reading, list(names)),
        "nb_input_tokens": event.nb_input_tokens,
        "nb_output_tokens": event.nb_output_tokens,
    }


def view(reading: Reading) -> dict[str, Any]:
    """Return the event with all that is known of it."""
    return {
        **view_short(reading, [name for name in field_table.BY_NAME if name not in SHOWN]),
        "enabled_tools": reading.request.get("tools") or [],
        "request_messages": reading.request_messages,
        "response_messages": reading.response_messages,
        "nb_messages": len(reading.messages),
        "chat_transcription_events": [],
    }
