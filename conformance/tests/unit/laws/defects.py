"""Defects of the wire: what an alteration does to answers, and the law case that has to fail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.laws.altering import Alter, Answer


@frozen
class Defect:
    """A defect by name; `make` gives a fresh alteration, `told` is part of the law's reason."""

    name: str
    case: str
    told: str
    make: Callable[[], Alter]


DEFECTS: list[Defect] = []
LIBRARIES = "/v1/libraries"


def defect(name: str, case: str, told: str) -> Callable[[Alter], Alter]:
    """Register an alteration that needs no memory."""

    def register(alter: Alter) -> Alter:
        DEFECTS.append(Defect(name, case, told, lambda: alter))
        return alter

    return register


def remembering(
    name: str, case: str, told: str
) -> Callable[[Callable[[], Alter]], Callable[[], Alter]]:
    """Register an alteration that remembers what it saw."""

    def register(make: Callable[[], Alter]) -> Callable[[], Alter]:
        DEFECTS.append(Defect(name, case, told, make))
        return make

    return register


def items(answer: Answer) -> list[dict[str, Any]]:
    """The items of a list's answer."""
    found: list[dict[str, Any]] = answer.body["data"]
    return found


def with_items(answer: Answer, changed: list[dict[str, Any]]) -> None:
    answer.body = {**answer.body, "data": changed}


@defect("list-forgets-descriptions", "views.created-is-shown[library]", "`description` as null")
def list_forgets_descriptions(answer: Answer) -> None:
    if answer.is_("GET", LIBRARIES):
        with_items(answer, [{**each, "description": None} for each in items(answer)])


@remembering("list-is-stale", "views.change-is-shown[library.name]", "`name` as")
def list_is_stale() -> Alter:
    first: dict[str, dict[str, Any]] = {}

    def alter(answer: Answer) -> None:
        if answer.is_("GET", LIBRARIES):
            with_items(answer, [first.setdefault(each["id"], each) for each in items(answer)])

    return alter


@remembering("deleted-stays-listed", "views.deletion-is-shown[file]", "still shows")
def deleted_stays_listed() -> Alter:
    seen: dict[str, dict[str, Any]] = {}

    def alter(answer: Answer) -> None:
        if answer.is_("GET", "/v1/files"):
            seen.update({each["id"]: each for each in items(answer)})
            with_items(answer, list(seen.values()))

    return alter


@defect("list-has-other-sizes", "views.list-shows-what-reading-shows[document]", "`size` is")
def list_has_other_sizes(answer: Answer) -> None:
    if answer.is_("GET", "/documents"):
        with_items(answer, [{**each, "size": each["size"] + 1} for each in items(answer)])


@defect("status-lags", "views.parts-agree[beta.libraries.documents.status]", "`process_status` is")
def status_lags(answer: Answer) -> None:
    if answer.is_("GET", "/status"):
        answer.body = {**answer.body, "process_status": "error"}


@remembering("sizes-are-of-letters", "views.totals-follow[library.total_size]", "`total_size` is")
def sizes_are_of_letters() -> Alter:
    more: dict[str, int] = {}

    def alter(answer: Answer) -> None:
        if answer.is_("POST", "/documents"):
            library = answer.path.removesuffix("/documents")
            letters = answer.sent.decode("utf-8", "replace")
            more[library] = more.get(library, 0) + len(answer.sent) - len(letters)
        elif answer.is_("GET") and answer.path in more:
            size = answer.body["total_size"] - more[answer.path]
            answer.body = {**answer.body, "total_size": size}

    return alter


@defect("count-is-off", "views.totals-follow[library.nb_documents]", "`nb_documents` is")
def count_is_off(answer: Answer) -> None:
    if answer.is_("GET") and answer.path.count("/") == 3 and LIBRARIES in answer.path:
        answer.body = {**answer.body, "nb_documents": min(answer.body["nb_documents"], 1)}


