"""What has been shown once stays, whatever comes later: for scripts and actions of any kind."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.mock_workflow_engine.executions_made import BEGIN, make

from mistral_mock.resources.workflows import playing
from mistral_mock.resources.workflows.records import Moment

if TYPE_CHECKING:
    from hypothesis.strategies import DataObject

    from mistral_mock.resources.workflows.course import Run
    from mistral_mock.resources.workflows.records import Execution

TIMES = st.sampled_from([0, 0, 1, 2, 5])
NAMES = st.sampled_from(["x", "y"])
STEPS = st.one_of(
    st.fixed_dictionaries(
        {"activity": NAMES, "takes_s": TIMES, "fails": st.integers(0, 2)},
        optional={"retry": st.just({"attempts": 2, "interval_s": 3}), "timeout_s": TIMES},
    ),
    st.fixed_dictionaries({"task": NAMES, "takes_s": TIMES, "progress": st.just([1])}),
    st.fixed_dictionaries({"sleep_s": TIMES}),
    st.fixed_dictionaries({"wait_for": NAMES}, optional={"timeout_s": TIMES}),
    st.fixed_dictionaries({"set": st.just({"v": "${sent}"})}),
    st.just({"continue_as_new": {"times": 2}}),
)
KINDS = st.sampled_from(["signal", "update", "signal", "reset", "cancel", "terminate"])


@st.composite
def scripts(draw: st.DrawFn) -> Execution:
    return make(
        *draw(st.lists(STEPS, max_size=5)),
        on_cancel=draw(st.lists(STEPS, max_size=1)),
        updates=[{"name": "x", "set": {"v": 1}}],
        execution_timeout_s=30,
    )


@given(scripts(), st.data())
@settings(max_examples=150)
def test_what_is_past_stays(execution: Execution, data: DataObject) -> None:
    now = BEGIN
    for _ in range(data.draw(st.integers(1, 5))):
        now += timedelta(seconds=data.draw(st.sampled_from([1, 1, 2, 5])))
        before = playing.course_of(execution).so_far(now)
        execution = execution.after(act(data, now, before[-1]))
        later = playing.course_of(execution).so_far(now)
        assert [run.run_id for run in later][: len(before)] == [run.run_id for run in before]
        for old, new in zip(before, later, strict=False):
            assert new.happenings[: len(old.happenings)] == old.happenings
            assert old.open or (new.status, new.ended_at) == (old.status, old.ended_at)


@given(scripts(), st.integers(0, 40))
@settings(max_examples=100)
def test_playing_up_to_a_moment_shows_what_the_whole_course_shows(
    execution: Execution, seconds: int
) -> None:
    now = BEGIN + timedelta(seconds=seconds)
    short = playing.play(execution, now).so_far(now)
    whole = playing.course_of(execution).so_far(now)
    assert [told(run) for run in short] == [told(run) for run in whole]


def told(run: Run) -> tuple[Any, ...]:
    ended = run.status if not run.open else "open"
    return (run.run_id, run.happenings, run.ended_at, run.result, ended)


def act(data: DataObject, now: Any, run: Run) -> Moment:
    """Something that may be done to the execution at this moment."""
    places = len(run.happenings) - (0 if run.open else 1)
    kind = data.draw(KINDS) if run.open else "reset"
    details: dict[str, Any] = {}
    if kind == "reset":
        details["event_id"] = data.draw(st.integers(1, max(places, 1)))
        details["exclude_signals"] = data.draw(st.booleans())
    return Moment(at=now, kind=kind, name="x", value=1, details=details)
