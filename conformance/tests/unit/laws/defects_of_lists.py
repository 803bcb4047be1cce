"""Defects of lists of many things, of what their parameters leave, and of the stamps they tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.unit.laws.defects import LIBRARIES, defect, items, with_items
from tests.unit.laws.defects_of_answers import is_plain

if TYPE_CHECKING:
    from tests.unit.laws.altering import Answer


@defect("pages-are-short", "pages.usual-size[beta.libraries.list]", "a page holds 10 of 103")
def pages_are_short(answer: Answer) -> None:
    if answer.is_("GET", LIBRARIES) and "page_size" not in answer.query:
        with_items(answer, items(answer)[:10])


@defect("full-pages-lead-on", "pages.end-is-told[beta.libraries.list]", "holds nothing")
def full_pages_lead_on(answer: Answer) -> None:
    if answer.is_("GET", LIBRARIES) and items(answer) and "page" not in answer.query:
        if not answer.body.get("next_page_token"):
            answer.body = {**answer.body, "next_page_token": "end"}
    elif answer.query.get("page_token") == ["end"]:
        answer.status = 200
        answer.body = {"data": [], "next_page_token": None}


@defect("providers-are-ignored", "sets.unknown-leaves-nothing[models.list:provider]", "are left")
def providers_are_ignored(answer: Answer) -> None:
    if answer.is_("GET", "/v1/models") and "provider" in answer.query:
        answer.content = answer.again("GET", "/v1/models").content


@defect(
    "wishes-turn-lists", "sets.default-is-no-wish[beta.libraries.documents.list:sort_by]", "order"
)
def wishes_turn_lists(answer: Answer) -> None:
    if answer.is_("GET", "/documents") and "sort_by" in answer.query:
        with_items(answer, items(answer)[::-1])


@defect("models-are-in-milliseconds", "times.are-of-this-century[models.list:created]", "no time")
def models_are_in_milliseconds(answer: Answer) -> None:
    if answer.is_("GET", "/v1/models"):
        with_items(answer, [{**each, "created": each["created"] * 1000} for each in items(answer)])


@defect("answers-are-in-milliseconds", "times.answers-are-now[chat.complete]", "server's time")
def answers_are_in_milliseconds(answer: Answer) -> None:
    if is_plain(answer):
        answer.body = {**answer.body, "created": answer.body["created"] * 1000}


@defect("links-lead-back", "pages.links-lead-on[beta.observability.judges.list]", "the link leads")
def links_lead_back(answer: Answer) -> None:
    if answer.is_("GET", "/judges"):
        judges = answer.body["judges"]
        link = str(judges["next"]).replace("page=2", "page=1")
        answer.body = {"judges": {**judges, "next": judges["next"] and link}}


@defect("sizes-are-texts", "sets.sorted-as-taken[beta.libraries.documents.list:size]", "`size` is")
def sizes_are_texts(answer: Answer) -> None:
    if answer.is_("GET", "/documents") and answer.query.get("sort_by") == ["size"]:
        body = answer.body
        down = answer.query.get("sort_order") != ["asc"]
        body["data"].sort(key=lambda each: str(each["size"]), reverse=down)
        answer.body = body


@defect(
    "full-pages-count-one-more", "pages.totals-are-true[beta.libraries.documents.list]", "is told"
)
def full_pages_count_one_more(answer: Answer) -> None:
    if answer.is_("GET", "/documents"):
        body = answer.body
        block = body["pagination"]
        block["total_pages"] = block["total_items"] // block["page_size"] + 1
        answer.body = body