@remembering(
    "rename-drops-description", "neighbours.other-fields-stay[library.name]", "`description`"
)
def rename_drops_description() -> Alter:
    renamed: set[str] = set()

    def alter(answer: Answer) -> None:
        if answer.is_("PATCH") and "description" not in answer.sent_body:
            renamed.add(answer.path)
        if answer.is_("GET") and answer.path in renamed:
            answer.body = {**answer.body, "description": None}

    return alter


@remembering(
    "put-drops-description",
    "neighbours.other-fields-stay[library.name by beta.libraries.update_with_put]",
    "`description`",
)
def put_drops_description() -> Alter:
    replaced: set[str] = set()

    def alter(answer: Answer) -> None:
        if answer.is_("PUT"):
            replaced.add(answer.path)
        if answer.is_("GET") and answer.path in replaced:
            answer.body = {**answer.body, "description": None}

    return alter


@remembering(
    "delete-renames-others",
    "neighbours.others-stay[files.delete]",
    "changed `filename` in files.retrieve",
)
def delete_renames_others() -> Alter:
    looked_at: set[str] = set()
    renamed: set[str] = set()

    def alter(answer: Answer) -> None:
        if answer.is_("DELETE"):
            renamed.update(looked_at)
        if answer.is_("GET") and "/v1/files/" in answer.path:
            looked_at.add(answer.path)
            if answer.path in renamed:
                answer.body = {**answer.body, "filename": "other.txt"}

    return alter


def bearer(answer: Answer) -> str:
    """The key that came with the request."""
    found = {name.lower(): value for name, value in answer.request_headers.items()}
    return found.get("authorization", "")


def is_item(answer: Answer, collection: str) -> bool:
    """The request is for one object of the collection."""
    head, _, last = answer.path.rpartition("/")
    return head == collection and bool(last)


def keeping_descriptions(method: str, collection: str) -> Alter:
    """What was last described stays described, whatever null says."""
    last: dict[str, str] = {}

    def alter(answer: Answer) -> None:
        if answer.status != 200 or not is_item(answer, collection):
            return
        if answer.is_(method) and answer.body.get("description"):
            last[answer.path] = answer.body["description"]
        if answer.is_("GET") and answer.path in last:
            answer.body = {**answer.body, "description": last[answer.path]}

    return alter


SOME_LIBRARY = {
    "id": "0c0ffee0-0000-4000-8000-0000000000aa", "name": "x", "owner_type": "Workspace",
}  # fmt: skip


@defect("unknown-file-is-null", "access.unknown-is-refused[files.retrieve:file_id]", "answers 200")
def unknown_file_is_null(answer: Answer) -> None:
    if answer.method == "GET" and answer.status == 404:
        answer.status, answer.body = 200, {}


@defect("any-model-answers", "access.unknown-in-body-is-refused[chat.complete:model]", "200")
def any_model_answers(answer: Answer) -> None:
    if answer.path.endswith("/completions") and answer.status >= 400:
        answer.status = 200


@defect("kinds-mix", "access.wrong-kind-is-refused[beta.libraries.get:library_id]", "wrong-kind")
def kinds_mix(answer: Answer) -> None:
    if is_item(answer, LIBRARIES) and answer.status == 404:
        answer.status, answer.body = 200, SOME_LIBRARY


@remembering(
    "neighbours-read-files",
    "access.foreign-is-refused[files.retrieve:file_id by neighbour]",
    "answers 200 to the neighbour",
)
def neighbours_read_files() -> Alter:
    files: dict[str, Any] = {}

    def alter(answer: Answer) -> None:
        if answer.is_("POST", "/v1/files"):
            files[f"/v1/files/{answer.body['id']}"] = answer.body
        if answer.status == 404 and answer.path in files:
            answer.status, answer.body = 200, files[answer.path]

    return alter


@remembering(
    "strangers-are-told-it-exists",
    "access.foreign-has-its-status[files.retrieve:file_id by stranger]",
    "answers 403 to the stranger",
)
def strangers_are_told_it_exists() -> Alter:
    files: set[str] = set()

    def alter(answer: Answer) -> None:
        if answer.is_("POST", "/v1/files"):
            files.add(f"/v1/files/{answer.body['id']}")
        if answer.status == 404 and answer.path in files:
            answer.status, answer.body = 403, {"detail": "Forbidden"}

    return alter


