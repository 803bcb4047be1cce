"""The clock's control route: what it has to answer, and what is said when it does not."""

from __future__ import annotations

import pytest
from tests.unit.suite.fake_server import Answer, serving

from mistral_conformance.clock import Clock
from mistral_conformance.outcome import Unjudged


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer(401, {"now": 1}), "answers 401"),
        (Answer(200, {"time": 1}), "does not tell `now`"),
        (Answer(200, [1]), "does not tell `now`"),
    ],
)
def test_a_route_that_is_no_clock_is_named_in_one_line(answer: Answer, said: str) -> None:
    with serving(lambda _: answer) as fake:
        clock = Clock(f"{fake.base_url}/clock")
        with pytest.raises(Unjudged, match=said) as caught:
            _ = clock.now
        clock.close()
    assert "\n" not in str(caught.value)
