"""Generic defects: what they are applied to, what they alter, and which of them are judged."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from mistral_conformance import mutants
from mistral_conformance.model.document import load_document
from mistral_conformance.mutants.generic import (
    draw_sample,
    load_all,
    load_equivalences,
    load_generic,
)
from mistral_conformance.mutants.generic.traffic import Altered
from mistral_conformance.mutants.judging import Verdict, judge_mutant, mock_session
from mistral_conformance.mutants.page import board_page
from mistral_conformance.mutants.registry import Former, load_formers, load_mutants
from mistral_conformance.mutants.results import WrongResults, keep_verdicts, read_verdicts
from mistral_mock.store import Table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CAUGHT = (
    "answer-lacks[files.retrieve:bytes]",
    "foreign-is-open[files.retrieve:file_id]",
    "action-is-only-said[workflows.executions.cancel_workflow_execution]",
    "deleted-stays-listed[files.list]",
    "update-is-lost[beta.libraries.update:name]",
    "removal-is-not-done[BatchJob]",
    "list-lags[audio.voices.list]",
)
"""One of each module, with what is fast to judge; `make board` judges all."""
LIBRARIES = "/v1/libraries"
FORMERS = (Former("chat.is-late", "a[x]", "Made."), Former("chat.is-odd", "", "Free."))


@pytest.fixture
def altered() -> Iterator[Any]:
    """A function that gives a client of a mock with a defect, as the first caller."""
    open_now: list[Any] = []

    def enter(manager: Any) -> Any:
        open_now.append(manager)
        return manager.__enter__()

    def start(defect_id: str) -> httpx.Client:
        defect = load_all()[defect_id]
        enter(defect.applied())
        session = enter(mock_session(around=defect.around))
        key = session.identities["caller"].key
        headers = {"authorization": f"Bearer {key}"}
        base_url = session.wire.base_url
        http = httpx.Client(base_url=base_url, headers=headers, trust_env=False)
        enter(http)
        return http

    yield start
    for each in reversed(open_now):
        each.__exit__(None, None, None)


def _verdict(name: str, **fields: Any) -> Verdict:
    return Verdict(name, name.partition("[")[0], "files", "Wrong.", **fields)


def _main(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    mutants.add_arguments(parser)
    return mutants.main(parser.parse_args([*arguments, "--jobs", "1"]))


@pytest.mark.parametrize("defect_id", CAUGHT)
def test_a_defect_of_each_kind_is_caught_by_a_must(defect_id: str) -> None:
    assert judge_mutant(defect_id).level == "MUST"


def test_what_the_mock_never_shows_is_not_met() -> None:
    verdict = judge_mutant("usage-is-off[embeddings.create:usage.prompt_audio_seconds]")
    assert (verdict.caught, verdict.struck) == (False, False)


def test_every_group_of_the_mock_has_defects_by_the_hundred_or_few_operations() -> None:
    counted = Counter(each.operations[0].split(".")[-2] for each in load_generic().values())
    assert len(load_generic()) > 5000
    assert min(counted.values()) >= 10


def test_defects_name_operations_of_the_document() -> None:
    known = set(load_document().operations)
    assert {op for each in load_all().values() for op in each.operations} <= known


def test_every_equivalence_covers_a_defect_and_says_why() -> None:
    for row in load_equivalences():
        assert row.why
        for pattern in row.of:
            alone = [name for name in load_all() if type(row)((pattern,), row.why).covers(name)]
            assert alone, pattern


def test_equivalent_defects_are_not_judged() -> None:
    assert not {each for each in load_generic() if each.startswith("existence-leaks")}


def test_a_sample_is_the_same_by_its_seed_and_another_by_another() -> None:
    ids = list(load_generic())
    assert draw_sample(ids, 50, 1) == draw_sample(ids, 50, 1) != draw_sample(ids, 50, 2)


def test_a_sample_takes_each_operator_once_before_any_twice() -> None:
    operators = {each.operator for each in load_generic().values()}
    drawn = draw_sample(load_generic(), len(operators), 3)
    assert {each.partition("[")[0] for each in drawn} == operators


def test_a_lost_field_of_an_update_is_lost(altered: Any) -> None:
    http = altered("update-is-lost[beta.libraries.update:name]")
    made = http.post(LIBRARIES, json={"name": "before"}).json()
    http.patch(f"{LIBRARIES}/{made['id']}", json={"name": "after"})
    assert http.get(f"{LIBRARIES}/{made['id']}").json()["name"] == "before"


def test_a_lost_field_is_lost_inside_of_what_frames_it_beside_others(altered: Any) -> None:
    http = altered("sent-is-lost[workflows.schedules.schedule_workflow:jitter]")
    schedule = {"input": {"name": "Ada"}, "cron_expressions": ["0 2 * * *"], "jitter": "PT5S"}
    body = {"workflow_identifier": "greet", "schedule": schedule}
    made = http.post("/v1/workflows/schedules", json=body).json()
    found = http.get(f"/v1/workflows/schedules/{made['schedule_id']}").json()
    assert [found["jitter"], found["cron_expressions"]] == [None, ["0 2 * * *"]]


def test_a_field_that_is_left_out_is_left_out_of_that_operation_alone(altered: Any) -> None:
    http = altered("answer-lacks[beta.libraries.get:name]")
    made = http.post(LIBRARIES, json={"name": "one"}).json()
    assert made["name"] == "one"
    assert "name" not in http.get(f"{LIBRARIES}/{made['id']}").json()


def test_a_defect_of_the_store_is_gone_afterwards() -> None:
    healthy = Table.remove
    with load_all()["removal-is-not-done[BatchJob]"].applied():
        assert Table.remove is not healthy
    assert Table.remove is healthy


def test_a_defect_has_struck_once_it_has_altered_something() -> None:
    defect = load_all()["answer-lacks[beta.libraries.get:name]"]
    seen: list[Any] = []

    def around(app: Any) -> Any:
        seen.append(defect.around(app))
        return seen[0]

    with mock_session(around=around) as session:
        key = session.identities["caller"].key
        headers = {"authorization": f"Bearer {key}"}
        with httpx.Client(base_url=session.wire.base_url, headers=headers, trust_env=False) as http:
            made = http.post(LIBRARIES, json={"name": "one"}).json()
            assert isinstance(seen[0], Altered)
            assert not seen[0].struck
            http.get(f"{LIBRARIES}/{made['id']}")
            assert seen[0].struck


def test_a_board_goes_on_where_it_was_stopped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results = tmp_path / "results.jsonl"
    known = "answer-lacks[files.retrieve:bytes]"
    list(keep_verdicts(results, iter([_verdict(known, rule="schema.body", level="MUST")])))
    with results.open("a") as file:
        file.write('{"mutant": "cut o')
    code = _main("--generic", "--only", known, CAUGHT[1], "--results", str(results))
    assert code == 0
    assert "1 of 2 defects are judged already" in capsys.readouterr().out
    assert set(read_verdicts(results)) == {known, CAUGHT[1]}


def test_a_file_of_something_else_is_wrong_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results = tmp_path / "results.jsonl"
    results.write_text(json.dumps({"no": "verdict"}) + "\n")
    with pytest.raises(WrongResults, match="line 1"):
        read_verdicts(results)
    assert _main("--only", "deletes", "--results", str(results)) == 2
    assert "line 1: no verdict" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--sample", "0"), "--sample: write 1 or more"),
        (("--page", "page.md"), "--page tells what is in --results FILE"),
    ],
)
def test_wrong_use_says_what_to_write(
    arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _main(*arguments) == 2
    assert said in capsys.readouterr().err


def test_the_page_counts_by_the_strongest_level_and_lists_what_was_missed() -> None:
    verdicts = [
        _verdict("a[x]", rule="views.created-is-shown[file]", level="MUST"),
        _verdict("a[y]", rule="sets.filter[file]", level="SHOULD", schemathesis="x: Failure"),
        _verdict("a[z]", schemathesis=""),
        _verdict("b[x]", struck=False),
    ]
    page = board_page(verdicts, 9, (), ("chat.no-defect",), formers=FORMERS, named=5)
    assert "4 of 9 defects were judged." in page
    assert "| caught by a MUST | 33.3 % |" in page
    assert "| caught by a MUST or SHOULD | 66.7 % |" in page
    assert "| a | 1 | 1 | 0 | 1 | 0 |" in page
    assert "- `a[z]`: Wrong." in page
    assert "noticed 1 of 2 (50.0 %)" in page
    assert "`chat.no-defect`" in page
    assert "5 defects are written by hand. 2 former ones are gone: 1 have a successor, 1" in page
    assert "| `chat.is-late` | `a[x]` | Made. |" in page
    assert "| `chat.is-odd` | - | Free. |" in page


def test_plain_schemathesis_is_asked_with_as_many_requests() -> None:
    verdict = judge_mutant("answer-retypes[files.list:data]", schemathesis=True)
    assert verdict.schemathesis == "files.list: JsonSchemaError"


def test_each_named_defect_that_is_gone_has_a_successor_or_is_nobodys_fault() -> None:
    gone = {each.id: each.now for each in load_formers()}
    assert {each for each in gone.values() if each} <= load_mutants().keys() | load_generic().keys()
    assert not gone.keys() & load_mutants().keys()
