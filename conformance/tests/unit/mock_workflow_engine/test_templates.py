"""Templates: JSON in which paths stand for values."""

from __future__ import annotations

from typing import Any

import pytest

from mistral_mock.resources.workflows.templates import fill

SCOPE = {"input": {"n": 3, "list": [1, {"a": "b"}], "no": None, "x": {"y": 1.5}}}


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ("${input.n}", 3),
        ("${ input.list.1.a }", "b"),
        ("n is ${input.n}, y ${input.x}", 'n is 3, y {"y": 1.5}'),
        ("${input.no}|${input.unknown}|", "||"),
        ("${input.unknown.further}", None),
        ("${input.list.9}", None),
        ("${input.n.more}", None),
        ({"a": ["${input.n}", 1, None, True]}, {"a": [3, 1, None, True]}),
        ("plain $ {text}", "plain $ {text}"),
    ],
)
def test_paths_stand_for_values(template: Any, value: Any) -> None:
    assert fill(template, SCOPE) == value