@remembering(
    "refusals-tell-names",
    "access.foreign-looks-unknown[files.retrieve:file_id by stranger]",
    "says notes.txt",
)
def refusals_tell_names() -> Alter:
    files: set[str] = set()

    def alter(answer: Answer) -> None:
        if answer.is_("POST", "/v1/files"):
            files.add(f"/v1/files/{answer.body['id']}")
        if answer.status == 404 and answer.path in files:
            answer.body = {"detail": "notes.txt is not yours"}

    return alter


@remembering(
    "parents-do-not-count",
    "access.other-parent-is-refused[beta.libraries.documents.get:document_id]",
    "answers 200",
)
def parents_do_not_count() -> Alter:
    documents: dict[str, Any] = {}

    def alter(answer: Answer) -> None:
        if answer.is_("POST", "/documents"):
            documents[answer.body["id"]] = answer.body
        found = documents.get(answer.path.rpartition("/")[2])
        if found and answer.status == 404:
            answer.status, answer.body = 200, found

    return alter


@defect("keys-ignore-case", "keys.only-the-key-opens[models.list]", "a key in another case")
def keys_ignore_case(answer: Answer) -> None:
    if answer.status == 401 and "CALLER" in bearer(answer):
        answer.status, answer.body = 200, {"object": "list", "data": []}


@remembering("deleted-is-read", "gone.is-refused[files.retrieve:file_id]", "answers 200")
def deleted_is_read() -> Alter:
    seen: dict[str, Any] = {}

    def alter(answer: Answer) -> None:
        if answer.is_("POST", "/v1/files"):
            seen[f"/v1/files/{answer.body['id']}"] = answer.body
        if answer.status == 404 and answer.path in seen:
            answer.status, answer.body = 200, seen[answer.path]

    return alter


@remembering("links-outlive", "gone.links-die[files.get_signed_url]", "answers 200")
@remembering(
    "links-know-no-end",
    "gone.urls-end-with-it[files.get_signed_url after expires_at]",
    "its URL answers 200",
)
def links_outlive() -> Alter:
    served: dict[str, bytes] = {}

    def alter(answer: Answer) -> None:
        if answer.is_("GET", "/url"):
            _, _, rest = answer.body["url"].partition("://")
            answer.body = {"url": f"{answer.own_url}/{rest.partition('/')[2]}"}
        elif not bearer(answer) and answer.status == 200:
            served[answer.path] = answer.content
        elif not bearer(answer) and answer.path in served:
            answer.status, answer.content = 200, served[answer.path]

    return alter


@remembering("children-stay", "gone.children-go[document]", "of a deleted library answers 200")
def children_stay() -> Alter:
    documents: dict[str, Any] = {}

    def alter(answer: Answer) -> None:
        if answer.is_("POST", "/documents"):
            documents[answer.body["id"]] = answer.body
        found = documents.get(answer.path.rpartition("/")[2])
        if found and answer.status == 404:
            answer.status, answer.body = 200, found

    return alter


@remembering("ids-come-again", "gone.twin-is-new[file]", "came again")
def ids_come_again() -> Alter:
    deleted: list[str] = []

    def alter(answer: Answer) -> None:
        if answer.is_("DELETE") and answer.path.startswith("/v1/files/"):
            deleted.append(answer.path.rpartition("/")[2])
        elif answer.is_("POST", "/v1/files") and deleted:
            answer.body = {**answer.body, "id": deleted[-1]}

    return alter


@defect("search-minds-case", "sets.filter[beta.libraries.list:search]", "leaves out")
def search_minds_case(answer: Answer) -> None:
    part = answer.query.get("search", [""])[0]
    if answer.is_("GET", LIBRARIES) and part:
        with_items(answer, [each for each in items(answer) if part in each["name"]])


