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


def remembering(name: str, case: str, told: str) -> Callable[[Callable[[], Alter]], object]:
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


@remembering("delete-renames-others", "neighbours.others-stay[files.delete]", "`filename` is")
def delete_renames_others() -> Alter:
    deleted: list[str] = []

    def alter(answer: Answer) -> None:
        if answer.is_("DELETE"):
            deleted.append(answer.path)
        if deleted and answer.is_("GET") and "/v1/files/" in answer.path:
            answer.body = {**answer.body, "filename": "other.txt"}

    return alter
