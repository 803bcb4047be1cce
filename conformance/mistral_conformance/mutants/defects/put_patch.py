"""Defects of the twin methods PUT and PATCH."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.mutants.registry import mutant
from mistral_conformance.mutants.tools import edited, only_for
from mistral_conformance.rules.common import names as op

if TYPE_CHECKING:
    from mistral_conformance.mutants.registry import Part

PUT = "_with_put"


@mutant("put-patch.put-answers-less", op.PUT_LIBRARY, place="resources.libraries.crud:update")
def put_answers_less(update: Part) -> Part:
    """PUT answers null for the description that PATCH shows."""
    return only_for(PUT, update, edited(update, lambda found: {**found, "description": None}))


@mutant("put-patch.put-takes-any-type", op.PUT_LIBRARY, place="inputs:check_body")
def put_takes_any_type(check_body: Part) -> Part:
    """PUT does not check the types of its body's fields."""

    async def defect(operation: Part, source: Part, problems: Part) -> Part:
        found: list[Part] = []
        body = await check_body(operation, source, found)
        unchecked = operation.method == "PUT" and isinstance(body.value, dict)
        problems += [] if unchecked else found
        return body

    return defect
