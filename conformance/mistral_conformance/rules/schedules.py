"""Schedules: what they start, and when; pauses, limits and overlaps."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from mistral_conformance.rules.common.readings import column
from mistral_conformance.rules.common.steps import expect_equal, word
from mistral_conformance.rules.common.times import read_time
from mistral_conformance.rules.common.workflows import (
    APPROVE,
    ARCHIVE,
    BREAK,
    GET_EXECUTION,
    GREET,
    GREETED,
    UNARCHIVE,
    finished,
    need_workflow,
    terminate,
)
from mistral_conformance.session.rule import rule
from mistral_conformance.verdict.requirement import MUST, SHOULD

if TYPE_CHECKING:
    from collections.abc import Container
    from datetime import tzinfo

    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context

CREATE = "workflows.schedules.schedule_workflow"
DELETE = "workflows.schedules.unschedule_workflow"
GET = "workflows.schedules.get_schedule"
PAUSE = "workflows.schedules.pause_schedule"
RESUME = "workflows.schedules.resume_schedule"
EVENTS = "workflows.events.get_workflow_events"
TRIGGER = "workflows.schedules.trigger_schedule"
HOURLY: dict[str, Any] = {"intervals": [{"every": "PT1H"}]}
OFTEN: dict[str, Any] = {"intervals": [{"every": "PT15M"}]}
MISSED = 3
"""So many starts come while an execution goes on."""
RARELY: dict[str, Any] = {"cron_expressions": ["0 0 1 1 *"]}
"""Times that do not come while a rule looks."""
PARIS, NEW_YORK = ZoneInfo("Europe/Paris"), ZoneInfo("America/New_York")
EVERY_DAY = range(1, 8)
HOUR_S = 3600
ID = "execution_id"
ENDING = {4: "CANCELED", 5: "TERMINATED"}
"""The policies that end an older execution, and what that is then."""
INPUTS = {GREET: GREETED, APPROVE: {"amount": 1}, BREAK: {"reason": "too hot"}}


@rule(MUST, "document: ScheduleDefinition (cron_expressions, skip, time_zone_name)", (CREATE, GET))
def coming_starts_fit_the_times(ctx: Context) -> None:
    """The next ten starts are in order, at the schedule's local times, without those to skip.

    Starts on the first of each month go on beyond a change of the clocks.
    """
    monday = [{"hour": [{"start": 2}], "minute": [{"start": 30}], "day_of_week": [{"start": 1}]}]
    late = [{"hour": [{"start": 12, "end": 23}]}]
    nightly: dict[str, Any] = {
        "cron_expressions": ["30 2 * * 1-5"],
        "time_zone_name": "Europe/Paris",
    }
    _expect_coming(ctx, PARIS, {(2, 30)}, skip=monday, **nightly)
    for times in ({"intervals": [{"every": "PT6H"}]}, {"cron_expressions": ["0 */6 * * *"]}):
        _expect_coming(ctx, UTC, {(0, 0), (6, 0)}, days=EVERY_DAY, skip=late, **times)
    monthly = [{"hour": [{"start": 9}], "day_of_month": [{"start": 1}]}]
    for zone in (PARIS, NEW_YORK):
        for told in ({"cron_expressions": ["0 9 1 * *"]}, {"calendars": monthly}):
            _expect_coming(ctx, zone, {(9, 0)}, EVERY_DAY, time_zone_name=zone.key, **told)


@rule(SHOULD, "document: ScheduleDefinition (cron_expressions, calendars)", (CREATE, GET))
def leap_day_comes(ctx: Context) -> None:
    """What is to start on 29 February has coming starts in leap years, and on no other day."""
    months = [{"month": [{"start": 2}], "day_of_month": [{"start": 29}], "hour": [{"start": 6}]}]
    for told in ({"cron_expressions": ["0 6 29 2 *"]}, {"calendars": months}):
        found = ctx.prepare(GET, schedule_id=create(ctx, **told))
        moments = [read_time(each["scheduled_at"]) for each in found["future_executions"]]
        days = {(moment.month, moment.day) for moment in moments}
        expect_equal(ctx, days, {(2, 29)}, "the days of the coming starts", found)


def _expect_coming(
    ctx: Context,
    zone: tzinfo,
    due: set[tuple[int, int]],
    days: Container[int] = (2, 3, 4, 5),
    **times: object,
) -> None:
    """Hold the coming starts to their order, their hours and minutes, and their days from 1 on."""
    found = ctx.prepare(GET, schedule_id=create(ctx, **times))
    moments = [read_time(each["scheduled_at"]) for each in found["future_executions"]]
    expect_equal(ctx, len(moments), 10, "the number of coming starts", found)
    ctx.expect(moments == sorted(set(moments)), "the starts are not in order", found)
    for local in (moment.astimezone(zone) for moment in moments):
        told = (local.hour, local.minute)
        ctx.expect(told in due, f"a start is at {local:%H:%M}, which is none of its times", found)
        ctx.expect(local.isoweekday() in days, f"{local} is on a day to skip", found)


@rule(MUST, "document: ScheduleDefinition (calendars to end_at)", (CREATE, GET))
def coming_starts_keep_within_bounds(ctx: Context) -> None:
    """All calendars, intervals and expressions count, from `start_at` on until `end_at`."""
    times: dict[str, Any] = {
        "calendars": [{"hour": [{"start": n}], "minute": [{"start": 20}]} for n in (0, 1)],
        "intervals": [{"every": "PT1H", "offset": "PT30M"}, {"every": "PT2H", "offset": "PT15M"}],
        "cron_expressions": ["40 0 * * *", "50 2 * * *"],
    }
    due = ("00:15", "00:20", "00:30", "00:40", "01:20", "01:30", "02:15", "02:30", "02:50")
    wanted = [read_time(f"2199-01-01T{time}:00Z") for time in due]
    for start, end in (("00:10:00Z", "03:00:00Z"), ("05:40:00+05:30", "08:30:00+05:30")):
        bounds = {"start_at": f"2199-01-01T{start}", "end_at": f"2199-01-01T{end}"}
        found = ctx.prepare(GET, schedule_id=create(ctx, **times, **bounds))
        moments = [read_time(each["scheduled_at"]) for each in found["future_executions"]]
        expect_equal(ctx, moments, wanted, "the coming starts", found)


@rule(MUST, "document: workflows.schedules.pause_schedule (/resume)", (PAUSE, RESUME, GET))
def pause_is_told(ctx: Context) -> None:
    """A paused schedule says so, with its note, until it is resumed."""
    id_, note = create(ctx, **HOURLY), word(ctx)
    for operation, paused in ((PAUSE, True), (RESUME, False)):
        ctx.expect_status(ctx.api.call(operation, schedule_id=id_, json={"note": note}), 204)
        found = ctx.answer(GET, schedule_id=id_)
        expect_equal(ctx, found["paused"], paused, "paused", found)
        expect_equal(ctx, found["note"], note, "the note", found)


@rule(MUST, "document: ScheduleRecentExecution", (CREATE, GET), needs=("clock",))
def due_starts_happen(ctx: Context) -> None:
    """When its times come, a schedule starts its workflow, each time once and on time."""
    id_ = create(ctx, **HOURLY)
    due = ctx.prepare(GET, schedule_id=id_)["future_executions"][:3]
    ctx.clock.advance(3 * HOUR_S)
    found = ctx.answer(GET, schedule_id=id_)
    recent = found["recent_executions"]
    told = [each["scheduled_at"] for each in recent]
    expect_equal(ctx, told, [each["scheduled_at"] for each in due], "the past starts", found)
    for each in recent:
        delay = read_time(each["started_at"]) - read_time(each["scheduled_at"])
        ctx.expect(timedelta() <= delay < timedelta(minutes=1), "it did not start on time", found)
        started = ctx.api.call(GET_EXECUTION, execution_id=each["execution_id"])
        expect_equal(ctx, started["workflow_name"], GREET, "the workflow", started)


@rule(
    SHOULD,
    "choices.workflows-archived-does-not-start",
    (CREATE, GET, ARCHIVE, UNARCHIVE),
    needs=("clock",),
)
def archived_workflow_rests(ctx: Context) -> None:
    """A schedule starts nothing while its workflow is archived."""
    id_ = create(ctx, **HOURLY)
    ctx.prepare(ARCHIVE, workflow_identifier=GREET)
    try:
        ctx.clock.advance(2 * HOUR_S)
        found = ctx.answer(GET, schedule_id=id_)
    finally:
        ctx.api.call(UNARCHIVE, workflow_identifier=GREET)
    expect_equal(ctx, found["recent_executions"], [], "what an archived workflow started", found)


@rule(MUST, "document: workflows.schedules.pause_schedule", (PAUSE, RESUME, GET), needs=("clock",))
def rest_starts_nothing(ctx: Context) -> None:
    """A paused schedule starts nothing; once resumed it goes on."""
    id_ = create(ctx, **HOURLY)
    ctx.prepare(PAUSE, schedule_id=id_)
    ctx.clock.advance(2 * HOUR_S)
    found = ctx.answer(GET, schedule_id=id_)
    expect_equal(ctx, found["recent_executions"], [], "what started during the rest", found)
    ctx.prepare(RESUME, schedule_id=id_)
    found = ctx.answer(GET, schedule_id=id_)
    coming = [read_time(str(each["scheduled_at"])) for each in found["future_executions"]]
    ctx.clock.advance(HOUR_S)
    found = ctx.answer(GET, schedule_id=id_)
    ctx.expect(found["recent_executions"], "nothing starts after the rest", found)
    made_up = [
        each["scheduled_at"]
        for each in found["recent_executions"]
        if coming and read_time(str(each["scheduled_at"])) < min(coming)
    ]
    ctx.expect(not made_up, f"what was due during the rest is made up for: {made_up}", found)


@rule(
    MUST,
    "document: workflows.schedules.pause_schedule; document: ScheduleOverlapPolicy",
    (PAUSE, CREATE, GET),
    needs=("clock",),
)
def what_waits_rests_too(ctx: Context) -> None:
    """A start that waits for an execution comes when that ends, and not during a pause."""
    need_workflow(ctx, APPROVE)
    for overlap in (2, 3):
        resting, going = (
            create(ctx, APPROVE, **HOURLY, policy={"overlap": overlap}) for _ in range(2)
        )
        ctx.clock.advance(2 * HOUR_S + 60)
        ctx.prepare(PAUSE, schedule_id=resting)
        for id_, count in ((resting, 1), (going, 2)):
            terminate(ctx, column(ctx.answer(GET, schedule_id=id_), "recent_executions", ID))
            ctx.clock.advance(60)
            found = ctx.answer(GET, schedule_id=id_)
            ctx.api.call(DELETE, schedule_id=id_)
            terminate(ctx, ids := column(found, "recent_executions", ID))
            what = f"the number of starts under policy {overlap}, once the first has ended,"
            expect_equal(ctx, len(ids), count, what, found)


@rule(MUST, "document: ScheduleDefinition", (CREATE, GET), needs=("clock",))
def limit_ends_the_starts(ctx: Context) -> None:
    """With a limit, a schedule starts its workflow so often and no more, and counts down to 0."""
    id_ = create(ctx, **HOURLY, max_executions=2)
    ctx.clock.advance(5 * HOUR_S)
    found = ctx.answer(GET, schedule_id=id_)
    expect_equal(ctx, len(found["recent_executions"]), 2, "the number of starts", found)
    expect_equal(ctx, found["remaining_executions"], 0, "remaining_executions", found)


@rule(MUST, "document: ScheduleOverlapPolicy (2 and 3)", (CREATE, GET), needs=("clock",))
def what_waited_is_made_up_for(ctx: Context) -> None:
    """Of what came due while one goes on, policy 2 makes up for one start, 3 for all in turn."""
    need_workflow(ctx, APPROVE)
    probe = ctx.prepare(GET, schedule_id=create(ctx, APPROVE, **OFTEN))
    ctx.prepare(DELETE, schedule_id=probe["schedule_id"])
    times = column(probe, "future_executions", "scheduled_at")
    if len(times) <= MISSED:
        ctx.skip(f"the schedule tells {len(times)} of its next starts alone")
    last = read_time(str(times[MISSED]))
    until = {**OFTEN, "end_at": (last + timedelta(seconds=1)).isoformat()}
    made = {each: create(ctx, APPROVE, **until, policy={"overlap": each}) for each in (1, 2, 3)}
    ctx.clock.advance(HOUR_S * (MISSED + 2) // 4)
    started: dict[int, set[str]] = {each: set() for each in made}
    for _ in range(MISSED + 2):
        for overlap, id_ in made.items():
            found = ctx.answer(GET, schedule_id=id_)
            ids = column(found, "recent_executions", ID)
            started[overlap] |= {*ids}
            terminate(ctx, ids)
        ctx.clock.advance(60)
    for overlap, count in ((1, 1), (2, 2), (3, MISSED + 1)):
        found = ctx.answer(GET, schedule_id=made[overlap])
        what = f"the number of starts under policy {overlap}, once all have ended,"
        expect_equal(ctx, len(started[overlap]), count, what, found)


@rule(MUST, "document: ScheduleOverlapPolicy", (CREATE, GET), needs=("clock",))
def overlap_follows_the_policy(ctx: Context) -> None:
    """While one goes on, policy 1 starts no other, 6 does, 4 and 5 cancel and end the older."""
    need_workflow(ctx, APPROVE)
    made = {
        overlap: create(ctx, APPROVE, **HOURLY, policy={"overlap": overlap})
        for overlap in (1, *ENDING, 6)
    }
    ctx.clock.advance(2 * HOUR_S + 60)
    shown = {overlap: ctx.prepare(GET, schedule_id=id_) for overlap, id_ in made.items()}
    for id_ in made.values():
        ctx.api.call(DELETE, schedule_id=id_)
    started = {
        overlap: [each["execution_id"] for each in found["recent_executions"]]
        for overlap, found in shown.items()
    }
    old = {
        overlap: ctx.api.call(GET_EXECUTION, execution_id=started[overlap][0])
        for overlap in ENDING
        if started[overlap]
    }
    terminate(ctx, [id_ for ids in started.values() for id_ in ids])
    for overlap, count in ((1, 1), (4, 2), (5, 2), (6, 2)):
        what = f"the number of starts under policy {overlap}"
        expect_equal(ctx, len(started[overlap]), count, what, shown[overlap])
    for overlap, one in old.items():
        expect_equal(ctx, one["status"], ENDING[overlap], "the status of the older execution", one)


@rule(MUST, "document: SchedulePolicy.pause_on_failure", (CREATE, GET), needs=("clock",))
def failure_pauses_where_asked(ctx: Context) -> None:
    """A schedule rests once an execution has failed, where its policy says so and there alone."""
    for pauses in (True, False):
        id_ = create(ctx, BREAK, **HOURLY, policy={"pause_on_failure": pauses})
        ctx.clock.advance(2 * HOUR_S + 60)
        found = ctx.answer(GET, schedule_id=id_)
        ctx.api.call(DELETE, schedule_id=id_)
        expect_equal(ctx, found["paused"], pauses, "paused, after failures,", found)
        count = len(found["recent_executions"])
        said = f"with pause_on_failure {pauses} and a failure each hour it started {count}"
        ctx.expect((count == 1) is pauses and count, said, found)


@rule(MUST, "document: workflows.schedules.trigger_schedule", (TRIGGER, GET))
def trigger_starts_at_once(ctx: Context) -> None:
    """A trigger starts the workflow whatever the times say, also during a pause."""
    id_ = create(ctx, **RARELY, max_executions=1)
    ctx.prepare(PAUSE, schedule_id=id_)
    ctx.expect_status(ctx.api.call(TRIGGER, schedule_id=id_), 204)
    ctx.pass_time(1)
    found = ctx.answer(GET, schedule_id=id_)
    expect_equal(ctx, len(found["recent_executions"]), 1, "the number of starts", found)
    expect_equal(ctx, found["remaining_executions"], 1, "remaining_executions", found)
    id_ = found["recent_executions"][0]["execution_id"]
    done = finished(ctx, ctx.prepare(GET_EXECUTION, execution_id=id_))
    events = ctx.api.call(EVENTS, query={"workflow_exec_id": id_})
    told = {each["schedule_id"] for each in events["events"]} if events.ok else set()
    ctx.expect(len(told) < 2 and None not in told, "an event names no schedule", events)
    said = f"its result has nothing of the schedule's input {GREETED}"
    ctx.expect(GREETED["name"] in str(done["result"]), said, found, done)


@rule(MUST, "document: WorkflowScheduleTriggerRequest.overlap", (TRIGGER, GET))
def overlap_of_a_trigger_is_its_own(ctx: Context) -> None:
    """The overlap of a trigger counts in place of the policy, for that start alone."""
    need_workflow(ctx, APPROVE)
    for policy, overlap, counts in ((1, 6, (1, 2, 2)), (6, 1, (1, 1, 2))):
        id_ = create(ctx, APPROVE, **RARELY, policy={"overlap": policy})
        seen = [_trigger(ctx, id_, each) for each in (None, overlap, None)]
        ctx.api.call(DELETE, schedule_id=id_)
        terminate(ctx, column(seen[-1], "recent_executions", ID))
        for found, count, which in zip(seen, counts, ("", f" by {overlap}", ""), strict=True):
            what = f"the number of starts under policy {policy}, after a trigger{which},"
            expect_equal(ctx, len(found["recent_executions"]), count, what, found)


@rule(
    MUST, "document: ScheduleOverlapPolicy (2 and 3, of triggers)", (TRIGGER, GET), needs=("clock",)
)
def what_is_asked_for_waits(ctx: Context) -> None:
    """Of three triggers while one goes on, overlap 2 makes up for one start, 3 for all in turn."""
    need_workflow(ctx, APPROVE)
    for overlap, count in ((2, 2), (3, 4)):
        id_ = create(ctx, APPROVE, **RARELY)
        for each in (None, overlap, overlap, overlap):
            _trigger(ctx, id_, each)
        found = ctx.answer(GET, schedule_id=id_)
        started: set[str] = set()
        for _ in range(5):
            ids = column(found, "recent_executions", ID)
            started |= {*ids}
            terminate(ctx, ids)
            ctx.clock.advance(60)
            found = ctx.answer(GET, schedule_id=id_)
        what = f"the number of starts with overlap {overlap}, once all have ended,"
        expect_equal(ctx, len(started), count, what, found)


@rule(MUST, "harm: an execution is lost to another one that has its id", (TRIGGER, GET))
def trigger_replaces_no_execution(ctx: Context) -> None:
    """What a trigger started stays when others follow at once, of its schedule made anew too."""
    id_ = create(ctx, APPROVE, **RARELY, policy={"overlap": 6})
    _trigger(ctx, id_, None, wait_s=0)
    found = _trigger(ctx, id_, None, wait_s=0)
    ids = column(found, "recent_executions", ID)
    before = [ctx.api.call(GET_EXECUTION, execution_id=each) for each in ids]
    ctx.api.call(DELETE, schedule_id=id_)
    create(ctx, APPROVE, id_, **RARELY)
    again = _trigger(ctx, id_, None, wait_s=0)
    after = [ctx.api.call(GET_EXECUTION, execution_id=each) for each in ids]
    terminate(ctx, [*ids, *column(again, "recent_executions", ID)])
    ctx.expect(len(ids) == len(set(ids)), "two executions have one id", found)
    for one, other in zip(before, after, strict=True):
        if one.ok:
            said = "the schedule that was made anew has replaced an execution"
            ctx.expect(other.ok and one["run_id"] == other["run_id"], said, one, again, other)


def _trigger(ctx: Context, id_: str, overlap: int | None, wait_s: float = 1) -> Exchange:
    """Return the schedule after a trigger; without an overlap the policy counts."""
    answer = ctx.api.call(TRIGGER, schedule_id=id_, json={"overlap": overlap})
    ctx.expect_status(answer, 204)
    ctx.pass_time(wait_s)
    return ctx.answer(GET, schedule_id=id_)


def create(ctx: Context, workflow: str = GREET, id_: str = "", /, **fields: object) -> str:
    """Return the marked id of a new schedule, a new one unless it is given."""
    need_workflow(ctx, workflow)
    body = {
        "workflow_identifier": workflow,
        "schedule_id": id_ or ctx.marker.name(word(ctx)),
        "schedule": {"input": INPUTS[workflow], **fields},
    }
    return str(ctx.prepare(CREATE, json=body)["schedule_id"])
