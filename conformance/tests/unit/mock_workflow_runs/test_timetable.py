"""When schedules come due: cron expressions, calendars, intervals, zones, jitter."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import pytest

from mistral_mock.timetable import TermError, compile_definition

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


def times(count: int = 3, after: datetime = NEW_YEAR, **definition: Any) -> list[str]:
    """The next moments of a definition, in its own zone, to the minute."""
    table = compile_definition(definition)
    found = islice(table.moments(after), count)
    return [each.astimezone(table.zone).strftime("%m-%d %H:%M") for each in found]


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("*/20 3 * * *", ["01-01 03:00", "01-01 03:20", "01-01 03:40"]),
        ("0 12 * * MON-WED", ["01-05 12:00", "01-06 12:00", "01-07 12:00"]),
        ("0 0 * * 7", ["01-04 00:00", "01-11 00:00", "01-18 00:00"]),
        ("0 0 * * FRI-MON", ["01-02 00:00", "01-03 00:00", "01-04 00:00"]),
        ("5,10 1-2 1 FEB ?", ["02-01 01:05", "02-01 01:10", "02-01 02:05"]),
        ("30/15 0 * * *", ["01-01 00:30", "01-01 00:45", "01-02 00:30"]),
        ("@monthly", ["02-01 00:00", "03-01 00:00", "04-01 00:00"]),
        ("0 0 1 1 * 2026,2030", ["01-01 00:00"]),
        ("15 59 23 31 12 * 2026", ["12-31 23:59"]),
    ],
)
def test_cron_expressions_name_their_moments(expression: str, wanted: list[str]) -> None:
    assert times(cron_expressions=[expression]) == wanted


def test_either_kind_of_day_is_enough_for_cron() -> None:
    assert times(cron_expressions=["0 0 13 * FRI"])[:2] == ["01-02 00:00", "01-09 00:00"]
    found = times(count=5, cron_expressions=["0 0 13 * FRI"])
    assert "01-13 00:00" in found


def test_a_calendar_wants_all_its_fields() -> None:
    calendar = {"hour": [{"start": 8}], "day_of_month": [{"start": 13}]}
    friday = {**calendar, "day_of_week": [{"start": 5}]}
    assert times(calendars=[friday]) == ["02-13 08:00", "03-13 08:00", "11-13 08:00"]


def test_a_range_goes_in_steps_and_an_early_end_leaves_its_start() -> None:
    hours = [{"start": 6, "end": 12, "step": 3}, {"start": 20, "end": 3}]
    assert times(4, calendars=[{"hour": hours}]) == [
        "01-01 06:00",
        "01-01 09:00",
        "01-01 12:00",
        "01-01 20:00",
    ]


def test_an_interval_counts_from_1970_with_its_offset() -> None:
    every = [{"every": "P7D", "offset": "PT90M"}]
    assert times(2, intervals=every) == ["01-01 01:30", "01-08 01:30"]


def test_times_are_united_and_told_once() -> None:
    found = times(4, cron_expressions=["0 * * * *"], intervals=[{"every": "PT30M"}])
    assert found == ["01-01 00:30", "01-01 01:00", "01-01 01:30", "01-01 02:00"]


def test_skipped_times_do_not_come() -> None:
    skip = [{"hour": [{"start": 1, "end": 22}]}]
    found = times(cron_expressions=["0 * * * *"], skip=skip)
    assert found == ["01-01 23:00", "01-02 00:00", "01-02 23:00"]


def test_long_stretches_are_skipped() -> None:
    whole = {name: [{"start": 0, "end": 59}] for name in ("second", "minute")}
    spring = {**whole, "hour": [{"start": 0, "end": 23}], "month": [{"start": 1, "end": 5}]}
    nights = {**whole, "hour": [{"start": 0, "end": 20}]}
    odd = {**whole, "hour": [{"start": 21}], "minute": [{"start": 0, "end": 29}]}
    found = times(1, intervals=[{"every": "PT1S"}], skip=[spring, nights, odd])
    assert found == ["06-01 21:30"]


def test_a_day_with_a_change_of_the_clocks_is_skipped_whole() -> None:
    whole = {name: [{"start": 0, "end": 59}] for name in ("second", "minute")}
    sundays = {**whole, "hour": [{"start": 0, "end": 23}], "day_of_week": [{"start": 0}]}
    for month, day in ((3, 28), (10, 24)):
        found = times(
            1,
            after=datetime(2026, month, day, 23, 30, tzinfo=UTC),
            cron_expressions=["0 * * * *"],
            time_zone_name="Europe/Paris",
            skip=[sundays],
        )
        assert found == [f"{month:02}-{day + 2} 00:00"]


def test_start_and_end_belong_to_the_times() -> None:
    bounds: dict[str, Any] = {
        "start_at": "2026-01-02T00:00:00Z",
        "end_at": "2026-01-02T02:00:00+00:00",
    }
    found = times(9, cron_expressions=["0 * * * *"], **bounds)
    assert found == ["01-02 00:00", "01-02 01:00", "01-02 02:00"]


def test_a_local_time_that_is_left_out_does_not_come() -> None:
    found = times(
        2,
        after=datetime(2026, 3, 28, 12, tzinfo=UTC),
        cron_expressions=["30 2 * * *"],
        time_zone_name="Europe/Paris",
    )
    assert found == ["03-30 02:30", "03-31 02:30"]


def test_a_local_time_that_is_repeated_comes_twice() -> None:
    found = times(
        3,
        after=datetime(2026, 10, 24, 12, tzinfo=UTC),
        cron_expressions=["30 2 * * *"],
        time_zone_name="Europe/Paris",
    )
    assert found == ["10-25 02:30", "10-25 02:30", "10-26 02:30"]


@pytest.mark.parametrize("expression", ["0 0 30 2 *", "0 0 1 1 * 2020"])
def test_a_date_that_never_is_has_no_moment(expression: str) -> None:
    assert times(cron_expressions=[expression]) == []


def test_jitter_is_the_same_each_time_and_within_its_bounds() -> None:
    table = compile_definition({"cron_expressions": ["* * * * *"], "jitter": "PT10M"})
    moment = table.following(NEW_YEAR)
    assert moment is not None
    due = [table.due(moment, seed) for seed in ("one", "two", "one")]
    assert due[0] == due[2] != due[1]
    assert all(moment <= each < moment + timedelta(minutes=1) for each in due)


def test_the_end_of_the_calendar_is_no_moment() -> None:
    late = datetime(9998, 6, 1, tzinfo=UTC)
    assert times(after=late, intervals=[{"every": "P3650D"}], cron_expressions=["@daily"]) == []


def test_the_first_moment_of_the_calendar_is_a_start() -> None:
    bounds: dict[str, Any] = {"start_at": "0001-01-01T00:00:00Z"}
    assert times(1, cron_expressions=["@daily"], **bounds) == ["01-02 00:00"]


def test_jitter_does_not_leave_the_calendar() -> None:
    late = datetime(9890, 1, 1, tzinfo=UTC)
    table = compile_definition(
        {"jitter": "P360000D", "cron_expressions": ["0 0 1 1 * 9891"], "intervals": []}
    )
    moment = table.following(late)
    assert moment is not None
    assert all(moment <= table.due(moment, seed) for seed in "abcdef")


@pytest.mark.parametrize(
    ("definition", "place"),
    [
        ({"cron_expressions": ["* * * *"]}, ("cron_expressions", 0)),
        ({"cron_expressions": ["0 24 * * *"]}, ("cron_expressions", 0)),
        ({"cron_expressions": ["*/0 * * * *"]}, ("cron_expressions", 0)),
        ({"cron_expressions": ["5-1 * * * *"]}, ("cron_expressions", 0)),
        ({"cron_expressions": ["0 0 * * NEVER"]}, ("cron_expressions", 0)),
        ({"cron_expressions": ["٣ * * * *"]}, ("cron_expressions", 0)),
        ({"intervals": [{"every": "P1M"}]}, ("intervals", 0, "every")),
        ({"intervals": [{"every": "PT0.5S"}]}, ("intervals", 0, "every")),
        ({"intervals": [{"every": "PT1H", "offset": "x"}]}, ("intervals", 0, "offset")),
        ({"jitter": "PT"}, ("jitter",)),
        ({"jitter": "P9999999999W"}, ("jitter",)),
        ({"time_zone_name": "Nowhere/City"}, ("time_zone_name",)),
        ({"time_zone_name": "../../etc/passwd"}, ("time_zone_name",)),
        ({"skip": [{"minute": [{"start": 60}]}]}, ("skip", 0, "minute")),
        ({"calendars": [{"hour": [{"start": 1, "step": -1}]}]}, ("calendars", 0, "hour")),
        ({"start_at": "0000-01-01T00:00:00Z"}, ("start_at",)),
    ],
)
def test_a_term_without_meaning_is_refused_at_its_place(
    definition: dict[str, Any], place: tuple[str | int, ...]
) -> None:
    with pytest.raises(TermError) as refusal:
        compile_definition(definition)
    assert refusal.value.place == place
