"""What is done to executions from outside: signals, updates, ends, resets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.unit.mock_workflow_engine.executions_made import after, do, kinds, last, make, seconds

from mistral_mock.resources.workflows import playing

if TYPE_CHECKING:
    from mistral_mock.resources.workflows.course import Run

ORDER: dict[str, Any] = {
    "state": {"amount": "none"},
    "signals": [{"name": "note", "set": {"note": "${sent}"}}],
    "updates": [{"name": "pay", "set": {"amount": "${sent.n}"}, "answer": "${state.amount}"}],
    "output": {"amount": "${state.amount}", "note": "${state.note}"},
}


def test_update_answers_with_what_it_has_changed() -> None:
    run = last(make({"sleep_s": 9}, **ORDER), do("update", 1, "pay", {"n": 3}))
    assert run.answers == {0: 3}
    assert run.result == {"amount": 3, "note": None}


def test_update_that_comes_with_a_steps_end_comes_after_it() -> None:
    script = make({"sleep_s": 1}, {"set": {"amount": 5}}, {"sleep_s": 1}, **ORDER)
    run = last(script, do("update", 1, "pay", {"n": 3}))
    assert run.result == {"amount": 3, "note": None}


def test_cancelled_run_tidies_up() -> None:
    script = make({"sleep_s": 9}, on_cancel=[{"activity": "close", "takes_s": 2}])
    run = last(script, do("cancel", 3, reason="enough"), do("cancel", 4))
    assert (run.status, run.failure) == ("CANCELED", "enough")
    assert seconds(run, "WORKFLOW_EXECUTION_CANCELED") == [5]
    assert kinds(run).count("WORKFLOW_EXECUTION_CANCEL_REQUESTED") == 1


def test_failure_while_tidying_up_changes_nothing() -> None:
    run = last(make({"sleep_s": 9}, on_cancel=[{"fail": "no"}]), do("cancel", 3))
    assert run.status == "CANCELED"


def test_run_that_tidies_up_can_be_terminated() -> None:
    script = make({"sleep_s": 9}, on_cancel=[{"activity": "close", "takes_s": 2}])
    run = last(script, do("cancel", 3), do("terminate", 4))
    assert (run.status, run.ended_at) == ("TERMINATED", after(4))


def test_reset_ends_a_run_that_still_runs() -> None:
    runs = runs_of(make({"sleep_s": 9}), do("reset", 3, event_id=1))
    assert [run.status for run in runs] == ["TERMINATED", "COMPLETED"]
    assert [run.ended_at for run in runs] == [after(3), after(12)]
    assert runs[0].run_id != runs[1].run_id


def test_reset_leaves_the_end_of_a_run_that_has_ended() -> None:
    runs = runs_of(make({"fail": "no"}), do("reset", 3, event_id=1))
    assert [run.status for run in runs] == ["FAILED", "FAILED"]


def test_reset_keeps_what_came_before_its_event() -> None:
    script = make({"activity": "a", "takes_s": 2}, {"activity": "b", "takes_s": 2})
    first, second = runs_of(script, do("reset", 9, event_id=4))
    assert second.happenings[:4] == first.happenings[:4]
    assert kinds(second)[4] == "WORKFLOW_TASK_FAILED"
    assert seconds(second, "ACTIVITY_TASK_SCHEDULED") == [0, 9]
    assert (second.started_at, second.ended_at) == (after(9), after(11))


def test_step_in_hand_goes_on_for_what_was_left_of_it() -> None:
    script = make({"sleep_s": 10}, signals=[{"name": "x"}])
    _, second = runs_of(script, do("signal", 4, "x"), do("reset", 20, event_id=3))
    assert seconds(second, "TIMER_FIRED") == [26]


def test_reset_sends_again_what_came_later() -> None:
    script = make({"sleep_s": 9}, **ORDER)
    did = (do("signal", 1, "note", "hi"), do("update", 2, "pay", {"n": 3}))
    choices: tuple[tuple[dict[str, Any], dict[str, Any]], ...] = (
        ({}, {"amount": 3, "note": "hi"}),
        ({"exclude_signals": True}, {"amount": 3, "note": None}),
        ({"exclude_updates": True}, {"amount": "none", "note": "hi"}),
    )
    for left_out, result in choices:
        assert last(script, *did, do("reset", 3, event_id=1, **left_out)).result == result


def test_end_that_came_later_does_not_come_again() -> None:
    for kind in ("cancel", "terminate"):
        assert last(make({"sleep_s": 9}), do(kind, 1), do("reset", 3, event_id=1)).status == (
            "COMPLETED"
        )


def test_second_reset_may_go_back_behind_the_first() -> None:
    script = make({"activity": "a", "takes_s": 2}, {"activity": "b", "takes_s": 2})
    did = (do("reset", 9, event_id=4), do("reset", 20, event_id=1))
    assert last(script, *did).ended_at == after(24)


def test_second_reset_may_go_back_to_a_place_after_the_first() -> None:
    script = make({"activity": "a", "takes_s": 2}, {"activity": "b", "takes_s": 2})
    run = last(script, do("reset", 9, event_id=4), do("reset", 20, event_id=7))
    assert kinds(run)[4:9] == [
        "WORKFLOW_TASK_FAILED",
        "ACTIVITY_TASK_SCHEDULED",
        "ACTIVITY_TASK_STARTED",
        "WORKFLOW_TASK_FAILED",
        "ACTIVITY_TASK_COMPLETED",
    ]
    assert run.ended_at == after(22)


def test_reset_of_a_later_run_goes_back_in_that_run() -> None:
    script = make({"sleep_s": 2}, {"continue_as_new": {}}, output="${runs}")
    runs = runs_of(script, do("reset", 10, event_id=1))
    assert [run.status for run in runs] == ["CONTINUED_AS_NEW", "COMPLETED", "COMPLETED"]
    assert (runs[2].result, runs[2].ended_at) == (2, after(12))


def runs_of(*given: Any) -> tuple[Run, ...]:
    execution, *moments = given
    for moment in moments:
        execution = execution.after(moment)
    runs: tuple[Run, ...] = playing.course_of(execution).runs
    return runs
