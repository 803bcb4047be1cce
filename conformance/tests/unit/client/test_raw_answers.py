from __future__ import annotations

import asyncio
import json
import threading
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.unit.client.harness import (
    BASE_URL,
    KEY,
    LIBRARY,
    Chunks,
    Server,
    answer,
)

from mistral_client import AsyncMistral, Mistral

if TYPE_CHECKING:
    from tests.unit.client.harness import Both


@pytest.mark.filterwarnings("ignore:.* is deprecated:DeprecationWarning")
def test_raw_gives_status_headers_body_and_result(both: Both) -> None:
    script = answer(200, {"data": [LIBRARY]}, x_request_id="r1")
    raw = both.run(script, lambda client: client.raw(client.beta.libraries.list, page=0))
    assert (raw.status_code, raw.request_id) == (200, "r1")
    assert json.loads(raw.body) == {"data": [LIBRARY]}
    assert raw.parsed.data[0].name == "Papers"


def test_raw_tells_200_from_201(both: Both) -> None:
    script = answer(201, LIBRARY)
    raw = both.run(script, lambda client: client.raw(client.beta.libraries.create, name="x"))
    assert raw.status_code == 201


def test_raw_answers_of_tasks_do_not_mix() -> None:
    def echo(request: httpx.Request) -> httpx.Response:
        return answer(200, {"data": [], "echo": request.headers["x-n"]})

    async def main() -> list[Any]:
        client = AsyncMistral(KEY, base_url=BASE_URL, transport=httpx.MockTransport(echo))
        calls = [client.raw(client.beta.libraries.list, headers={"x-n": str(n)}) for n in range(50)]
        return await asyncio.gather(*calls)

    found = [json.loads(raw.body)["echo"] for raw in asyncio.run(main())]
    assert found == [str(n) for n in range(50)]


def test_raw_answers_of_threads_do_not_mix() -> None:
    def echo(request: httpx.Request) -> httpx.Response:
        return answer(200, {"data": [], "echo": request.headers["x-n"]})

    client = Mistral(KEY, base_url=BASE_URL, transport=httpx.MockTransport(echo))
    found: dict[int, str] = {}

    def call(number: int) -> None:
        raw = client.raw(client.beta.libraries.list, headers={"x-n": str(number)})
        found[number] = json.loads(raw.body)["echo"]

    threads = [threading.Thread(target=call, args=(number,)) for number in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: str(number) for number in range(30)}


def test_raw_inside_raw_sees_its_own_answer() -> None:
    server = Server([answer(200, LIBRARY), answer(201, LIBRARY)])
    client = Mistral(KEY, base_url=BASE_URL, transport=httpx.MockTransport(server))

    def both_calls() -> int:
        inner = client.raw(client.beta.libraries.get, "x").status_code
        client.beta.libraries.create(name="x")
        return inner

    outer = client.raw(both_calls)
    assert (outer.parsed, outer.status_code) == (200, 201)


def test_raw_of_a_stream_gives_it_open(both: Both) -> None:
    def make(_request: httpx.Request) -> httpx.Response:
        headers = {"content-type": "text/event-stream", "x-request-id": "r1"}
        return httpx.Response(200, headers=headers, stream=Chunks(b"data: [DONE]\n\n"))

    def read(client: Any) -> Any:
        raw = client.raw(client.chat.stream, model="m", messages=[])
        return raw, list(raw.parsed)

    async def read_async(client: Any) -> Any:
        raw = await client.raw(client.chat.stream, model="m", messages=[])
        return raw, [event async for event in raw.parsed]

    raw, events = both.run(make, read_async if both.is_async else read)
    assert (raw.status_code, raw.request_id, raw.body, events) == (200, "r1", b"", [])


def test_raw_of_something_that_sends_nothing_is_refused(both: Both) -> None:
    with pytest.raises(TypeError, match=r"raw\(\)|await"):
        both.run([answer()], lambda client: client.raw(client.beta.libraries.list_all))
