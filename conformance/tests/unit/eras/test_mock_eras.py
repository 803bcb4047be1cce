"""The mock in each era: routes, parameters, fields, values, answers of that date."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from mistral_mock.app import create_app
from mistral_mock.cli import main
from mistral_mock.settings import Settings
from mistral_openapi.eras import names

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KEY = {"authorization": "Bearer mock-key"}
CHAT = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "Hello"}]}


@pytest.fixture
def asking() -> Callable[..., Any]:
    """Return what makes a mock of an era, and gives what asks it."""

    def make(era: str, **settings: Any) -> Any:
        app = create_app(Settings(era=era, clock="manual", **settings))

        async def ask(method: str, path: str, **rest: Any) -> httpx.Response:
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(
                transport=transport, base_url="http://127.0.0.1", headers=KEY
            ) as client:
                return await client.request(method, path, **rest)

        return ask

    return make


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


pytestmark = pytest.mark.anyio


async def make_library(ask: Any) -> str:
    answer = await ask("POST", "/v1/libraries", json={"name": "Papers"})
    return f"/v1/libraries/{answer.json()['id']}"


@pytest.mark.parametrize(
    ("era", "patch", "put"),
    [("2026-03-31", 405, 200), ("2026-06-16", 200, 200), ("announced", 200, 405)],
)
async def test_the_routes_are_those_of_the_day(asking: Any, era: str, patch: int, put: int) -> None:
    ask = asking(era)
    library = await make_library(ask)
    assert (await ask("PATCH", library, json={"name": "New"})).status_code == patch
    assert (await ask("PUT", library, json={"name": "New"})).status_code == put


async def test_an_operation_of_later_is_no_route(asking: Any) -> None:
    answer = await asking("2025-08-20")("GET", "/v1/observability/datasets")
    assert answer.status_code == 404
    assert "no Route matched" in answer.text


@pytest.mark.parametrize(("era", "status"), [("today", 200), ("announced", 204)])
async def test_announced_deletes_answer_204_alone(asking: Any, era: str, status: int) -> None:
    ask = asking(era)
    answer = await ask("DELETE", await make_library(ask))
    assert (answer.status_code, bool(answer.content)) == (status, status == 200)


async def test_answers_lose_the_fields_of_later(asking: Any) -> None:
    fields: dict[str, set[str]] = {}
    for era in ("2025-08-20", "2026-03-31", "today"):
        ask = asking(era)
        library = await make_library(ask)
        document = await ask("POST", f"{library}/documents", files={"file": ("a.txt", b"text")})
        fields[era] = set(document.json())
    assert fields["2026-03-31"] - fields["2025-08-20"] == {"attributes", "process_status", "url"}
    assert fields["today"] - fields["2026-03-31"] == {"expires_at"}


async def test_events_lose_the_fields_of_later(asking: Any) -> None:
    def keys(text: str) -> set[str]:
        data = [line[6:] for line in text.splitlines() if line.startswith("data: {")]
        return {key for one in data for key in json.loads(one).get("usage") or ()}

    old = await asking("2026-03-31")("POST", "/v1/chat/completions", json={**CHAT, "stream": True})
    new = await asking("today")("POST", "/v1/chat/completions", json={**CHAT, "stream": True})
    assert keys(new.text) - keys(old.text) == {"service_tier"}


async def test_a_field_of_later_is_ignored_where_objects_were_open(asking: Any) -> None:
    private = {"name": "Papers", "owner_type": "User"}
    assert (await asking("2026-03-31")("POST", "/v1/libraries", json=private)).status_code == 201
    assert (await asking("today")("POST", "/v1/libraries", json=private)).status_code == 403


async def test_a_field_of_later_is_refused_where_objects_were_closed(asking: Any) -> None:
    answer = await asking("2025-08-20")(
        "POST", "/v1/chat/completions", json={**CHAT, "reasoning_effort": "none"}
    )
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["type"] == "extra_forbidden"


@pytest.mark.parametrize("era", names())
async def test_a_field_that_went_is_taken_in_every_era(asking: Any, era: str) -> None:
    scan = {"type": "document_url", "document_url": "https://example.com/a.pdf"}
    asked = {"model": "mistral-ocr-latest", "document": scan, "id": "scan-1"}
    ask = asking(era)
    assert (await ask("POST", "/v1/ocr", json=asked)).status_code == 200
    wrong = await ask("POST", "/v1/ocr", json={**asked, "id": 1})
    assert wrong.json()["detail"][0]["loc"] == ["body", "id"]
    other = await ask("POST", "/v1/ocr", json={**asked, "name": "scan-1"})
    assert other.json()["detail"][0]["type"] == "extra_forbidden"


async def test_what_the_vendor_s_client_sends_is_taken_today_and_refused_before(
    asking: Any,
) -> None:
    asked = {**CHAT, "top_k": 40, "logprobs": None}
    assert (await asking("today")("POST", "/v1/chat/completions", json=asked)).status_code == 200
    old = await asking("2026-06-16")("POST", "/v1/chat/completions", json=asked)
    assert old.json()["detail"][0]["type"] == "extra_forbidden"
    wrong = await asking("today")("POST", "/v1/chat/completions", json={**asked, "top_k": "few"})
    assert wrong.json()["detail"][0]["loc"] == ["body", "top_k"]


async def test_a_value_of_later_is_refused(asking: Any) -> None:
    asked = {**CHAT, "reasoning_effort": "low"}
    old = await asking("2026-03-31")("POST", "/v1/chat/completions", json=asked)
    assert old.status_code == 422
    assert (await asking("today")("POST", "/v1/chat/completions", json=asked)).status_code == 200


async def test_a_parameter_of_later_means_nothing(asking: Any) -> None:
    ask = asking("2026-03-31")
    await make_library(ask)
    await make_library(ask)
    assert len((await ask("GET", "/v1/libraries?page_size=1")).json()["data"]) == 2


async def test_a_list_of_june_2026_tells_its_pages_unasked(asking: Any) -> None:
    answer = await asking("2026-06-16")("GET", "/v1/libraries")
    assert "pagination" in answer.json()


async def test_a_bound_of_later_does_not_hold(asking: Any) -> None:
    ask = asking("2025-08-20")
    library = await make_library(ask)
    assert (await ask("GET", f"{library}/documents?page_size=0")).status_code == 200


async def test_without_deprecated_takes_the_rest_away(asking: Any) -> None:
    ask = asking("announced", without_deprecated=True)
    document = await ask(
        "POST", f"{await make_library(ask)}/documents", files={"file": ("a.txt", b"text")}
    )
    assert "processing_status" not in document.json()
    assert (await ask("GET", "/v1/agents")).status_code in {404, 405}


async def test_every_era_chats(asking: Any) -> None:
    for era in names():
        answer = await asking(era)("POST", "/v1/chat/completions", json=CHAT)
        assert answer.status_code == 200, era


def test_an_era_that_has_no_204_refuses_to_answer_with_it() -> None:
    with pytest.raises(ValueError, match="no delete that answers 200 can answer 204"):
        Settings(era="2026-03-31", delete_answers=204)


async def exported(asking: Any, path: Path, kind: str) -> Path:
    """Use a mock of today in ways that go, and keep its journal."""
    ask = asking("today")
    library = await make_library(ask)
    for name in ("A", "B"):
        await ask("PUT", library, json={"name": name})
    await ask("GET", "/v1/libraries?filter_owned_by_me=true")
    await ask("DELETE", library)
    file = path / f"use.{kind}"
    file.write_bytes((await ask("GET", f"/_mock/requests.{kind}")).content)
    return file


@pytest.mark.parametrize("kind", ["har", "jsonl"])
async def test_usage_tells_what_breaks_how_often_and_where_first(
    asking: Any, tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = await exported(asking, tmp_path, kind)
    assert main(["usage", str(file), "--era", "announced"]) == 1
    told = capsys.readouterr().out
    assert "update_with_put: the operation is gone; use beta.libraries.update\n" in told
    assert (
        f"    2 times, first in {'entry' if kind == 'har' else 'line'} 2: PUT /v1/libraries/"
        in told
    )
    assert "the parameter filter_owned_by_me has no effect" in told
    assert "the answer is no longer 200 with a body, but 204" in told


async def test_usage_of_what_stays_breaks_nothing(
    asking: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = await exported(asking, tmp_path, "har")
    assert main(["usage", str(file), "--era", "today"]) == 0
    assert "none of 5 requests breaks" in capsys.readouterr().out


def test_usage_tells_fields_that_an_older_server_does_not_know(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = {
        "method": "POST",
        "path": "/v1/libraries",
        "request": '{"name": "a", "owner_type": "User"}',
        "status": 201,
    }
    file = tmp_path / "use.jsonl"
    file.write_text(json.dumps(line) + "\n", "utf-8")
    assert main(["usage", str(file), "--era", "2026-03-31"]) == 1
    assert "the field owner_type has no effect" in capsys.readouterr().out


def test_usage_refuses_what_is_no_recording(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("not a recording\n", "utf-8")
    assert main(["usage", str(file)]) == 2
    assert "line 1: neither a HAR archive nor" in capsys.readouterr().err
