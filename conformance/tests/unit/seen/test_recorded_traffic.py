"""Recorded traffic is judged as a run is: a sound server passes, each altered answer is found."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from mistral_conformance.verdict.outcome import Status

from .conftest import edit, events, failed, find

if TYPE_CHECKING:
    from collections.abc import Callable

    from mistral_conformance.running.run import Run

    Line = dict[str, Any]
    Judge = Callable[..., Run]

LIBRARIES = "beta.libraries"
GET, LIST, UPDATE = f"{LIBRARIES}.get", f"{LIBRARIES}.list", f"{LIBRARIES}.update"
CREATE, CHAT = f"{LIBRARIES}.create", "chat.complete"
AFTER_CHANGE, AFTER_DELETION = 2, 3


def test_traffic_of_a_sound_server_fails_nothing(lines: list[Line], judge: Judge) -> None:
    run = judge(lines)
    assert failed(run) == set()
    judged = {each.name for each in run.results if each.status is Status.PASS}
    assert judged >= {
        f"schema.success-body[{GET}]",
        "views.created-is-shown[library]",
        "views.change-is-shown[library.name]",
        "neighbours.other-fields-stay[library.name]",
        "views.deletion-is-shown[library]",
        f"gone.is-refused[{GET}:library_id]",
        f"pages.tile[{LIST}]",
        f"pages.totals-are-true[{LIST}]",
        f"sets.filter[{LIST}:search]",
        "answers.stream-tells-the-same[chat.complete]",
        f"streams.the-end-comes-last[{CHAT}]",
        "sums.usage-adds-up[chat.complete]",
        "times.in-order[library]",
        "times.answers-are-now[chat.complete]",
    }


def _drop_field(lines: list[Line]) -> None:
    found = json.loads(find(lines, GET)["answer"])
    find(lines, GET)["answer"] = json.dumps({k: v for k, v in found.items() if k != "created_at"})


def _show_another_name(lines: list[Line]) -> None:
    edit(find(lines, GET), name="another")


def _forget_the_change(lines: list[Line]) -> None:
    edit(find(lines, GET, AFTER_CHANGE), name="shelf 0")


def _lose_the_description(lines: list[Line]) -> None:
    edit(find(lines, UPDATE), description="lost")


def _lose_the_library(lines: list[Line]) -> None:
    line = find(lines, GET)
    line["status"] = 404
    line["answer"] = json.dumps({"detail": "Not Found"})


def _keep_the_deleted(lines: list[Line]) -> None:
    line = find(lines, GET, AFTER_DELETION)
    line.update(status=200, answer=find(lines, GET, AFTER_CHANGE)["answer"])


def _list_the_deleted(lines: list[Line]) -> None:
    find(lines, LIST, -1)["answer"] = find(lines, LIST)["answer"]


def _give_an_id_twice(lines: list[Line]) -> None:
    edit(find(lines, CREATE, 1), id=json.loads(find(lines, CREATE)["answer"])["id"])


def _repeat_an_item(lines: list[Line]) -> None:
    first, second = (json.loads(find(lines, LIST, at)["answer"]) for at in (1, 2))
    edit(find(lines, LIST, 2), data=[first["data"][0], *second["data"][1:]])


def _find_what_does_not_fit(lines: list[Line]) -> None:
    find(lines, LIST, 3)["answer"] = find(lines, LIST, 1)["answer"]


def _move_time_back(lines: list[Line]) -> None:
    edit(find(lines, GET), updated_at="2001-01-01T00:00:00Z")


def _say_it_was_made_long_ago(lines: list[Line]) -> None:
    edit(find(lines, CREATE), created_at="2011-01-01T00:00:00Z")


def _answer_a_wrong_status(lines: list[Line]) -> None:
    find(lines, LIST)["status"] = 206


def _answer_html(lines: list[Line]) -> None:
    line = find(lines, LIST)
    line["content_type"] = line["headers"]["content-type"] = "text/html"


def _break(lines: list[Line]) -> None:
    find(lines, LIST)["status"] = 500


def _shape_an_error_otherwise(lines: list[Line]) -> None:
    find(lines, CHAT, 2)["answer"] = json.dumps(["no"])


def _end_without_saying_so(lines: list[Line]) -> None:
    line = find(lines, CHAT, 1)
    line["answer"] = "".join(f"{each}\n\n" for each in events(line) if "[DONE]" not in each)


def _stream_another_word(lines: list[Line]) -> None:
    line = find(lines, CHAT, 1)
    *_, last = (
        each for each in events(line) if '"content"' in each and '"finish_reason":null' in each
    )
    line["answer"] = line["answer"].replace(f"{last}\n\n", "", 1)


def _end_twice(lines: list[Line]) -> None:
    line = find(lines, CHAT, 1)
    last = next(each for each in events(line) if '"finish_reason":"' in each)
    line["answer"] = line["answer"].replace(last, f"{last}\n\n{last}", 1)


def _spoil_an_event(lines: list[Line]) -> None:
    line = find(lines, CHAT, 1)
    line["answer"] = line["answer"].replace('"index":0', '"index":"first"', 1)


def _leave_an_event_open(lines: list[Line]) -> None:
    find(lines, CHAT, 1)["answer"] += 'data: {"id"'


def _answer_without_streaming(lines: list[Line]) -> None:
    plain, line = find(lines, CHAT), find(lines, CHAT, 1)
    line.update(
        answer=plain["answer"], content_type=plain["content_type"], headers=plain["headers"]
    )


def _bill_too_much(lines: list[Line]) -> None:
    usage = json.loads(find(lines, CHAT)["answer"])["usage"]
    edit(find(lines, CHAT), usage={**usage, "total_tokens": usage["total_tokens"] + 1})


def _answer_yesterday(lines: list[Line]) -> None:
    edit(find(lines, CHAT), created=1_600_000_000)


ALTERED = [
    (_drop_field, f"schema.success-body[{GET}]"),
    (_show_another_name, "views.created-is-shown[library]"),
    (_show_another_name, "views.list-shows-what-reading-shows[library]"),
    (_forget_the_change, "views.change-is-shown[library.name]"),
    (_lose_the_description, "neighbours.other-fields-stay[library.name]"),
    (_lose_the_library, "views.created-is-shown[library]"),
    (_keep_the_deleted, f"gone.is-refused[{GET}:library_id]"),
    (_keep_the_deleted, "views.deletion-is-shown[library]"),
    (_list_the_deleted, "views.deletion-is-shown[library]"),
    (_give_an_id_twice, "together.creations-are-distinct[library]"),
    (_repeat_an_item, f"pages.tile[{LIST}]"),
    (_find_what_does_not_fit, f"sets.filter[{LIST}:search]"),
    (_move_time_back, "times.in-order[library]"),
    (_say_it_was_made_long_ago, "times.stamps-are-now[library.created_at]"),
    (_answer_a_wrong_status, f"schema.status[{LIST}]"),
    (_answer_html, f"schema.content-type[{LIST}]"),
    (_break, f"input.no-server-error[{LIST}]"),
    (_shape_an_error_otherwise, f"schema.error-body[{CHAT}]"),
    (_end_without_saying_so, f"streams.the-end-comes-last[{CHAT}]"),
    (_stream_another_word, f"answers.stream-tells-the-same[{CHAT}]"),
    (_end_twice, f"answers.stream-is-one-answer[{CHAT}]"),
    (_spoil_an_event, f"streams.events-have-the-schema[{CHAT}]"),
    (_leave_an_event_open, f"streams.framing-holds[{CHAT}]"),
    (_answer_without_streaming, f"streams.asked-for-comes[{CHAT}]"),
    (_bill_too_much, f"sums.usage-adds-up[{CHAT}]"),
    (_answer_yesterday, f"times.answers-are-now[{CHAT}]"),
]


@pytest.mark.parametrize(("alter", "case"), ALTERED, ids=lambda each: getattr(each, "__name__", ""))
def test_an_altered_answer_is_found(
    alter: Callable[[list[Line]], None], case: str, lines: list[Line], judge: Judge
) -> None:
    alter(lines)
    assert case in failed(judge(lines, case.partition("[")[0]))


def test_what_another_caller_does_not_see_is_no_failure(lines: list[Line], judge: Judge) -> None:
    _lose_the_library(lines)
    find(lines, GET)["caller"] = "somebody else"
    assert failed(judge(lines)) == set()


def test_an_answer_that_only_asks_to_wait_breaks_nothing(lines: list[Line], judge: Judge) -> None:
    find(lines, LIST).update(status=429, answer="slow down", content_type="text/plain")
    assert failed(judge(lines)) == set()


def test_a_plain_answer_without_a_seed_need_not_be_what_was_streamed(
    lines: list[Line], judge: Judge
) -> None:
    for line in lines:
        if line["operation"] == CHAT:
            line["request"] = line["request"].replace('"random_seed": 7', '"temperature": 1.0')
    _stream_another_word(lines)
    assert failed(judge(lines)) == set()
