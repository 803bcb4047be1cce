"""Defects of who may see and do what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from tests.unit.laws.defects import (
    LIBRARIES,
    bearer,
    defect,
    is_item,
    items,
    remembering,
    with_items,
)

if TYPE_CHECKING:
    from tests.unit.laws.altering import Alter, Answer

MEMBER = "neighbour"


@defect(
    "editors-do-not-edit", "roles.level-allows[beta.libraries.update with Editor]", "answers 403"
)
def editors_do_not_edit(answer: Answer) -> None:
    if answer.method in {"PATCH", "PUT"} and MEMBER in bearer(answer) and answer.status == 200:
        answer.status = 403


@defect(
    "viewers-upload",
    "roles.level-refuses[beta.libraries.documents.upload with Viewer]",
    "a refusal is due",
)
def viewers_upload(answer: Answer) -> None:
    if answer.method == "POST" and MEMBER in bearer(answer) and answer.status == 403:
        answer.status = 201


@remembering(
    "refused-shares-count",
    "roles.level-refuses[beta.libraries.accesses.update_or_create with Editor]",
    "a refused request left",
)
def refused_shares_count() -> Alter:
    refused: list[dict[str, Any]] = []

    def alter(answer: Answer) -> None:
        if answer.method == "PUT" and answer.path.endswith("/share") and answer.status == 403:
            refused.append({**answer.sent_body, "role": "Viewer"})
        if answer.is_("GET", "/share"):
            with_items(answer, [*items(answer), *refused])

    return alter


@defect("shares-are-not-listed", "roles.share-shows[library with User]", "does not show a shared")
def shares_are_not_listed(answer: Answer) -> None:
    if answer.is_("GET", LIBRARIES) and MEMBER in bearer(answer):
        with_items(answer, [])


@remembering("unshared-is-cached", "roles.unshared-is-hidden[library with User]", "any more")
def unshared_is_cached() -> Alter:
    seen: dict[str, Any] = {}

    def alter(answer: Answer) -> None:
        if answer.method == "GET" and is_item(answer, LIBRARIES) and MEMBER in bearer(answer):
            if answer.status == 200:
                seen[answer.path] = answer.body
            elif answer.path in seen:
                answer.status, answer.body = 200, seen[answer.path]

    return alter


@defect("levels-only-rise", "roles.lower-level-holds-at-once[library]", "level was lowered")
def levels_only_rise(answer: Answer) -> None:
    if answer.method in {"PATCH", "PUT"} and MEMBER in bearer(answer) and answer.status == 403:
        answer.status = 200


@defect("nobody-leaves", "roles.leaving-is-possible[library]", "leaving answers 403")
def nobody_leaves(answer: Answer) -> None:
    if answer.method == "DELETE" and MEMBER in bearer(answer):
        answer.status = 403


@remembering("anybody-ends-it-for-all", "roles.share-of-all-stays[library]", "whose share one has")
def anybody_ends_it_for_all() -> Alter:
    ended: set[str] = set()

    def alter(answer: Answer) -> None:
        if MEMBER not in bearer(answer):
            return
        if answer.method == "DELETE" and answer.path.endswith("/share"):
            ended.add(answer.path.removesuffix("/share"))
        if any(answer.path.startswith(each) for each in ended):
            answer.status = 404

    return alter


@remembering("last-level-counts", "roles.highest-level-counts[library]", "with two levels")
def last_level_counts() -> Alter:
    shares: list[str] = []

    def alter(answer: Answer) -> None:
        shares.extend([answer.path] * (answer.is_("PUT", "/share")))
        if len(shares) > 1 and answer.method == "PATCH":
            answer.status = 403

    return alter


@remembering("lists-are-for-all", "access.lists-hide-foreign[files.list by stranger]", "of the")
def lists_are_for_all() -> Alter:
    files: list[dict[str, Any]] = []

    def alter(answer: Answer) -> None:
        if answer.is_("POST", "/v1/files"):
            files.append(answer.body)
        if answer.is_("GET", "/v1/files"):
            with_items(answer, files)

    return alter


@remembering(
    "two-sources-are-anybodys",
    "access.lists-hide-foreign[files.list by stranger]",
    "asked for with",
)
def two_sources_are_anybodys() -> Alter:
    files: list[dict[str, Any]] = []

    def alter(answer: Answer) -> None:
        if answer.is_("POST", "/v1/files"):
            files.append(answer.body)
        if answer.is_("GET", "/v1/files") and len(answer.query.get("source", ())) > 1:
            with_items(answer, [*items(answer), *files])

    return alter


@remembering(
    "callers-see-everything", "access.lists-hide-foreign[files.list by stranger]", "of the stranger"
)
def callers_see_everything() -> Alter:
    files: list[dict[str, Any]] = []

    def alter(answer: Answer) -> None:
        if answer.is_("POST", "/v1/files") and "stranger" in bearer(answer):
            files.append(answer.body)
        if answer.is_("GET", "/v1/files") and "stranger" not in bearer(answer):
            with_items(answer, [*items(answer), *files])

    return alter


@defect(
    "capitals-are-unknown", "access.capitals-name-the-same[beta.libraries.get:library_id]", "404"
)
def capitals_are_unknown(answer: Answer) -> None:
    if answer.method == "GET" and answer.path.rpartition("/")[2].isupper():
        answer.status, answer.body = 404, {"detail": "Library not found"}


@remembering("accesses-go-twice", "gone.absent-is-not-told[access]", "shows it")
def accesses_go_twice() -> Alter:
    gone: list[bytes] = []

    def alter(answer: Answer) -> None:
        if answer.is_("DELETE", "/share"):
            gone.append(answer.content)
        elif answer.method == "DELETE" and answer.path.endswith("/share") and gone:
            answer.status, answer.content = 200, gone[-1]

    return alter


@defect(
    "strangers-read-trainings",
    "access.foreign-is-refused[fine_tuning.jobs.get:job_id by stranger]",
    "200 to the stranger",
)
def strangers_read_trainings(answer: Answer) -> None:
    if answer.path.startswith("/v1/fine_tuning/jobs/") and answer.status == 404:
        answer.status, answer.body = 200, {}


@defect("schemes-have-capitals", "keys.scheme-is-in-any-case[models.list]", "scheme 'bearer'")
def schemes_have_capitals(answer: Answer) -> None:
    if bearer(answer).startswith("bearer"):
        answer.status = 401


@defect("nothing-has-a-length", "gone.empty-answers-are-empty[agent]", "content-length of 0")
def nothing_has_a_length(answer: Answer) -> None:
    if answer.method == "DELETE" and answer.status == 204:
        answer.headers["content-length"] = "0"


@defect("links-forget-types", "urls.tell-the-type[files.get_signed_url]", "text/html")
def links_forget_types(answer: Answer) -> None:
    if answer.is_("GET", "/url"):
        path = answer.body["url"].partition("://")[2].partition("/")[2]
        answer.body = {"url": f"{answer.own_url}/{path}"}
    elif not bearer(answer):
        answer.headers["content-type"] = "text/html"


@remembering(
    "archived-is-archived-for-good",
    "access.taken-back-is-used-again[models.archive]",
    "answers 400",
)
def archived_is_archived_for_good() -> Alter:
    aside: set[str] = set()

    def alter(answer: Answer) -> None:
        if answer.is_("POST", "/archive"):
            aside.add(unquote(answer.path).split("/")[-2])
        if answer.is_("POST", "/completions") and answer.sent_body["model"] in aside:
            answer.status = 400

    return alter


@defect(
    "strangers-read-chats",
    "access.found-is-refused[beta.observability.chat_completion_events.fetch:event_id by stranger]",
    "200 to the stranger",
)
def strangers_read_chats(answer: Answer) -> None:
    if answer.status == 404 and "/chat-completion-events/" in answer.path:
        answer.status = 200


@defect(
    "first-file-is-all", "views.all-named-are-shown[batch.jobs.create:input_files]", "not the 3"
)
def first_file_is_all(answer: Answer) -> None:
    if "/v1/batch/jobs/" in answer.path and answer.is_("GET"):
        answer.body = {**answer.body, "input_files": answer.body["input_files"][:1]}


@remembering(
    "old-names-stay-taken",
    "views.old-name-is-free[judge.name]",
    "had before is refused",
)
def old_names_stay_taken() -> Alter:
    taken: set[str] = set()

    def alter(answer: Answer) -> None:
        if answer.is_("POST", "/judges"):
            if answer.sent_body["name"] in taken:
                answer.status, answer.body = 409, {"detail": {"message": "taken"}}
            taken.add(answer.sent_body["name"])

    return alter


@remembering(
    "slugs-are-taken-for-all",
    "access.names-are-free-outside[voice by stranger]",
    "the stranger is refused what",
)
def slugs_are_taken_for_all() -> Alter:
    known: set[str] = set()

    def alter(answer: Answer) -> None:
        if answer.is_("POST", "/v1/audio/voices") and (slug := answer.sent_body.get("slug")):
            if slug in known:
                answer.status, answer.body = 422, {"detail": []}
            known.add(slug)

    return alter


@remembering(
    "ends-of-namesakes-are-ends", "views.namesakes-outside-are-two[library by stranger]", "not show"
)
def ends_of_namesakes_are_ends() -> Alter:
    names: dict[str, str] = {}
    gone: set[str] = set()

    def alter(answer: Answer) -> None:
        if answer.is_("POST", LIBRARIES):
            names[answer.body["id"]] = answer.body["name"]
        name = names.get(answer.path.rpartition("/")[2], "")
        if answer.is_("DELETE"):
            gone.add(name)
        elif answer.is_("GET") and name in gone:
            answer.status, answer.body = 404, {"detail": "Not found"}

    return alter


@defect(
    "capitals-in-bodies-are-unknown",
    "access.capitals-are-used[beta.observability.campaigns.create:judge_id]",
    "in capitals is answered with 404",
)
def capitals_in_bodies_are_unknown(answer: Answer) -> None:
    if answer.is_("POST", "/campaigns") and answer.sent_body["judge_id"].isupper():
        answer.status, answer.body = 404, {"detail": "Not found"}


@remembering(
    "imports-pass-capitals-over",
    "access.capitals-are-used[beta.observability.datasets.import_from_dataset_records"
    ":dataset_record_ids]",
    "by that in capitals",
)
def imports_pass_capitals_over() -> Alter:
    known: dict[str, Any] = {}

    def alter(answer: Answer) -> None:
        if answer.is_("POST", "/imports/from-dataset"):
            known["capitals"] = answer.sent_body["dataset_record_ids"][0].isupper()
        if answer.is_("GET", "/records"):
            if known.get("capitals"):
                answer.body = known[answer.path]
            known[answer.path] = answer.body

    return alter


@remembering(
    "slugs-find-for-all", "access.other-names-are-refused[audio.voices.get by stranger]", "finds"
)
def slugs_find_for_all() -> Alter:
    known: dict[str, Any] = {}

    def alter(answer: Answer) -> None:
        if answer.is_("POST", "/v1/audio/voices"):
            known[str(answer.body["slug"])] = answer.body
        if answer.method == "GET" and (voice := known.get(answer.path.rpartition("/")[2])):
            answer.status, answer.body = 200, voice

    return alter
