"""Defects of deletions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.mutants.registry import mutant
from mistral_conformance.mutants.tools import answering, edited, forgiving
from mistral_conformance.rules.common import names as op
from mistral_mock.answers import json_answer, no_content
from mistral_mock.resources.libraries import upkeep
from mistral_mock.resources.libraries.records import Document

if TYPE_CHECKING:
    from mistral_conformance.mutants.registry import Part


@mutant(
    "deletes.library-answers-another", op.DELETE_LIBRARY, place="resources.libraries.crud:delete"
)
def library_answers_another(delete: Part) -> Part:
    """Deleting a library shows another id than that of the deleted one."""
    other = "0c0ffee0-0000-7000-8000-000000000000"
    return edited(delete, lambda library: {**library, "id": other})


@mutant(
    "deletes.library-is-shown-empty", op.DELETE_LIBRARY, place="resources.libraries.crud:delete"
)
def library_is_shown_empty(delete: Part) -> Part:
    """A deleted library is shown as it is afterwards: without documents."""
    return edited(delete, lambda library: {**library, "nb_documents": 0, "total_size": 0})


@mutant(
    "deletes.document-answers-200", op.DELETE_DOCUMENT, place="resources.libraries.documents:delete"
)
def document_answers_200(delete: Part) -> Part:
    """Deleting a document answers 200 with an empty object."""

    def defect(ctx: Part) -> Part:
        delete(ctx)
        return json_answer({})

    return defect


@mutant("deletes.library-twice", op.DELETE_LIBRARY, place="resources.libraries.crud:delete")
def library_twice(delete: Part) -> Part:
    """Deleting what is not there succeeds."""
    return forgiving(delete, no_content())


@mutant("deletes.library-answers-202", op.DELETE_LIBRARY, place="resources.libraries.crud:delete")
def library_answers_202(delete: Part) -> Part:
    """Deleting a library answers 202."""
    return answering(delete, status=202)


@mutant(
    "deletes.takes-equal-documents-along",
    op.DELETE_LIBRARY,
    op.GET_LIBRARY,
    place="resources.libraries.crud:remove",
)
def takes_equal_documents_along(remove: Part) -> Part:
    """Deleting a library deletes documents of equal content in other libraries too."""

    def defect(ctx: Part, library: Part) -> None:
        hashes = {each.hash for each in ctx.table(Document).children(library.id)}
        remove(ctx, library)
        for document in list(ctx.table(Document)):
            if document.hash in hashes:
                upkeep.forget(ctx.store, document)
                upkeep.refresh(ctx.store, document.library_id, ctx.clock.stamp())

    return defect
