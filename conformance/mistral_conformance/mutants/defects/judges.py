"""Defects of judges."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.mutants.registry import mutant
from mistral_conformance.rules.common.observability import CREATE_JUDGE
from mistral_conformance.rules.errors import UPDATE_JUDGE as UPDATE
from mistral_conformance.rules.events import ASK_JUDGE as ASK
from mistral_mock.answers import no_content

if TYPE_CHECKING:
    from mistral_conformance.mutants.registry import Part

LIST = "beta.observability.judges.list"
FETCH = "beta.observability.judges.fetch"
DELETE = "beta.observability.judges.delete"

JUDGES = "resources.observability.judges"
JUDGING = "resources.observability.judging"


@mutant("judges.names-may-repeat", CREATE_JUDGE, UPDATE, place=f"{JUDGES}:check_name")
def names_may_repeat(_check_name: Part) -> Part:
    """Two judges can have one name."""
    return lambda *_given, **_more: None


@mutant("judges.pages-count-from-0", LIST, place=f"{JUDGES}:list_judges")
def pages_count_from_0(list_judges: Part) -> Part:
    """Page 1 of the judges is the second page."""
    return lambda ctx: list_judges(evolve(ctx, query={**ctx.query, "page": ctx.query["page"] + 1}))


@mutant("judges.update-needs-no-change", UPDATE, place=f"{JUDGES}:check_update")
def update_needs_no_change(_check_update: Part) -> Part:
    """An update that changes nothing is taken, as is any other."""
    return lambda _ctx, _judge, _contents: None


@mutant("judges.defaults-are-a-change", UPDATE, place=f"{JUDGES}:check_update")
def defaults_are_a_change(check_update: Part) -> Part:
    """The ends of a scale that a body leaves out are compared as if they were none."""

    def defect(ctx: Part, judge: Part, contents: Part) -> None:
        check_update(ctx, judge, {**contents, "output": ctx.body["output"]})

    return defect


@mutant("judges.deleted-judge-stays", DELETE, FETCH, LIST, ASK, place=f"{JUDGES}:delete")
def deleted_judge_stays(_delete: Part) -> Part:
    """Deleting a judge is answered, but the judge stays."""
    return lambda _ctx: no_content()


@mutant("judges.verdict-leaves-the-scale", ASK, place=f"{JUDGING}:rate")
def verdict_leaves_the_scale(rate: Part) -> Part:
    """Every scale begins at 0, and is as long as it should be."""

    def defect(output: Part, words: Part, chance: Part) -> Part:
        length = output.get("max", 1) - output.get("min", 0)
        return rate({**output, "min": 0, "max": length}, words, chance)

    return defect


@mutant("judges.verdict-is-the-first-class", ASK, place=f"{JUDGING}:classify")
def verdict_is_the_first_class(classify: Part) -> Part:
    """The verdict is the first class, whatever the text."""
    return lambda options, words, chance: classify(options[:1], words, chance)


@mutant(
    "judges.unknown-judge-has-another-code", FETCH, place="resources.observability.lookups:missing"
)
def unknown_judge_has_another_code(missing: Part) -> Part:
    """A judge that does not exist is told with the code of a dataset."""
    return lambda what, code: missing(what, code.replace("JUDGE", "DATASET"))


@mutant("judges.classes-are-small", ASK, place=f"{JUDGING}:classify")
def classes_are_small(classify: Part) -> Part:
    """A class is answered in small letters, whatever the judge calls it."""

    def defect(*given: Part) -> Part:
        verdict = classify(*given)
        return {**verdict, "answer": verdict["answer"].lower()}

    return defect
