"""Schemathesis over the document: how its report is read, what is known, and a short sample."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import run_schemathesis
from run_schemathesis import Explanation, Finding, read, read_explanations, unexplained

from mistral_openapi import operations

if TYPE_CHECKING:
    from collections.abc import Sequence

REPORT = """\
___________________ GET /v1/shelves ___________________
1. Test Case ID: abc

- ST202 Schema-valid request rejected

    Valid data should have been accepted

[400] Bad Request:

2. Test Case ID: def

- ST108 SSE event violates schema
- ST101 Server error

[501] Not Implemented:

________________ POST /v1/shelves/{id} ________________
- ST999 Without an answer
=================== SUMMARY ===================
"""
GET, POST = "GET /v1/shelves", "POST /v1/shelves/{id}"
FINDINGS = [
    Finding(GET, "ST202", "Schema-valid request rejected", "400"),
    Finding(GET, "ST108", "SSE event violates schema", "501"),
    Finding(GET, "ST101", "Server error", "501"),
    Finding(POST, "ST999", "Without an answer"),
]


def test_findings_are_read_with_their_operation_and_status() -> None:
    assert list(read(REPORT)) == FINDINGS


@pytest.mark.parametrize(
    ("code", "where", "status", "left"),
    [
        ("ST101", "*", "501", [0, 1, 3]),
        ("ST101", "*", "500", [0, 1, 2, 3]),
        ("ST202", "GET /v1/*", "", [1, 2, 3]),
        ("ST202", "POST /v1/*", "", [0, 1, 2, 3]),
    ],
)
def test_a_row_explains_its_code_and_place_and_status(
    code: str, where: str, status: str, left: Sequence[int]
) -> None:
    known = [Explanation(code, where, status, "It is so.")]
    assert unexplained(FINDINGS, known) == [FINDINGS[at] for at in left]


def test_every_known_finding_has_a_reason_and_an_operation() -> None:
    places = [f"{one.method} {one.path}" for one in operations()]
    for row in read_explanations():
        assert row.reason.strip().endswith(".")
        at = [Finding(place, row.code, "", row.status) for place in places]
        assert any(row.explains(finding) for finding in at), row.where


def test_a_sample_of_operations_keeps_what_the_document_says(
    capsys: pytest.CaptureFixture[str],
) -> None:
    sample = ["models.list", "embeddings.create", "beta.libraries.create", "fim.complete"]
    chosen = [word for name in sample for word in ("--include-operation-id", name)]
    code = run_schemathesis.main([*chosen, "--phases", "examples,coverage", "--seed", "1"])
    printed = capsys.readouterr().out
    assert code == 0, printed
    assert "Tested: 4" in printed


def test_a_run_that_does_not_start_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_schemathesis.main(["--no-such-option"]) == 2
    assert "no-such-option" in capsys.readouterr().out