@defect("last-filter-wins", "sets.repeated-filter[files.list:mimetypes]", "leaves out")
def last_filter_wins(answer: Answer) -> None:
    wanted = answer.query.get("mimetypes", [])
    if answer.is_("GET", "/v1/files") and len(wanted) > 1:
        with_items(answer, [each for each in items(answer) if each["mimetype"] == wanted[-1]])


@defect("second-filter-is-lost", "sets.two-filters[files.list:search+purpose]", "")
def second_filter_is_lost(answer: Answer) -> None:
    if answer.is_("GET", "/v1/files") and {"search", "purpose"} <= answer.query.keys():
        whole = answer.again("GET", f"/v1/files?search={answer.query['search'][0]}&page_size=100")
        answer.content = whole.content if answer.query["page"] == ["0"] else answer.content


@defect("later-pages-are-empty", "sets.filter-over-pages[beta.libraries.list:search]", "")
def later_pages_are_empty(answer: Answer) -> None:
    if answer.is_("GET", LIBRARIES) and "page_token" in answer.query:
        with_items(answer, [])


@defect("sorts-by-nothing", "sets.sorted[beta.libraries.documents.list:size]", "order")
def sorts_by_nothing(answer: Answer) -> None:
    if answer.is_("GET", "/documents") and answer.query.get("sort_by") == ["size"]:
        answer.content = answer.again("GET", f"{answer.path}?page_size=100").content


@defect("oldest-first", "sets.default-order[beta.libraries.documents.list]", "descending order")
def oldest_first(answer: Answer) -> None:
    if answer.is_("GET", "/documents"):
        with_items(answer, items(answer)[::-1])


@defect("pages-overlap", "pages.tile[files.list]", "")
def pages_overlap(answer: Answer) -> None:
    if answer.is_("GET", "/v1/files") and answer.query.get("page", ["0"]) != ["0"]:
        answer.body = {**answer.body, "data": items(answer)[1:]}


@defect("totals-are-of-the-page", "pages.totals-are-true[files.list]", "tells a total of")
def totals_are_of_the_page(answer: Answer) -> None:
    if answer.is_("GET", "/v1/files"):
        answer.body = {**answer.body, "total": answer.body["total"] + 1}


@defect("end-shows-the-first-page", "pages.end-is-empty[beta.libraries.list]", "beyond the end")
def end_shows_the_first_page(answer: Answer) -> None:
    if answer.is_("GET", LIBRARIES) and answer.query.get("page") == ["200"]:
        answer.content = answer.again("GET", f"{LIBRARIES}?page_size=2").content


@defect("end-counts-its-items", "pages.end-is-empty[beta.libraries.documents.list]", "a total of 0")
def end_counts_its_items(answer: Answer) -> None:
    if answer.is_("GET", "/documents") and not items(answer):
        around = answer.body["pagination"]
        answer.body = {**answer.body, "pagination": {**around, "total_items": 0}}


@remembering(
    "tokens-skip-one", "pages.tile-while-items-come-and-go[beta.libraries.list]", "comes 0 times"
)
def tokens_skip_one() -> Alter:
    def alter(answer: Answer) -> None:
        if answer.is_("GET", LIBRARIES) and "page_token" in answer.query:
            with_items(answer, items(answer)[1:])

    return alter


@defect("largest-page-is-cut", "pages.largest[beta.libraries.documents.list]", "no page has")
def largest_page_is_cut(answer: Answer) -> None:
    if answer.is_("GET", "/documents") and answer.query.get("page_size") == ["100"]:
        with_items(answer, items(answer)[:90])


@defect("text-is-trimmed", "values.text-is-kept[library.description]", "`description` as")
def text_is_trimmed(answer: Answer) -> None:
    if answer.is_("GET") and answer.path.startswith(f"{LIBRARIES}/"):
        text = answer.body["description"]
        answer.body = {**answer.body, "description": text and text.strip()}


@defect("numbers-are-capped", "values.number-is-kept[library.chunk_size]", "`chunk_size` as 32767")
def numbers_are_capped(answer: Answer) -> None:
    if answer.is_("GET") and is_item(answer, LIBRARIES):
        size = answer.body["chunk_size"]
        answer.body = {**answer.body, "chunk_size": size and min(size, 32767)}


