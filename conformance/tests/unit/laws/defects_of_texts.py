"""Defects of what is told of the text of files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from unicodedata import normalize
from urllib.parse import unquote

from tests.unit.laws.defects import defect, remembering
from tests.unit.laws.defects_of_ends import is_document

if TYPE_CHECKING:
    from tests.unit.laws.altering import Alter, Answer

TEXT = "/text_content"
DOCUMENTS = "beta.libraries.documents"


def with_text(answer: Answer, text: str) -> None:
    answer.body = {**answer.body, "text": text}


@defect("texts-are-cut", f"texts.lines-are-told[{DOCUMENTS}.text_content]", "does not tell line")
def texts_are_cut(answer: Answer) -> None:
    if answer.is_("GET", TEXT):
        with_text(answer, answer.body["text"][:20_000])


@defect("texts-are-composed", f"texts.lines-are-told[{DOCUMENTS}.text_content]", "line 2 of")
def texts_are_composed(answer: Answer) -> None:
    if answer.is_("GET", TEXT):
        with_text(answer, normalize("NFC", answer.body["text"]))


@defect("texts-are-trimmed", f"texts.are-exact[{DOCUMENTS}.text_content]", "outer blanks")
def texts_are_trimmed(answer: Answer) -> None:
    if answer.is_("GET", TEXT):
        with_text(answer, answer.body["text"].strip())


@defect("texts-have-a-title", "texts.views-agree[document]", "tells")
def texts_have_a_title(answer: Answer) -> None:
    if answer.is_("GET", TEXT):
        with_text(answer, "Title\n" + answer.body["text"])


@remembering("summaries-mix", "texts.stay-apart[document]", "tells a word of another")
def summaries_mix() -> Alter:
    first: list[str] = []

    def alter(answer: Answer) -> None:
        if is_document(answer) and answer.body["summary"]:
            first.append(answer.body["summary"])
            answer.body = {**answer.body, "summary": first[0]}

    return alter


@remembering("descriptions-live-on", "texts.go-with-their-own[document]", "goes on telling")
def descriptions_live_on() -> Alter:
    kept: dict[str, Any] = {}

    def alter(answer: Answer) -> None:
        if answer.is_("GET") and re.fullmatch(r"/v1/libraries/[0-9a-f-]+", answer.path):
            told = answer.body["generated_description"] or kept.get(answer.path)
            kept[answer.path] = told
            answer.body = {**answer.body, "generated_description": told}

    return alter


@defect(
    "pages-have-no-end",
    f"texts.pages-are-chosen[{DOCUMENTS}.text_content]",
    "`page_end` 1 of 4 pages leaves no page out",
)
def pages_have_no_end(answer: Answer) -> None:
    if answer.is_("GET", TEXT) and "page_end" in answer.query:
        answer.body = answer.again("GET", answer.path).json()


@defect(
    "the-last-page-is-left-out",
    f"texts.pages-are-chosen[{DOCUMENTS}.text_content]",
    "`page_start` 2 and `page_end` 2 tell 0 of 4 pages",
)
def the_last_page_is_left_out(answer: Answer) -> None:
    first, last = (answer.query.get(name) for name in ("page_start", "page_end"))
    if answer.is_("GET", TEXT) and first and first == last:
        answer.body = {**answer.body, "text": ""}


@defect("names-lose-letters", "values.download-has-the-name[file]", "is named")
def names_lose_letters(answer: Answer) -> None:
    named = answer.headers.get("content-disposition", "")
    if "%" in named:
        plain = unquote(named).partition("''")[2].encode("ascii", "replace").decode()
        answer.headers["content-disposition"] = f'attachment; filename="{plain}"'


@defect("offsets-are-cut", "values.time-is-kept[document.expires_at]", "+05:30")
def offsets_are_cut(answer: Answer) -> None:
    if answer.is_("PATCH") and b"+05:30" in answer.sent:
        told = str(answer.sent_body["expires_at"])
        answer.body = {**answer.body, "expires_at": told.replace("+05:30", "Z")}


@defect(
    "an-end-undoes-a-start", f"texts.pages-are-chosen[{DOCUMENTS}.text_content]", "and `page_end` 3"
)
def an_end_undoes_a_start(answer: Answer) -> None:
    if answer.is_("GET", TEXT) and answer.query.keys() >= {"page_start", "page_end"}:
        path = f"{answer.path}?page_end={answer.query['page_end'][0]}"
        answer.content = answer.again("GET", path).content
