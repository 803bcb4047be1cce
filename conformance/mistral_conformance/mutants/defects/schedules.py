"""Defects of the schedules of workflows."""

from __future__ import annotations

from datetime import UTC, timedelta, timezone
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from attrs import evolve

from mistral_conformance.mutants.registry import mutant
from mistral_conformance.mutants.tools import edited
from mistral_conformance.rules import schedules as op

if TYPE_CHECKING:
    from mistral_conformance.mutants.registry import Part

UPDATE = "workflows.schedules.update_schedule"

SCHEDULES = "resources.workflows.schedules"
STARTS = "resources.workflows.starts"
RECORDS = "resources.workflows.records"
RECORD = f"{RECORDS}:Schedule"
TABLE = "timetable.table"


@mutant("schedules.zone-is-ignored", op.CREATE, op.GET, place=f"{TABLE}:Timetable.following")
def zone_is_ignored(following: Part) -> Part:
    """Times are taken to be those of UTC."""
    return lambda timetable, after: following(evolve(timetable, zone=ZoneInfo("UTC")), after)


@mutant("schedules.clocks-never-change", op.CREATE, op.GET, place=f"{TABLE}:Timetable.following")
def clocks_never_change(following: Part) -> Part:
    """The offset of a time zone stays what it is before a start."""

    def defect(timetable: Part, after: Part) -> Part:
        offset = after.astimezone(timetable.zone).utcoffset()
        return following(evolve(timetable, zone=timezone(offset)), after)

    return defect


@mutant("schedules.skipped-times-come", op.CREATE, op.GET, place=f"{TABLE}:Timetable.following")
def skipped_times_come(following: Part) -> Part:
    """What is to be skipped is not."""
    return lambda timetable, after: following(evolve(timetable, skip=()), after)


@mutant("schedules.archived-workflows-start", op.CREATE, place=f"{STARTS}:is_in_use")
def archived_workflows_start(_is_in_use: Part) -> Part:
    """A schedule starts its workflow, archived or not."""
    return lambda _world, _schedule: True


@mutant("schedules.end-is-ignored", op.CREATE, op.GET, place=f"{TABLE}:Timetable.following")
def end_is_ignored(following: Part) -> Part:
    """A schedule goes on beyond its end."""
    return lambda timetable, after: following(evolve(timetable, end_at=None), after)


@mutant("schedules.start-comes-an-hour-late", op.GET, place=f"{STARTS}:start")
def start_comes_an_hour_late(start: Part) -> Part:
    """Executions start an hour after they are due."""
    return lambda world, schedule, due, at: start(world, schedule, due, at + timedelta(hours=1))


@mutant("schedules.limit-does-not-count-down", op.CREATE, op.GET, place=f"{STARTS}:begin")
def limit_does_not_count_down(begin: Part) -> Part:
    """A schedule with a limit goes on for ever."""
    return lambda *given, **_: begin(*given, counts=False)


@mutant("schedules.trigger-uses-up-the-limit", op.TRIGGER, place=f"{STARTS}:begin")
def trigger_uses_up_the_limit(begin: Part) -> Part:
    """A trigger counts as one of the schedule's own starts."""
    return lambda *given, **_: begin(*given, counts=True)


@mutant("schedules.trigger-sets-the-policy", op.TRIGGER, place=f"{STARTS}:begin")
def trigger_sets_the_policy(begin: Part) -> Part:
    """The overlap of one trigger is the policy of the schedule from then on."""

    def defect(world: Part, schedule: Part, due: Part, overlap: Part, counts: Part) -> Part:
        begun = begin(world, schedule, due, overlap, counts=counts)
        policy = {**begun.policy, "overlap": overlap}
        return evolve(begun, definition={**begun.definition, "policy": policy})

    return defect


@mutant("schedules.pause-is-ignored", op.PAUSE, op.RESUME, place=f"{RECORD}.resting")
def pause_is_ignored(_resting: Part) -> Part:
    """A paused schedule goes on."""
    return property(lambda schedule: schedule.remaining == 0)


@mutant("schedules.what-waits-starts", op.PAUSE, place=f"{SCHEDULES}:pause_schedule")
def what_waits_starts(pause_schedule: Part) -> Part:
    """What waits for an execution to end starts during a pause, too."""
    from mistral_mock.resources.workflows import schedules  # noqa: PLC0415 - the mock's own

    def defect(ctx: Part) -> Part:
        before = schedules.find_schedule(ctx)
        answer = pause_schedule(ctx)
        resting = evolve(schedules.find_schedule(ctx), waiting=before.waiting)
        ctx.table(type(before)).put(resting)
        return answer

    return defect