@defect("purpose-is-always-one", "values.choice-is-kept[file.purpose]", "`purpose` as")
def purpose_is_always_one(answer: Answer) -> None:
    if answer.is_("GET") and is_item(answer, "/v1/files"):
        answer.body = {**answer.body, "purpose": "fine-tune"}


@remembering("null-is-ignored", "values.null-clears[library.description]", "still shows")
def null_is_ignored() -> Alter:
    return keeping_descriptions("PATCH", LIBRARIES)


@defect("keys-are-lowered", "values.map-is-kept[document.attributes]", "`attributes")
def keys_are_lowered(answer: Answer) -> None:
    if answer.is_("GET") and "/documents/" in answer.path and answer.body.get("attributes"):
        lowered = {name.lower(): each for name, each in answer.body["attributes"].items()}
        answer.body = {**answer.body, "attributes": lowered}


@remembering("changed-names-are-lowered", "values.text-is-kept[document.name]", "`name` as")
def changed_names_are_lowered() -> Alter:
    changed: set[str] = set()

    def alter(answer: Answer) -> None:
        if answer.is_("PATCH"):
            changed.add(answer.path)
        if answer.is_("GET") and answer.path in changed:
            answer.body = {**answer.body, "name": answer.body["name"].lower()}

    return alter


@defect("links-mend-line-ends", "values.bytes-are-kept[document]", "and not the same ones")
def links_mend_line_ends(answer: Answer) -> None:
    if answer.is_("GET", "/signed-url"):
        _, _, rest = answer.body.partition("://")
        answer.body = f"{answer.own_url}/{rest.partition('/')[2]}"
    elif answer.is_("GET") and not bearer(answer):
        answer.content = answer.content.replace(b"\r\n", b"\n")


@defect("links-open-some-kinds", "values.bytes-are-kept[document]", "every byte is taken, and")
def links_open_some_kinds(answer: Answer) -> None:
    if answer.is_("GET", "/signed-url"):
        _, _, rest = answer.body.partition("://")
        answer.body = f"{answer.own_url}/{rest.partition('/')[2]}"
    elif answer.is_("GET") and not bearer(answer) and answer.content == bytes(range(256)):
        answer.status = 404


@defect("line-ends-are-mended", "values.bytes-are-kept[file]", "come back")
def line_ends_are_mended(answer: Answer) -> None:
    if answer.is_("GET", "/content"):
        answer.content = answer.content.replace(b"\r\n", b"\n")


@defect("large-files-are-cut", "values.many-bytes-are-kept[file]", "come back")
def large_files_are_cut(answer: Answer) -> None:
    if answer.is_("GET", "/content"):
        answer.content = answer.content[: 1 << 22]


@defect("links-open-one-thing", "urls.open-their-own[files.get_signed_url]", "same content")
def links_open_one_thing(answer: Answer) -> None:
    if answer.is_("GET", "/url"):
        answer.body = {"url": f"{answer.own_url}/opened"}
    if answer.path == "/opened":
        answer.status, answer.content = 200, b"the same"


@defect("signatures-do-not-count", "urls.altered-is-refused[files.get_signed_url]", "answers 200")
def signatures_do_not_count(answer: Answer) -> None:
    if answer.is_("GET", "/url"):
        _, _, rest = answer.body["url"].partition("://")
        answer.body = {"url": f"{answer.own_url}/{rest.partition('/')[2]}"}
    elif not bearer(answer):
        answer.status = 200


@remembering(
    "ends-can-be-moved", "urls.altered-is-refused[files.get_signed_url]", "a later `until`"
)
def ends_can_be_moved() -> Alter:
    served: dict[str, bytes] = {}

    def alter(answer: Answer) -> None:
        if answer.is_("GET", "/url"):
            _, _, rest = answer.body["url"].partition("://")
            path = rest.partition("/")[2].partition("?")[0]
            served[f"/{path}"] = answer.again("GET", f"{answer.path[:-4]}/content").content
            answer.body = {"url": f"{answer.own_url}/{path}?until=2000000000"}
        elif not bearer(answer) and answer.path in served:
            over = int(answer.query["until"][0]) < 1_900_000_000
            answer.status, answer.content = (410, b"{}") if over else (200, served[answer.path])

    return alter


