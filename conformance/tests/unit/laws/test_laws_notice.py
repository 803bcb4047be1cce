"""Each law notices a defect of its class: answers of the mock are altered, one law is judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.unit.laws import (
    defects_of_access,
    defects_of_along,
    defects_of_answers,
    defects_of_ends,
    defects_of_groups,
    defects_of_lists,
    defects_of_neighbours,
    defects_of_several,
    defects_of_texts,
    defects_of_traces,
)
from tests.unit.laws.defects import DEFECTS

from mistral_conformance.laws import load_laws
from mistral_conformance.running.plan import WHOLE
from mistral_conformance.verdict.outcome import RED, Status

if TYPE_CHECKING:
    from tests.unit.laws.conftest import Judged
    from tests.unit.laws.defects import Defect

MODULES = (
    defects_of_access,
    defects_of_along,
    defects_of_answers,
    defects_of_ends,
    defects_of_groups,
    defects_of_lists,
    defects_of_neighbours,
    defects_of_several,
    defects_of_texts,
    defects_of_traces,
)
"""Each registers the defects of one part of the laws."""


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda each: each.name)
def test_a_defect_makes_its_law_fail(judged: Judged, defect: Defect) -> None:
    law = defect.case.partition("[")[0]
    results = judged(law, alter=defect.make(), only=defect.case, profile=WHOLE)
    assert [each.status in RED for each in results.values()] == [True]
    assert defect.told in results[defect.case].reason


def test_every_law_has_a_defect() -> None:
    tried = {each.case.partition("[")[0] for each in DEFECTS}
    assert {each.id for each in load_laws()} - tried == {"offered.operation"}


def test_laws_hold_on_the_mock(judged: Judged) -> None:
    """The third of the cases that is judged in `test_laws_judge_fairly` on no other mock."""
    broken = {
        name: each.reason
        for name, each in judged(part=slice(2, None, 3)).items()
        if each.status in {Status.FAIL, Status.ERROR}
    }
    assert broken == {}


def test_laws_need_one_identity_only(judged: Judged) -> None:
    broken = {
        name: each.reason
        for name, each in judged(alone=True, part=slice(0, None, 2)).items()
        if each.status in {Status.FAIL, Status.ERROR}
    }
    assert broken == {}