@mutant("schedules.id-is-the-second", op.TRIGGER, place=f"{STARTS}:find_id")
def id_is_the_second(_find_id: Part) -> Part:
    """Two executions that start within a second have one id."""
    return lambda _world, schedule, due: f"{schedule.schedule_id}-{due:%Y-%m-%dT%H:%M:%SZ}"


@mutant("schedules.failures-pause-nothing", op.CREATE, place=f"{STARTS}:BAD")
def failures_pause_nothing(_bad: Part) -> Part:
    """A schedule goes on after failures, whatever its policy says."""
    return frozenset()


@mutant("schedules.cancelling-terminates", op.CREATE, place=f"{STARTS}:CANCEL")
def cancelling_terminates(_cancel: Part) -> Part:
    """An execution that a policy cancels is terminated."""
    from mistral_mock.resources.workflows.records import TERMINATE  # noqa: PLC0415 - the mock's own

    return TERMINATE


@mutant("schedules.bounds-are-in-utc", op.CREATE, op.GET, place=f"{RECORDS}:compile_definition")
def bounds_are_in_utc(compile_definition: Part) -> Part:
    """The offset of a start or an end is not looked at."""

    def defect(definition: Part) -> Part:
        bounds = {name: definition.get(name) for name in ("start_at", "end_at")}
        in_utc = {name: told and f"{told[:19]}Z" for name, told in bounds.items()}
        return compile_definition({**definition, **in_utc})

    return defect


@mutant("schedules.executions-always-overlap", op.CREATE, op.GET, place=f"{STARTS}:begin")
def executions_always_overlap(begin: Part) -> Part:
    """Executions go on side by side whatever the policy says."""
    return lambda world, schedule, due, _overlap, counts: begin(
        world, schedule, due, 6, counts=counts
    )


@mutant("schedules.two-are-made-up-for", op.CREATE, op.GET, place=f"{STARTS}:begin")
def two_are_made_up_for(begin: Part) -> Part:
    """Policy 2 keeps two starts for later."""

    def defect(world: Part, schedule: Part, due: Part, overlap: Part, *, counts: Part) -> Part:
        one = overlap == 2 and len(schedule.waiting) < 2
        return begin(world, schedule, due, 3 if one else overlap, counts=counts)

    return defect


@mutant("schedules.all-triggers-wait", op.TRIGGER, op.GET, place=f"{STARTS}:begin")
def all_triggers_wait(begin: Part) -> Part:
    """All starts out of turn wait for their time, where one may."""

    def defect(world: Part, schedule: Part, due: Part, overlap: Part, *, counts: Part) -> Part:
        wanted = 3 if overlap == 2 and not counts else overlap
        return begin(world, schedule, due, wanted, counts=counts)

    return defect


@mutant("schedules.terminating-cancels-nothing", op.CREATE, place=f"{STARTS}:end_others")
def terminating_cancels_nothing(_end_others: Part) -> Part:
    """The execution that a policy ends goes on."""
    return lambda _world, _schedule, _at, _kind: None


@mutant("schedules.change-forgets-the-rest", UPDATE, place=f"{SCHEDULES}:read_definition")
def change_forgets_the_rest(read_definition: Part) -> Part:
    """A change puts all that it does not name back to its default."""
    return lambda given, known: read_definition(given, {"input": known["input"]})


@mutant("schedules.input-is-lost", op.CREATE, op.GET, place=f"{SCHEDULES}:view")
def input_is_lost(view: Part) -> Part:
    """A schedule is shown without its input."""
    return lambda schedule: {**view(schedule), "input": None}


@mutant("schedules.note-is-lost", op.PAUSE, op.GET, place=f"{SCHEDULES}:get_schedule")
def note_is_lost(get_schedule: Part) -> Part:
    """The note of a pause is not kept."""
    return edited(get_schedule, lambda found: {**found, "note": None})


@mutant("schedules.coming-starts-are-of-the-past", op.GET, place=f"{RECORD}.upcoming")
def coming_starts_are_of_the_past(upcoming: Part) -> Part:
    """The coming starts are told in reverse order."""
    return lambda schedule: [each.astimezone(UTC) for each in reversed(upcoming(schedule))]


@mutant("schedules.a-year-is-looked-ahead", op.CREATE, op.GET, place=f"{TABLE}:Timetable.following")
def a_year_is_looked_ahead(following: Part) -> Part:
    """What does not come within a year never comes."""

    def defect(timetable: Part, after: Part) -> Part:
        found = following(timetable, after)
        return found if found and found - after < timedelta(days=366) else None

    return defect
