"""The control routes, the clock and the ids."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import httpx
import pytest

from mistral_mock.clock import Clock, RealClock
from mistral_mock.ids import Ids
from mistral_mock.server import running
from mistral_mock.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

LIST = "/v1/libraries"
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


def test_the_manual_clock_moves_only_when_told(api: httpx.Client) -> None:
    start = api.get("/_mock/clock").json()
    assert start["mode"] == "manual"
    assert start["now"].startswith("2026-01-01T00:00:00.0000")  # fixtures have stamps
    answer = api.post("/_mock/clock", json={"advance_s": 90.5})
    passed = datetime.fromisoformat(answer.json()["now"]) - datetime.fromisoformat(start["now"])
    assert (answer.status_code, passed) == (200, timedelta(seconds=90.5))
    assert api.get("/_mock/clock").json() == answer.json()


def test_the_real_clock_runs_and_can_be_put_ahead() -> None:
    with running(Settings()) as server:
        url = f"{server.base_url}/_mock/clock"
        found = httpx.get(url, trust_env=False).json()
        assert found["mode"] == "real"
        assert abs(datetime.now(UTC) - datetime.fromisoformat(found["now"])) < timedelta(seconds=5)
        later = httpx.post(url, json={"advance_s": 3600}, trust_env=False).json()
        assert later["now"] > found["now"]
        assert server.clock.now() - datetime.now(UTC) > timedelta(minutes=59)


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"advance_s": "1"},
        {"advance_s": -1},
        {"advance_s": True},
        {"advance_s": 1e300},
    ],
)
def test_a_wrong_advance_is_refused(api: httpx.Client, body: object) -> None:
    before = api.get("/_mock/clock").json()
    answer = api.post("/_mock/clock", json=body)
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body", "advance_s"]
    assert api.get("/_mock/clock").json() == before


@pytest.mark.parametrize("clock", [Clock(), RealClock()])
def test_no_two_stamps_are_the_same_and_now_is_never_before_them(clock: Clock) -> None:
    stamps = [clock.stamp() for _ in range(1000)]
    assert stamps == sorted(set(stamps))
    assert clock.now() >= stamps[-1]


def test_control_routes_ask_for_no_key(person: Callable[[str], httpx.Client]) -> None:
    answer = person("").get("/_mock/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_a_reset_forgets_everything(api: httpx.Client) -> None:
    first = api.post(LIST, json={"name": "n"}).json()
    api.post("/_mock/clock", json={"advance_s": 5})
    api.post("/_mock/faults", json={"operation": "files.*", "status": 500})
    assert api.post("/_mock/reset").status_code == 204
    assert api.get(LIST).json()["data"] == []
    assert api.get("/_mock/faults").json() == []
    assert api.post(LIST, json={"name": "n"}).json() == first


def test_unknown_control_routes_name_the_known_ones(api: httpx.Client) -> None:
    answer = api.get("/_mock/x")
    assert answer.status_code == 404
    assert "/_mock/clock" in answer.json()["detail"]


def test_a_control_route_has_its_methods(api: httpx.Client) -> None:
    answer = api.delete("/_mock/clock")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")


def talk(server_url: str) -> list[tuple[int, str]]:
    """What a mock answers to a fixed list of calls."""
    headers = {"authorization": "Bearer mock-key"}
    with httpx.Client(base_url=server_url, headers=headers, trust_env=False) as api:
        made = api.post(LIST, json={"name": "n"})
        folder = f"{LIST}/{made.json()['id']}/documents"
        file = api.post(folder, files={"file": ("a.txt", b"Some text.")})
        api.post("/_mock/clock", json={"advance_s": 3})
        path = f"{folder}/{file.json()['id']}"
        answers = [made, file, api.get(path), api.get(f"{path}/signed-url"), api.get("/v1/nope")]
        return [(a.status_code, a.text.replace(server_url, "")) for a in answers]


@pytest.mark.parametrize(("first", "second", "same"), [(1, 1, True), (1, 2, False), (-5, -5, True)])
def test_the_same_seed_and_calls_give_the_same_answers(first: int, second: int, same: bool) -> None:
    heard = []
    for seed in (first, second):
        with running(Settings(clock="manual", seed=seed)) as server:
            heard.append(talk(server.base_url))
    assert (heard[0] == heard[1]) is same


def test_ids_have_their_versions_and_never_repeat() -> None:
    ids = Ids(0)
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    fours = [ids.uuid4() for _ in range(1000)]
    sevens = [ids.uuid7(moment + timedelta(milliseconds=n)) for n in range(1000)]
    assert {UUID(text).version for text in fours} == {4}
    assert {UUID(text).version for text in sevens} == {7}
    assert {UUID(text).variant for text in fours + sevens} == {"specified in RFC 4122"}
    assert len(set(fours + sevens)) == 2000
    assert sevens == sorted(sevens)


def test_a_version_7_id_holds_its_time() -> None:
    moment = datetime(2026, 1, 1, 12, 30, tzinfo=UTC)
    number = UUID(Ids(0).uuid7(moment)).int >> 80
    assert datetime.fromtimestamp(number / 1000, UTC) == moment


def test_request_ids_use_up_no_object_ids() -> None:
    quiet, busy = Ids(3), Ids(3)
    busy.request_id(NEW_YEAR)
    assert quiet.uuid4() == busy.uuid4()


def test_ids_of_one_moment_sort_by_their_order() -> None:
    ids = Ids(7)
    made = [ids.prefixed("conv_", NEW_YEAR) for _ in range(5000)]
    assert made == sorted(set(made))
    assert {UUID(each.removeprefix("conv_")).version for each in made} == {7}


def test_ids_sort_by_their_order_when_the_clock_goes_back() -> None:
    ids = Ids(7)
    first = ids.uuid7(NEW_YEAR)
    assert ids.uuid7(NEW_YEAR - timedelta(seconds=1)) > first


@pytest.mark.parametrize("drawn", [1, 4096, 5_000_000])
def test_ids_of_a_later_run_sort_after_those_of_the_earlier_one(drawn: int) -> None:
    earlier, later = Ids(7, drawn - 1), Ids(7, drawn)
    assert earlier.uuid7(NEW_YEAR) < later.uuid7(NEW_YEAR)


def test_ids_of_calls_are_9_letters_and_digits() -> None:
    ids = Ids(7)
    made = [ids.call_id() for _ in range(500)]
    assert len(set(made)) == 500
    assert all(len(each) == 9 and each.isascii() and each.isalnum() for each in made)


def test_ids_of_completions_are_version_4_without_dashes() -> None:
    ids = Ids(7)
    made = [ids.hex32() for _ in range(500)]
    assert {(len(each), UUID(each).version) for each in made} == {(32, 4)}
