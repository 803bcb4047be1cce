from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.client.harness import DOCUMENT, Server, answer

from mistral_client import DecodeError, ProcessingFailed, TimedOut

if TYPE_CHECKING:
    import httpx
    from tests.unit.client.harness import Both

ID = DOCUMENT["id"]


def server(*states: tuple[str | None, str | None]) -> Server:
    """Answer status requests with these states in turn, and get requests with the document."""
    left = list(states)

    def status(request: httpx.Request) -> httpx.Response:
        if not request.url.path.endswith("/status"):
            return answer(200, DOCUMENT)
        new, old = left.pop(0) if len(left) > 1 else left[0]
        body = {"document_id": ID, "process_status": new, "processing_status": old}
        return answer(200, {name: value for name, value in body.items() if value is not None})

    return Server([status])


def wait(**options: Any) -> Any:
    return lambda client: client.beta.libraries.documents.wait("l", ID, **options)


@pytest.mark.parametrize(
    ("running", "finished"),
    [
        (("todo", "Running"), ("done", "Completed")),
        (("in_progress", None), ("done", None)),
        (("waiting_for_capacity", None), ("noop", None)),
        ((None, "Running"), (None, "Completed")),
        ((None, "running"), (None, "completed")),
        (("todo", "Running"), ("self_managed", "Completed")),
        (("brand_new_state", "Running"), ("newer_state", "Completed")),
        (("brand_new_state", None), ("done", None)),
    ],
)
def test_document_is_returned_when_it_is_processed(
    both: Both, running: tuple[str | None, str | None], finished: tuple[str | None, str | None]
) -> None:
    document = both.run(server(running, running, finished), wait())
    assert document.id == ID
    assert len(both.clock.slept) == 2


@pytest.mark.parametrize(
    ("state", "named"),
    [
        (("error", "Error"), "error"),
        ((None, "Error"), "error"),
        (("missing_content", None), "miss"),
    ],
)
def test_error_state_is_raised(
    both: Both, state: tuple[str | None, str | None], named: str
) -> None:
    with pytest.raises(ProcessingFailed, match=named) as caught:
        both.run(server(("todo", None), state), wait())
    assert caught.value.document_id == ID
    assert caught.value.state.startswith(named)


def test_waiting_ends_when_time_is_up(both: Both) -> None:
    with pytest.raises(TimedOut, match="still in_progress after 10 s"):
        both.run(server(("in_progress", "Running")), wait(timeout=10))
    assert sum(both.clock.slept) == 10


def test_delays_grow_to_the_longest(both: Both) -> None:
    running = [("todo", None)] * 6
    both.run(server(*running, ("done", None)), wait(poll_interval=1, max_interval=3))
    assert both.clock.slept == [1, 1.5, 2.25, 3, 3, 3]


def test_progress_is_told_of_every_status(both: Both) -> None:
    seen: list[Any] = []
    both.run(server(("todo", None), ("done", None)), wait(on_progress=seen.append))
    assert [status.process_status for status in seen] == ["todo", "done"]


def test_progress_may_be_a_coroutine() -> None:
    from tests.unit.client.harness import Both as Harness  # noqa: PLC0415 - the class, at run time

    seen: list[Any] = []

    async def note(status: Any) -> None:
        seen.append(status.process_status)

    Harness(is_async=True).run(server(("done", None)), wait(on_progress=note))
    assert seen == ["done"]


def test_status_without_any_state_is_an_error(both: Both) -> None:
    with pytest.raises(DecodeError, match="neither process_status nor"):
        both.run(server((None, None)), wait())


@pytest.mark.parametrize("option", ["timeout", "poll_interval", "max_interval"])
def test_times_must_be_above_zero(both: Both, option: str) -> None:
    with pytest.raises(ValueError, match=option):
        both.run(server(("done", None)), wait(**{option: 0}))
    with pytest.raises(TypeError, match=option):
        both.run(server(("done", None)), wait(**{option: None}))
