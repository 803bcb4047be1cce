"""What each step of a script does, and when."""

from __future__ import annotations

import pytest
from tests.unit.mock_workflow_engine.executions_made import HOUR_S, do, kinds, last, make, seconds

from mistral_mock.resources.workflows import playing


def test_script_without_steps_ends_at_once() -> None:
    run = last(make(output="${input.x}", given={"x": [1]}))
    assert (run.status, run.result, run.ended_at) == ("COMPLETED", [1], run.started_at)


def test_activity_takes_its_time_and_keeps_its_result() -> None:
    step = {"activity": "a", "takes_s": 2, "result": {"n": "${input.n}"}, "save": "got"}
    run = last(make(step, output="${state.got.n}", given={"n": 7}))
    assert run.result == 7
    assert seconds(run, "WORKFLOW_EXECUTION_COMPLETED") == [2]


def test_activity_is_tried_again_after_its_interval() -> None:
    step = {"activity": "a", "takes_s": 1, "fails": 2, "retry": {"attempts": 3, "interval_s": 10}}
    run = last(make(step))
    assert seconds(run, "ACTIVITY_TASK_STARTED") == [0, 11, 22]
    assert seconds(run, "ACTIVITY_TASK_RETRYING") == [1, 12]
    assert run.status == "COMPLETED"


def test_last_try_of_an_activity_fails_the_run() -> None:
    step = {"activity": "a", "fails": 9, "failure": "no", "retry": {"attempts": 2}}
    run = last(make(step))
    assert (run.status, run.failure, run.result) == ("FAILED", "no", None)
    assert kinds(run)[-2:] == ["ACTIVITY_TASK_FAILED", "WORKFLOW_EXECUTION_FAILED"]


def test_activity_longer_than_its_limit_fails_at_the_limit() -> None:
    run = last(make({"activity": "a", "takes_s": 9, "timeout_s": 4}))
    assert seconds(run, "ACTIVITY_TASK_FAILED") == [4]
    assert run.failure == "a has taken too long"


def test_task_tells_its_progress_evenly() -> None:
    run = last(make({"task": "t", "takes_s": 3, "progress": [1, 2], "result": 3}))
    assert seconds(run, "CUSTOM_TASK_IN_PROGRESS") == [1, 2]
    assert seconds(run, "CUSTOM_TASK_COMPLETED") == [3]


def test_task_longer_than_its_limit_times_out() -> None:
    run = last(make({"task": "t", "takes_s": 9, "timeout_s": 4, "progress": [1]}))
    assert kinds(run)[1:3] == ["CUSTOM_TASK_STARTED", "CUSTOM_TASK_TIMED_OUT"]
    assert seconds(run, "CUSTOM_TASK_TIMED_OUT") == [4]


def test_task_may_fail() -> None:
    run = last(make({"task": "t", "fails": 1, "failure": "no"}))
    assert (kinds(run)[-2], run.failure) == ("CUSTOM_TASK_FAILED", "no")


def test_task_in_hand_is_given_up_when_the_run_is_cancelled() -> None:
    run = last(make({"task": "t", "takes_s": 9}), do("cancel", 3))
    assert kinds(run)[-2:] == ["CUSTOM_TASK_CANCELED", "WORKFLOW_EXECUTION_CANCELED"]


def test_signal_that_came_early_is_taken_up_later() -> None:
    script = make({"sleep_s": 5}, {"wait_for": "go", "save": "v"}, output="${state.v}")
    run = last(script, do("signal", 1, "go", 7))
    assert (run.result, seconds(run, "WORKFLOW_EXECUTION_COMPLETED")) == (7, [5])


def test_signals_are_taken_up_one_by_one() -> None:
    wait = {"wait_for": "go", "save": "v"}
    run = last(make(wait, wait, output="${state.v}"), do("signal", 1, "go", 1))
    assert run.status == "TIMED_OUT"
    run = last(
        make(wait, wait, output="${state.v}"), do("signal", 1, "go", 1), do("signal", 2, "go", 2)
    )
    assert (run.status, run.result) == ("COMPLETED", 2)


def test_other_signals_end_no_wait() -> None:
    run = last(make({"wait_for": "go", "timeout_s": 5}), do("signal", 1, "else"))
    assert (run.status, run.failure) == ("FAILED", "No signal go came within 5 s")


def test_wait_in_vain_may_have_a_value() -> None:
    step = {"wait_for": "go", "timeout_s": 5, "otherwise": "none", "save": "v"}
    run = last(make(step, output="${state.v}"))
    assert (run.result, seconds(run, "TIMER_FIRED")) == ("none", [5])


def test_wait_does_not_move_the_end_of_a_sleep() -> None:
    run = last(make({"sleep_s": 10}), do("signal", 3, "x"), do("update", 4, "y"))
    assert seconds(run, "TIMER_FIRED") == [10]


def test_fail_fills_its_reason() -> None:
    run = last(make({"fail": "no ${input.what}"}, given={"what": "mail"}))
    assert (run.status, run.failure) == ("FAILED", "no mail")


def test_variables_change_all_at_once() -> None:
    script = make({"set": {"a": "${state.b}", "b": "${state.a}"}}, state={"a": 1, "b": 2})
    run = last(script)
    assert run.scope["state"] == {"a": 2, "b": 1}


def test_run_carries_on_as_often_as_asked() -> None:
    step = {"continue_as_new": {"times": 2, "input": {"n": "${runs}"}}}
    runs = playing.course_of(make({"sleep_s": 1}, step, output="${input.n}")).runs
    assert [run.status for run in runs] == ["CONTINUED_AS_NEW", "CONTINUED_AS_NEW", "COMPLETED"]
    assert runs[2].result == 2
    assert [run.continued_run_id for run in runs[1:]] == [run.run_id for run in runs[:2]]
    assert {run.first_run_id for run in runs} == {runs[0].run_id}


def test_time_counts_over_all_runs() -> None:
    step = {"continue_as_new": {"times": 99}}
    runs = playing.course_of(make({"sleep_s": 10}, step, execution_timeout_s=25)).runs
    assert (len(runs), runs[-1].status) == (3, "TIMED_OUT")
    assert seconds(runs[-1], "WORKFLOW_EXECUTION_TIMED_OUT") == [25]


def test_day_is_the_limit_of_those_that_name_none() -> None:
    run = last(make({"wait_for": "go"}))
    assert seconds(run, "WORKFLOW_EXECUTION_TIMED_OUT") == [24 * HOUR_S]


def test_child_is_waited_for() -> None:
    script = make({"run": "other", "input": {"n": 1}, "save": "v"}, output="${state.v}")
    begun = next(one for one in last(script).happenings if "CHILD" in one.kind)
    child = begun.attributes["execution_id"]
    assert begun.attributes["input"] == {"n": 1}
    run = last(script, do("child", 4, child, 9, status="COMPLETED", failure=None))
    assert (run.result, seconds(run, "WORKFLOW_EXECUTION_COMPLETED")) == (9, [4])
    run = last(script, do("child", 4, child, None, status="FAILED", failure="no"))
    assert (run.status, run.failure) == ("FAILED", "no")


@pytest.mark.parametrize("kind", ["cancel", "terminate"])
def test_ended_run_takes_nothing_more(kind: str) -> None:
    run = last(make({"sleep_s": 1}), do(kind, 2))
    assert run.status == "COMPLETED"
