from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.unit.mock_fine_tuning.conftest import HOUR_S, LABELLED, TARGETS

from mistral_mock.server import running
from mistral_mock.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.unit.mock_fine_tuning.conftest import Create


BASE = "mistral-small-latest"
HELLO = [{"role": "user", "content": "Hello"}]
ID = re.compile(r"ft:open-mistral-7b:[\w-]+:2026\d{4}:[0-9a-f]{8}")
WORLD = """
fine_tuned_models:
  - id: "ft:classifier:ministral-3b-latest:sample:20260101:00000001"
    root: ministral-3b-latest
    name: Ticket topics
    classifier_targets:
      - name: topic
        labels: [billing, defect]
"""


def chat(api: httpx.Client, model: str) -> httpx.Response:
    return api.post("/v1/chat/completions", json={"model": model, "messages": HELLO})


def names(api: httpx.Client, **query: str) -> list[str]:
    return [card["id"] for card in api.get("/v1/models", params=query).json()["data"]]


@pytest.fixture
def model(tune: Callable[..., str]) -> str:
    """A fine-tuned model that completes."""
    return tune(suffix="helpdesk")


def test_id_tells_root_suffix_and_day(model: str) -> None:
    assert ID.fullmatch(model)
    assert ":helpdesk:" in model


def test_model_is_listed_last_and_read_the_same(
    api: httpx.Client, model: str, holds: Callable[[str, object], bool]
) -> None:
    listed = api.get("/v1/models").json()
    assert holds("ModelList", listed)
    card = listed["data"][-1]
    assert card["id"] == model
    assert (card["type"], card["root"], card["archived"]) == (
        "fine-tuned",
        "open-mistral-7b",
        False,
    )
    assert api.get(f"/v1/models/{model}").json() == card


def test_list_narrows_to_it(api: httpx.Client, model: str) -> None:
    owner = api.get(f"/v1/models/{model}").json()["owned_by"]
    assert names(api, model=model) == names(api, provider=owner) == [model]
    assert model not in names(api, provider="mistralai")


def test_model_chats_under_its_own_name(api: httpx.Client, model: str) -> None:
    assert chat(api, model).json()["model"] == model


def test_tuned_code_model_fills_gaps(api: httpx.Client, tune: Callable[..., str]) -> None:
    body = {"model": tune(model="codestral-latest"), "prompt": "x = "}
    assert api.post("/v1/fim/completions", json=body).status_code == 200


def test_tuned_model_is_not_tuned_again(create: Create, model: str) -> None:
    assert create(model=model).status_code == 422


def test_classifier_learns_and_does_not_chat(
    api: httpx.Client, tune: Callable[..., str], upload: Callable[..., str]
) -> None:
    files = [{"file_id": upload(*LABELLED)}]
    model = tune(model="ministral-3b-latest", training_files=files, classifier_targets=TARGETS)
    body = {"model": model, "input": ["wrong invoice", "it crashes"]}
    first, second = api.post("/v1/classifications", json=body).json()["results"]
    assert model.startswith("ft:classifier:ministral-3b-latest:")
    assert first["topic"]["scores"]["billing"] > 0.5 > second["topic"]["scores"]["billing"]
    assert sum(first["topic"]["scores"].values()) == pytest.approx(1)
    assert chat(api, model).status_code == 400


def test_update_changes_what_it_names(
    api: httpx.Client, model: str, holds: Callable[[str, object], bool]
) -> None:
    path = f"/v1/fine_tuning/models/{model}"
    api.patch(path, json={"name": "n", "description": "d"})
    changed = api.patch(path, json={"name": None}).json()
    assert holds("FineTunedModel", changed)
    assert (changed["name"], changed["description"]) == (None, "d")
    assert api.get(f"/v1/models/{model}").json()["description"] == "d"


def test_archived_model_is_listed_and_rests(api: httpx.Client, model: str) -> None:
    path = f"/v1/fine_tuning/models/{model}/archive"
    assert api.post(path).json() == {"id": model, "object": "model", "archived": True}
    assert api.get(f"/v1/models/{model}").json()["archived"] is True
    assert (chat(api, model).status_code, model in names(api)) == (400, True)
    assert api.delete(path).json() == {"id": model, "object": "model", "archived": False}
    assert chat(api, model).status_code == 200


def test_deleted_model_is_gone(api: httpx.Client, model: str) -> None:
    deleted = api.delete(f"/v1/models/{model}")
    assert deleted.json() == {"id": model, "object": "model", "deleted": True}
    assert api.get(f"/v1/models/{model}").status_code == 404
    assert api.delete(f"/v1/models/{model}").status_code == 404
    assert chat(api, model).status_code == 400


def change_all(api: httpx.Client, model: str) -> list[int]:
    path = f"/v1/fine_tuning/models/{model}"
    answers = [
        api.delete(f"/v1/models/{model}"),
        api.patch(path, json={"name": "x"}),
        api.post(f"{path}/archive"),
        api.delete(f"{path}/archive"),
    ]
    return [answer.status_code for answer in answers]


def test_vendors_models_are_not_changed(api: httpx.Client) -> None:
    assert change_all(api, BASE) == [403] * 4
    assert chat(api, BASE).status_code == 200


def test_models_are_of_their_workspace(
    neighbour: httpx.Client, colleague: httpx.Client, model: str
) -> None:
    assert (model in names(colleague), model in names(neighbour)) == (True, False)
    assert change_all(neighbour, model) == [404] * 4
    assert chat(neighbour, model).status_code == 400
    assert chat(colleague, model).status_code == 200


def test_fixture_world_brings_models(tmp_path: Path) -> None:
    world = tmp_path / "world.yaml"
    world.write_text(WORLD, "utf-8")
    with running(Settings(clock="manual", world_file=world)) as server:
        headers = {"authorization": "Bearer mock-key"}
        with httpx.Client(base_url=server.base_url, headers=headers, trust_env=False) as api:
            model = names(api)[-1]
            body = {"model": model, "input": "invoice"}
            (result,) = api.post("/v1/classifications", json=body).json()["results"]
    assert result == {"topic": {"scores": {"billing": 0.5, "defect": 0.5}}}


def test_state_outlives_the_process(tmp_path: Path) -> None:
    settings = Settings(clock="manual", state_file=tmp_path / "state")
    body: dict[str, Any] = {"model": "open-mistral-7b", "hyperparameters": {}, "auto_start": True}
    headers = {"authorization": "Bearer mock-key"}
    sample = b'{"messages": [{"role": "assistant", "content": "b"}]}'
    with (
        running(settings) as first,
        httpx.Client(base_url=first.base_url, headers=headers, trust_env=False) as api,
    ):
        file = api.post("/v1/files", files={"file": ("a.jsonl", sample)}).json()["id"]
        job = api.post("/v1/fine_tuning/jobs", json={**body, "training_files": [{"file_id": file}]})
        id_ = job.json()["id"]
    with (
        running(settings) as second,
        httpx.Client(base_url=second.base_url, headers=headers, trust_env=False) as api,
    ):
        second.clock.advance(HOUR_S)
        found = api.get(f"/v1/fine_tuning/jobs/{id_}").json()
        assert found["status"] == "SUCCESS"
        assert found["fine_tuned_model"] in names(api)
