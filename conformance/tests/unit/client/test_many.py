"""Any number of texts, and jobs that are waited for."""

from __future__ import annotations

import json
import threading
from contextvars import ContextVar
from time import sleep
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.unit.client.harness import Server, answer

from mistral_client import DecodeError, ProcessingFailed, ServerError, TimedOut, many
from mistral_client.batches import BATCH_CHARACTERS
from mistral_client.many import in_order

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Container, Iterator

    from tests.unit.client.harness import Both


class Embedder:
    """Answers with the number that each text holds, last first; keeps the batches."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self._lock = threading.Lock()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        texts = json.loads(request.content)["input"]
        with self._lock:
            self.batches.append(texts)
        data = [{"index": n, "embedding": [float(text)]} for n, text in enumerate(texts)]
        return httpx.Response(200, json={"data": data[::-1]})


def embed(both: Both, server: Any, texts: Any, **arguments: Any) -> list[Any]:
    found: list[Any] = both.items(
        server, lambda client: client.embeddings.create_all(texts, model="m", **arguments)
    )
    return found


def numbers(count: int) -> list[str]:
    return [str(number) for number in range(count)]


@pytest.mark.parametrize("workers", [1, 3])
def test_embeddings_of_many_texts_come_in_order(both: Both, workers: int) -> None:
    server = Embedder()
    found = embed(both, server, iter(numbers(25)), batch_size=4, workers=workers)
    assert found == [[float(number)] for number in range(25)]
    assert sorted(map(len, server.batches)) == [1, 4, 4, 4, 4, 4, 4]


def test_no_texts_need_no_request(both: Both) -> None:
    server = Embedder()
    assert embed(both, server, []) == []
    assert server.batches == []


def test_long_texts_go_in_smaller_batches(both: Both) -> None:
    server = Embedder()
    half = "0" * (BATCH_CHARACTERS // 2)
    assert embed(both, server, [half, "1", half, half + half + "2"]) == [[0.0], [1.0], [0.0], [2.0]]
    assert sorted(len(batch) for batch in server.batches) == [1, 1, 2]


def test_progress_is_the_number_of_texts_that_are_done(both: Both) -> None:
    done: list[int] = []
    embed(both, Embedder(), numbers(5), batch_size=2, on_progress=done.append)
    assert done == [2, 4, 5]


def test_texts_are_taken_as_they_are_needed(both: Both) -> None:
    taken: list[int] = []

    def texts() -> Iterator[str]:
        for number in range(1000):
            taken.append(number)
            yield str(number)

    def first(client: Any) -> Any:
        return next(client.embeddings.create_all(texts(), model="m", batch_size=2, workers=2))

    async def first_async(client: Any) -> Any:
        walk = client.embeddings.create_all(texts(), model="m", batch_size=2, workers=2)
        found = await anext(walk)
        await walk.aclose()
        return found

    assert both.run(Embedder(), first_async if both.is_async else first) == [0.0]
    assert len(taken) < 10


def test_texts_may_come_asynchronously(both: Both) -> None:
    async def texts() -> AsyncIterator[str]:
        for text in numbers(5):
            yield text

    if both.is_async:
        found = embed(both, Embedder(), texts(), batch_size=2)
        assert found == [[float(number)] for number in range(5)]


def test_slow_calls_go_at_once() -> None:
    together = threading.Barrier(3)

    def call(number: int) -> int:
        together.wait(60)
        return number

    assert list(in_order(call, range(9), 3)) == list(range(9))


def test_quick_calls_go_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(many, "QUICK_S", 60.0)
    threads = list(in_order(lambda _: threading.get_ident(), range(9), 3))
    assert threads[1:] == [threading.get_ident()] * 8


def test_calls_have_the_context_of_whoever_iterates() -> None:
    place: ContextVar[str] = ContextVar("place", default="nowhere")

    def call(_: int) -> str:
        sleep(2 * many.QUICK_S)
        return place.get()

    place.set("here")
    assert set(in_order(call, range(6), 3)) == {"here"}


@pytest.mark.parametrize("is_slow", [(), (0,), (1, 2), (3, 7), range(20)])
def test_results_come_in_order_however_long_calls_take(is_slow: Container[int]) -> None:
    def call(number: int) -> int:
        if number in is_slow:
            sleep(2 * many.QUICK_S)
        return number

    assert list(in_order(call, range(20), 3)) == list(range(20))


def test_failure_of_one_batch_ends_all(both: Both) -> None:
    server = Server([answer(500)])
    with pytest.raises(ServerError):
        embed(both, server, numbers(100), batch_size=1, workers=2, retries=0)
    assert len(server.requests) < 10


def test_answer_with_too_few_embeddings_is_an_error(both: Both) -> None:
    short = answer(200, {"data": [{"index": 0, "embedding": [1.0]}]})
    with pytest.raises(DecodeError, match="1 embeddings for 2 texts"):
        embed(both, short, ["1", "2"])


@pytest.mark.parametrize(
    "data",
    [
        None,
        3,
        {"index": 0},
        [None],
        ["x"],
        [{}],
        [{"index": "x", "embedding": None}],
        [{"embedding": [1.0]}, {"index": 1}],
    ],
)
def test_answer_without_embeddings_is_an_error(both: Both, data: object) -> None:
    with pytest.raises(DecodeError, match=r"the answer has \d embeddings for 1 texts"):
        embed(both, answer(200, {"data": data}), ["1"])


def test_embeddings_without_places_stay_in_the_order_in_which_they_come(both: Both) -> None:
    data = [{"index": None, "embedding": [1.0]}, {"embedding": [2.0]}]
    assert embed(both, answer(200, {"data": data}), ["1", "2"]) == [[1.0], [2.0]]


@pytest.mark.parametrize(
    ("arguments", "kind", "words"),
    [
        ({"texts": "one"}, TypeError, "several texts"),
        ({"texts": [3]}, TypeError, "must hold text, not int"),
        ({"texts": [], "batch_size": 0}, ValueError, "batch_size must be 1 or more"),
        ({"texts": [], "batch_size": "x"}, TypeError, "batch_size must be a whole number"),
        ({"texts": [], "workers": 0}, ValueError, "workers must be 1 or more"),
    ],
)
def test_wrong_arguments_are_said(
    both: Both, arguments: dict[str, Any], kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind, match=words):
        embed(both, Embedder(), **arguments)


def states(*names: str) -> list[httpx.Response]:
    return [answer(200, {"id": "j", "job_type": "completion", "status": name}) for name in names]


@pytest.mark.parametrize("group", ["batch", "fine_tuning"])
def test_job_is_waited_for_until_it_ends_well(both: Both, group: str) -> None:
    seen: list[str] = []
    job = both.run(
        states("QUEUED", "NEW_STATE", "RUNNING", "SUCCESS"),
        lambda client: getattr(client, group).jobs.wait(
            "j", on_progress=lambda each: seen.append(each.status)
        ),
    )
    assert job.status == "SUCCESS"
    assert seen == ["QUEUED", "NEW_STATE", "RUNNING", "SUCCESS"]
    assert both.clock.slept == [1.0, 1.5, 2.25]


@pytest.mark.parametrize("state", ["FAILED", "TIMEOUT_EXCEEDED", "CANCELLED", "FAILED_VALIDATION"])
def test_job_that_comes_to_a_bad_end_is_an_error(both: Both, state: str) -> None:
    with pytest.raises(ProcessingFailed, match=state) as caught:
        both.run(states("RUNNING", state), lambda client: client.batch.jobs.wait("j"))
    assert (caught.value.state, caught.value.job_id) == (state, "j")
    assert caught.value.operation == "batch.jobs.wait"


def test_wait_for_a_job_ends_in_time(both: Both) -> None:
    with pytest.raises(TimedOut, match="still RUNNING after 10 s"):
        both.run(states("RUNNING"), lambda client: client.batch.jobs.wait("j", timeout=10.0))
    assert sum(both.clock.slept) == 10.0