@remembering(
    "told-ends-do-not-count", "urls.end-as-they-tell[files.get_signed_url]", "a past `until`"
)
def told_ends_do_not_count() -> Alter:
    served: dict[str, bytes] = {}

    def alter(answer: Answer) -> None:
        if answer.is_("GET", "/url"):
            key = answer.path[:-4]
            served[key] = answer.again("GET", f"{key}/content").content
            answer.body = {"url": f"{answer.own_url}{key}?until=2000000000"}
        elif not bearer(answer) and answer.path in served:
            answer.status, answer.content = 200, served[answer.path]

    return alter


@remembering(
    "lost-values-are-left-out",
    "neighbours.other-fields-stay[library.name]",
    "changed `description`",
)
def lost_values_are_left_out() -> Alter:
    renamed: set[str] = set()

    def alter(answer: Answer) -> None:
        if answer.is_("PATCH") and is_item(answer, LIBRARIES) and "name" in answer.sent_body:
            renamed.add(answer.path)
        if answer.path in renamed and answer.is_("GET"):
            answer.body = {n: each for n, each in answer.body.items() if n != "description"}

    return alter


@remembering("reads-touch", "reading.changes-nothing[beta.libraries.get]", "`updated_at`")
def reads_touch() -> Alter:
    reads: list[str] = []

    def alter(answer: Answer) -> None:
        if answer.is_("GET") and is_item(answer, LIBRARIES):
            reads.append(answer.path)
            if len(reads) > 1:
                answer.body = {**answer.body, "updated_at": f"2031-01-01T00:00:{len(reads):02}Z"}

    return alter


@remembering(
    "refused-changes-count",
    "reading.refused-changes-nothing[beta.libraries.update]",
    "`description` is",
)
def refused_changes_count() -> Alter:
    refused: list[str] = []

    def alter(answer: Answer) -> None:
        if answer.method == "PATCH" and answer.status == 422:
            refused.append(answer.path)
        if answer.is_("GET") and answer.path in refused:
            answer.body = {**answer.body, "description": None}

    return alter


@defect("unknown-queries-are-refused", "extra.query-is-harmless[files.retrieve]", "answers 422")
def unknown_queries_are_refused(answer: Answer) -> None:
    if "unknown_parameter" in answer.query:
        answer.status = 422


@defect("unknown-headers-count", "extra.header-is-harmless[files.retrieve]", "with it")
def unknown_headers_count(answer: Answer) -> None:
    if any(name.lower() == "x-unknown-header" for name in answer.request_headers):
        answer.body = {**answer.body, "filename": "other"}


@defect("stamps-are-milliseconds", "times.stamps-are-now[file.created_at]", "`created_at` is")
def stamps_are_milliseconds(answer: Answer) -> None:
    if answer.is_("GET") and is_item(answer, "/v1/files"):
        answer.body = {**answer.body, "created_at": answer.body["created_at"] * 1000}


@defect("processed-before-made", "times.in-order[document]", "before `created_at`")
def processed_before_made(answer: Answer) -> None:
    if answer.is_("GET") and "/documents/" in answer.path and "last_processed_at" in answer.body:
        answer.body = {**answer.body, "last_processed_at": "2020-01-01T00:00:00Z"}


@defect("stamps-stand", "times.change-moves-the-stamp[library.name]", "did not move")
def stamps_stand(answer: Answer) -> None:
    if answer.is_("GET") and is_item(answer, LIBRARIES):
        answer.body = {**answer.body, "updated_at": answer.body["created_at"]}


@defect("uploads-leave-the-stamp", "times.children-move-the-stamp[library:document]", "did not")
def uploads_leave_the_stamp(answer: Answer) -> None:
    stamps_stand(answer)


