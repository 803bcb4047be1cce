"""A run in parts: each case in one of them, and put together again as one run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve
from tests.unit.suite.report_values import case, report

from mistral_conformance import cli
from mistral_conformance.laws import load_laws
from mistral_conformance.model.document import load_document
from mistral_conformance.report.merging import merge
from mistral_conformance.report.model import Body as AnyBody
from mistral_conformance.report.model import CaseResult, Evidence, Report, Request, Response
from mistral_conformance.report.reading import WrongReport
from mistral_conformance.rules import load_rules
from mistral_conformance.running.plan import make_plan, profile_operations
from mistral_conformance.running.shards import Shard, cost_of, parse_shard, take
from mistral_conformance.verdict.outcome import Status
from mistral_conformance.verdict.requirement import Level

if TYPE_CHECKING:
    from pathlib import Path

EMPTY = AnyBody("text", "", 0, cut=False)


def answer_of(operation: str) -> Evidence:
    request = Request("GET", "http://127.0.0.1:1/v1", (), EMPTY)
    answer = Response(500, (), EMPTY)
    return Evidence(1, "caller", operation, request, answer, "", 0.1, "curl")


def whole() -> list[CaseResult]:
    """Four cases: the last could not be judged because of the first."""
    broken = case(
        "a.breaks", status=Status.FAIL, reason="answers 500", evidence=(answer_of("files.list"),)
    )
    kept = case(
        "b.kept", status=Status.ERROR, reason="no list", hindrance="files.list", level=Level.SHOULD
    )
    cases = [broken, case("a.holds"), case("b.holds"), kept]
    return [evolve(each, position=at) for at, each in enumerate(cases, start=1)]


def shards(*parts: list[int]) -> list[Report]:
    """The reports of shards that hold the named cases."""
    cases = whole()
    return [
        report(
            *(cases[each] for each in part),
            run={"shard": f"{at}/{len(parts)}", "holds": False, "planned": len(part)},
        )
        for at, part in enumerate(parts, start=1)
    ]


def test_each_case_is_in_one_shard_and_shards_cost_about_the_same() -> None:
    document = load_document()
    operations = profile_operations(document, "libraries")
    plan = make_plan(document, [*load_rules(), *load_laws()], operations, "libraries")
    parts = [take(plan, Shard(number, 8)) for number in range(1, 9)]
    names = [each.name for part in parts for each in part]
    assert sorted(names) == sorted(each.name for each in plan)
    costs = [sum(map(cost_of, part)) for part in parts]
    assert max(costs) - min(costs) <= max(map(cost_of, plan))
    assert parts[2] == take(plan, parse_shard("3/8"))


@pytest.mark.parametrize("text", ["0/8", "9/8", "3", "3/0", "-1/2", "a/b", "1/2/3", ""])
def test_what_is_no_shard_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="write 3/8"):
        parse_shard(text)


def test_case_is_blocked_by_what_another_shard_found() -> None:
    merged = merge(shards([0, 2], [1, 3]))
    kept = merged.rules[-1]
    assert (kept.status, kept.blocked_by) == (Status.BLOCKED, "a.breaks")
    assert [each.name for each in merged.rules] == [each.name for each in whole()]
    assert merged.summary[Level.MUST]["fail"] == 1
    assert not merged.run.holds


def test_order_of_shards_does_not_matter() -> None:
    first, second = shards([0, 2], [1, 3])
    assert merge([second, first]) == merge([first, second])


def test_missing_shards_are_named_and_the_run_does_not_hold() -> None:
    _, second, _ = shards([0], [1, 2], [3])
    merged = merge([second])
    assert merged.run.stopped == "without shards 1/3, 3/3"
    assert not merged.run.holds
    assert merged.run.shard == ""


def test_what_are_no_shards_of_one_run_is_refused() -> None:
    first, second = shards([0], [1])
    other = evolve(second, run=evolve(second.run, seed=7))
    plain = evolve(second, run=evolve(second.run, shard=""))
    thirds = evolve(second, run=evolve(second.run, shard="2/3"))
    for reports, words in [
        ([first, first], "comes twice"),
        ([first, other], "differ in seed"),
        ([first, plain], "is of no shard"),
        ([first, thirds], "have one number"),
    ]:
        with pytest.raises(WrongReport, match=words):
            merge(reports)


def verdicts(folder: Path) -> dict[str, Any]:
    found = json.loads((folder / "report.json").read_text("utf-8"))
    return {each["name"]: each["status"] for each in found["rules"]}


def test_merged_shards_of_a_run_tell_what_one_run_tells(tmp_path: Path) -> None:
    run = ["run", "--embedded-mock", "--profile", "inference", "--rules", "models.*"]
    assert cli.main([*run, "--report-dir", str(tmp_path / "one")]) == 0
    for each in ("1", "2", "3"):
        cli.main([*run, "--shard", f"{each}/3", "--report-dir", str(tmp_path / each)])
    merged = ["merge", str(tmp_path / "3"), str(tmp_path / "1" / "latest"), str(tmp_path / "2")]
    assert cli.main([*merged, "--report-dir", str(tmp_path / "all")]) == 0
    assert list(verdicts(tmp_path / "all").items()) == list(verdicts(tmp_path / "one").items())
    assert cli.main([*merged[:-1], "--report-dir", str(tmp_path / "some")]) == 4
