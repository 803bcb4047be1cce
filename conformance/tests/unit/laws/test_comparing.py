"""A difference is told by the place where it is."""

from __future__ import annotations

import pytest

from mistral_conformance.laws.comparing import tell_difference

PROMPT = {"prompt_tokens": 10, "completion_tokens": 6, "total_tokens": 16}
CALL = ("weather", {"city": "Lyon"})


@pytest.mark.parametrize(
    ("what", "left", "right", "told"),
    [
        (
            "",
            {"usage": PROMPT},
            {"usage": {**PROMPT, "total_tokens": 15}},
            ("`usage.total_tokens`", "16", "15"),
        ),
        ("the end", "stop", "length", ("the end", '"stop"', '"length"')),
        (
            "the calls of choice 0",
            [CALL, CALL],
            [CALL, ("time", {})],
            ("`1` of the calls of choice 0", '["weather", {"city": "Lyon"}]', '["time", {}]'),
        ),
        ("files.list", {"a": {"b": None}}, {"a": {}}, ("`a.b` of files.list", "null", "absent")),
    ],
)
def test_difference_is_told_by_its_first_place(
    what: str, left: object, right: object, told: tuple[str, str, str]
) -> None:
    assert tell_difference(what, left, right) == told