@remembering("states-go-back", "ends.states-follow-their-order[document]", "went from")
def states_go_back() -> Alter:
    looks: list[str] = []

    def alter(answer: Answer) -> None:
        if answer.is_("GET") and "/documents/" in answer.path and "process_status" in answer.body:
            looks.append(answer.path)
            state = "todo" if len(looks) % 2 == 0 else "in_progress"
            answer.body = {
                **answer.body, "process_status": state, "processing_status": "Running",
            }  # fmt: skip

    return alter


@remembering("ends-begin-again", "ends.end-stays[document]", "went from its end")
def ends_begin_again() -> Alter:
    ended: list[str] = []

    def alter(answer: Answer) -> None:
        if answer.is_("GET") and "/documents/" in answer.path and "process_status" in answer.body:
            ended.extend([answer.path] * (answer.body["process_status"] == "done"))
            if ended.count(answer.path) > 2:
                answer.body = {
                    **answer.body, "process_status": "todo", "processing_status": "Running",
                }  # fmt: skip

    return alter


@remembering(
    "reprocess-leads-nowhere",
    "ends.action-ends-again[beta.libraries.documents.reprocess]",
    "is still unknown 3 hours after",
)
def reprocess_leads_nowhere() -> Alter:
    asked: list[str] = []

    def alter(answer: Answer) -> None:
        asked.extend([answer.path.rpartition("/")[0]] * answer.is_("POST", "/reprocess"))
        if answer.is_("GET") and answer.path in asked:
            answer.body = {**answer.body, "process_status": "unknown"}

    return alter


@defect("streams-lose-a-piece", "answers.stream-tells-the-same[chat.complete]", "the text")
def streams_lose_a_piece(answer: Answer) -> None:
    if answer.is_("POST", "/chat/completions") and b"data: " in answer.content:
        events = answer.content.split(b"\n\n")
        answer.content = b"\n\n".join(events[:1] + events[2:])


@defect("streams-tell-usage-twice", "answers.stream-is-one-answer[chat.complete]", "usage is told")
def streams_tell_usage_twice(answer: Answer) -> None:
    if answer.is_("POST", "/chat/completions") and b"data: " in answer.content:
        usage = b'"usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}, '
        answer.content = answer.content.replace(b"data: {", b"data: {" + usage, 1)


@defect("totals-are-doubled", "sums.usage-adds-up[chat.complete]", "the total is")
def totals_are_doubled(answer: Answer) -> None:
    if answer.is_("POST", "/chat/completions"):
        usage = answer.body["usage"]
        doubled = {**usage, "total_tokens": usage["total_tokens"] * 2}
        answer.body = {**answer.body, "usage": doubled}


@defect("n-is-ignored", "answers.option-is-used[chat.complete:n]", "gives the choices")
def n_is_ignored(answer: Answer) -> None:
    if answer.is_("POST", "/chat/completions"):
        answer.body = {**answer.body, "choices": answer.body["choices"][:1]}


@remembering("ids-clash", "together.creations-are-distinct[library]", "gave 1 ids")
def ids_clash() -> Alter:
    first: dict[str, Any] = {}

    def alter(answer: Answer) -> None:
        if answer.is_("POST", LIBRARIES):
            first.setdefault("id", answer.body["id"])
            answer.body = {**answer.body, **first}

    return alter


@remembering("one-change-is-lost", "together.both-changes-stay[library]", "`description` as")
def one_change_is_lost() -> Alter:
    first: dict[str, Any] = {}

    def alter(answer: Answer) -> None:
        if answer.is_("POST", LIBRARIES):
            first[f"{LIBRARIES}/{answer.body['id']}"] = answer.body["description"]
        if answer.is_("GET") and answer.path in first:
            answer.body = {**answer.body, "description": first[answer.path]}

    return alter


@remembering("second-deletion-breaks", "together.deletions-end-in-one[file]", "answers 500")
def second_deletion_breaks() -> Alter:
    def alter(answer: Answer) -> None:
        if answer.method == "DELETE" and answer.status == 404:
            answer.status = 500

    return alter
