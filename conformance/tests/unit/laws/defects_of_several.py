"""Defects that show where one request wants several things, or something a second time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.unit.laws.defects import (
    LIBRARIES,
    bearer,
    defect,
    is_item,
    items,
    remembering,
    with_items,
)
from tests.unit.laws.defects_of_answers import is_plain

if TYPE_CHECKING:
    from tests.unit.laws.altering import Alter, Answer


@defect(
    "searches-forget-the-order",
    "sets.sorted-and-filtered[beta.libraries.documents.list:search]",
    "order",
)
def searches_forget_the_order(answer: Answer) -> None:
    if answer.is_("GET", "/documents") and {"search", "sort_by"} <= answer.query.keys():
        search = answer.query["search"][0]
        plain = answer.again("GET", f"{answer.path}?page_size=100").json()["data"]
        fitting = [each for each in plain if search.lower() in each["name"].lower()]
        with_items(answer, fitting)


@remembering(
    "second-fields-are-lost", "views.changes-together-are-shown[document]", "`attributes` as"
)
def second_fields_are_lost() -> Alter:
    changed: set[str] = set()

    def alter(answer: Answer) -> None:
        if answer.method in {"PATCH", "PUT"} and {"name", "attributes"} <= answer.sent_body.keys():
            changed.add(answer.path)
        if answer.path in changed and answer.status == 200:
            answer.body = {**answer.body, "attributes": None}

    return alter


@remembering(
    "empty-texts-change-nothing", "values.emptied-beside-others[judge]", "which was emptied"
)
def empty_texts_change_nothing() -> Alter:
    described: dict[str, str] = {}

    def alter(answer: Answer) -> None:
        if answer.is_("GET") and answer.path.startswith("/v1/observability/judges/"):
            told = answer.body["description"] or described[answer.path]
            described[answer.path] = told
            answer.body = {**answer.body, "description": told}

    return alter


@remembering("known-bytes-are-one-file", "views.twins-are-two[file]", "has its id")
def known_bytes_are_one_file() -> Alter:
    known: dict[str, Any] = {}

    def alter(answer: Answer) -> None:
        if answer.is_("POST", "/v1/files"):
            answer.body = known.setdefault(answer.body["signature"], answer.body)

    return alter


@remembering("forms-end-with-their-file", "extra.parts-come-in-any-order[file]", "after it")
def forms_end_with_their_file() -> Alter:
    late: set[str] = set()

    def alter(answer: Answer) -> None:
        sent = answer.sent
        if answer.is_("POST", "/v1/files") and -1 < sent.find(b'"file"') < sent.find(b'"expiry"'):
            late.add(answer.body["id"])
        if answer.status == 200 and b'"expires_at"' in answer.content and "id" in answer.body:
            lost = answer.body["id"] in late
            answer.body = {**answer.body, **({"expires_at": None} if lost else {})}

    return alter


@remembering("twins-change-together", "views.twins-are-two[document]", "twin was changed, too")
def twins_change_together() -> Alter:
    changed: dict[str, Any] = {}

    def alter(answer: Answer) -> None:
        is_document = answer.path.rpartition("/")[0].endswith("/documents")
        if is_document and answer.method in {"PUT", "PATCH"}:
            changed.update(answer.sent_body)
        elif is_document and answer.is_("GET"):
            answer.body = {**answer.body, **changed}

    return alter


@remembering("capitals-are-another", "views.key-is-in-any-case[access]", "listed twice")
def capitals_are_another() -> Alter:
    spelled: dict[str, str] = {}

    def alter(answer: Answer) -> None:
        if answer.is_("PUT", "/share"):
            name = answer.sent_body["share_with_uuid"]
            spelled[answer.path] = name if name == name.upper() else ""
        if answer.is_("GET", "/share") and spelled.get(answer.path):
            last = {**items(answer)[-1], "share_with_uuid": spelled[answer.path]}
            with_items(answer, [*items(answer), last])

    return alter


@defect("first-parts-count", "sums.parts-are-counted[chat.complete]", "its first part")
def first_parts_count(answer: Answer) -> None:
    if is_plain(answer):
        answer.body = {**answer.body, "usage": {**answer.body["usage"], "prompt_tokens": 20}}


@remembering("first-share-hides-the-owner", "views.created-is-shown[access]", "out of the list")
def first_share_hides_the_owner() -> Alter:
    shared: set[str] = set()

    def alter(answer: Answer) -> None:
        if answer.is_("PUT", "/share"):
            shared.add(answer.path)
        if answer.is_("GET", "/share") and answer.path in shared:
            with_items(answer, items(answer)[1:])

    return alter


@remembering(
    "renames-forget-the-content", "neighbours.other-fields-stay[library.name]", "`nb_documents`"
)
def renames_forget_the_content() -> Alter:
    renamed: set[str] = set()

    def alter(answer: Answer) -> None:
        if answer.is_("PATCH") and "name" in answer.sent_body:
            renamed.add(answer.path)
        if answer.is_("GET") and is_item(answer, LIBRARIES) and answer.path in renamed:
            answer.body = {**answer.body, "nb_documents": 0}

    return alter


@defect(
    "filters-forget-wishes", "sets.wish-and-filter[batch.jobs.list:created_by_me]", "by each alone"
)
def filters_forget_wishes(answer: Answer) -> None:
    if answer.is_("GET", "/batch/jobs") and {"created_by_me", "model"} <= answer.query.keys():
        named = answer.query["model"][0]
        whole = answer.again("GET", f"{answer.path}?page_size=100").json()["data"]
        with_items(answer, [each for each in whole if each["model"] == named])


@remembering(
    "shares-count-twice",
    "neighbours.again-is-as-once[beta.libraries.accesses.update_or_create]",
    "`explicit_user_members_count`",
)
def shares_count_twice() -> Alter:
    puts: list[str] = []

    def alter(answer: Answer) -> None:
        if answer.is_("PUT", "/share"):
            puts.append(answer.path.removesuffix("/share"))
        if answer.is_("GET") and answer.path in puts:
            counted = {"explicit_user_members_count": puts.count(answer.path)}
            answer.body = {**answer.body, **counted}

    return alter


@defect("odd-ids-break", "access.unknown-is-refused[files.retrieve:file_id]", "beyond ASCII")
def odd_ids_break(answer: Answer) -> None:
    if "%C3" in answer.path.upper():
        answer.status = 500


@defect("parts-outgrow-their-total", "seen.parts-fit-their-total[batch.jobs.list]", "its parts are")
def parts_outgrow_their_total(answer: Answer) -> None:
    if answer.is_("GET", "/v1/batch/jobs"):
        answer.body = {**answer.body, "total_requests": 2, "completed_requests": 3}


@defect(
    "directions-need-a-field", "sets.direction-turns[beta.libraries.documents.list]", "one order"
)
def directions_need_a_field(answer: Answer) -> None:
    if answer.is_("GET", "/documents") and "sort_by" not in answer.query:
        answer.content = answer.again("GET", f"{answer.path}?page_size=100").content


@defect(
    "colleagues-are-told-less", "access.colleagues-are-told-the-same[library]", "told otherwise"
)
def colleagues_are_told_less(answer: Answer) -> None:
    if answer.is_("GET") and is_item(answer, LIBRARIES) and "COLLEAGUE" in bearer(answer).upper():
        answer.body = {**answer.body, "chunk_size": None}


@defect("a-null-is-refused", "extra.null-is-harmless[chat.complete]", "where prompt_mode is null")
def a_null_is_refused(answer: Answer) -> None:
    if answer.is_("POST", "/chat/completions") and answer.sent_body.get("prompt_mode", 0) is None:
        answer.status, answer.body = 422, {"detail": "null"}


def _made_of_null(field: str, alter_read: Alter) -> Alter:
    """Alters how what was made with this field as null is read."""
    made: set[str] = set()

    def alter(answer: Answer) -> None:
        if answer.is_("POST", "/conversations") and answer.sent_body.get(field, "") is None:
            made.add(answer.body["conversation_id"])
        if answer.method == "GET" and answer.path.rpartition("/")[2] in made:
            alter_read(answer)

    return alter


@remembering(
    "what-has-null-is-lost", "extra.null-is-harmless[beta.conversations.start]", "is not there"
)
def what_has_null_is_lost() -> Alter:
    def lose(answer: Answer) -> None:
        answer.status, answer.body = 404, {"detail": "There is no such conversation."}

    return _made_of_null("store", lose)


@remembering(
    "null-is-a-text", "extra.null-is-harmless[beta.conversations.start]", "`instructions` is"
)
def null_is_a_text() -> Alter:
    def spell(answer: Answer) -> None:
        answer.body = {**answer.body, "instructions": "null"}

    return _made_of_null("instructions", spell)


@remembering(
    "former-names-are-found", "sets.filter[beta.libraries.documents.list:search]", "gives an item"
)
def former_names_are_found() -> Alter:
    made: dict[str, str] = {}

    def alter(answer: Answer) -> None:
        if answer.is_("POST", "/documents"):
            made[answer.body["id"]] = answer.body["name"]
        if answer.is_("GET", "/documents") and "search" in answer.query:
            wanted = answer.query["search"][0].lower()
            whole = answer.again("GET", f"{answer.path}?page_size=100").json()["data"]
            names = [made.get(each["id"], "").lower() for each in whole]
            fitting = [each for each, name in zip(whole, names, strict=True) if wanted in name]
            with_items(answer, fitting)

    return alter


@defect("ids-lose-letters", "views.chosen-id-finds-its-own[schedule]", "does not show")
def ids_lose_letters(answer: Answer) -> None:
    if answer.method == "GET" and "%" in answer.path and "/schedules/" in answer.path:
        answer.status, answer.body = 404, {"detail": "Schedule not found"}


@remembering("ids-mind-no-case", "views.ids-differ-by-case[execution]", "is refused beside")
def ids_mind_no_case() -> Alter:
    known: set[str] = set()

    def alter(answer: Answer) -> None:
        if answer.is_("POST", "/execute"):
            identity = answer.sent_body.get("execution_id", "").lower()
            if identity and identity in known:
                answer.status, answer.body = 422, {"detail": "It is taken"}
            known.add(identity)

    return alter


@defect("tools-are-plain", "values.list-is-kept[agent.tools]", "`tools.0.function.description` as")
def tools_are_plain(answer: Answer) -> None:
    if "/agents" in answer.path and "東".encode() in answer.content:
        answer.content = answer.content.replace("東".encode(), b"?")
    elif "/agents" in answer.path:
        answer.content = answer.content.replace(rb"\u6771", b"?")


@defect(
    "second-labels-are-lost", "values.list-is-kept[fine_tuning_job.classifier_targets]", "labels"
)
def second_labels_are_lost(answer: Answer) -> None:
    if "/fine_tuning/jobs" in answer.path and answer.status == 200:
        body = answer.body
        for each in body.get("classifier_targets") or () if isinstance(body, dict) else ():
            each["labels"] = each["labels"][:1]
        answer.body = body


@defect("capitals-are-another-organisation", "views.key-is-in-any-case[access]", "is refused")
def capitals_are_another_organisation(answer: Answer) -> None:
    if answer.is_("PUT", "/share") and str(answer.sent_body.get("org_id")).isupper():
        answer.status = 403


@defect("keys-are-repeated", "seen.errors-tell-no-key[models.list]", "repeats the key")
def keys_are_repeated(answer: Answer) -> None:
    if answer.status == 401:
        answer.body = {"detail": f"Unauthorized: {answer.request_headers}"}


@defect("stacks-are-shown", "seen.errors-tell-no-internals[models.list]", "stack of calls")
def stacks_are_shown(answer: Answer) -> None:
    if answer.status >= 400:
        answer.body = {"detail": "KeyError\n  at Models.find (models.js:12:3)"}


@remembering("twins-share-their-bytes", "views.twins-are-two[document]", "went with its twin")
def twins_share_their_bytes() -> Alter:
    deleted: list[str] = []

    def alter(answer: Answer) -> None:
        deleted.extend([answer.path] * answer.is_("DELETE"))
        if answer.is_("GET", "signed-url"):
            signed = urlsplit(answer.body)
            answer.body = f"{answer.own_url}{signed.path}?{signed.query}"
        if "signature" in answer.query and deleted:
            answer.content = b""

    return alter
