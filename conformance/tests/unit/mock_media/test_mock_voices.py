"""Voices of a fixture world and custom ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.mock_media.sounds_made import make_wav, measure, spell

from mistral_mock.fixtures import FixtureError

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

VOICES = "/v1/audio/voices"


def create(api: httpx.Client, **fields: Any) -> dict[str, Any]:
    """A new custom voice."""
    body = {"name": "Mine", "sample_audio": spell(make_wav(1)), **fields}
    made: dict[str, Any] = api.post(VOICES, json=body).json()
    return made


def names(api: httpx.Client, **query: Any) -> list[str]:
    """The listed names."""
    return [each["name"] for each in api.get(VOICES, params=query).json()["items"]]


def test_presets_come_first(api: httpx.Client) -> None:
    create(api)
    assert names(api) == ["Clara", "Oliver", "Manon", "Mine"]
    assert names(api, type="preset") == ["Clara", "Oliver", "Manon"]
    assert names(api, type="custom") == ["Mine"]


def test_pages_go_by_offset(api: httpx.Client) -> None:
    page = api.get(VOICES, params={"limit": 2, "offset": 2}).json()
    assert [each["name"] for each in page["items"]] == ["Manon"]
    shown = {name: page[name] for name in ("total", "page", "page_size", "total_pages")}
    assert shown == {"total": 3, "page": 2, "page_size": 2, "total_pages": 2}


def test_voice_is_found_by_slug(api: httpx.Client) -> None:
    assert api.get(f"{VOICES}/en_clara").json()["name"] == "Clara"


def test_a_slug_names_one_voice(api: httpx.Client, person: Callable[[str], httpx.Client]) -> None:
    mine = create(api, slug="ada")
    for taken in ("en_clara", "ada", mine["id"]):
        body = {"name": "Other", "slug": taken, "sample_audio": spell(make_wav(1))}
        answer = api.post(VOICES, json=body)
        assert answer.status_code == 422
        assert answer.json()["detail"][0]["loc"] == ["body", "slug"]
    assert api.get(f"{VOICES}/ada").json() == mine
    assert create(person("neighbour"), slug="ada")["slug"] == "ada"


def test_sample_is_what_was_sent(api: httpx.Client) -> None:
    sample = make_wav(1.5)
    made = create(api, sample_audio=spell(sample))
    answer = api.get(f"{VOICES}/{made['id']}/sample")
    assert answer.content == sample
    assert answer.headers["content-type"] == "audio/wav"


def test_preset_introduces_itself(api: httpx.Client) -> None:
    answer = api.get(f"{VOICES}/fr_manon/sample")
    assert measure(answer.content) > 1
    assert b"Manon" in answer.content


def test_change_sets_what_is_sent(api: httpx.Client) -> None:
    made = create(api, age=30, tags=["a"])
    path = f"{VOICES}/{made['id']}"
    changed = api.patch(path, json={"age": 31, "tags": None, "name": None}).json()
    assert changed == {**made, "age": 31, "tags": None}
    assert api.get(path).json() == changed


def test_deleted_voice_is_gone(api: httpx.Client) -> None:
    made = create(api)
    path = f"{VOICES}/{made['id']}"
    assert api.delete(path).json() == made
    assert api.get(path).status_code == 404
    assert api.get(f"{path}/sample").status_code == 404


def test_only_the_owner_changes_a_voice(
    api: httpx.Client, person: Callable[[str], httpx.Client]
) -> None:
    path = f"{VOICES}/{create(api)['id']}"
    preset = f"{VOICES}/{api.get(VOICES).json()['items'][0]['id']}"
    assert person("colleague").get(path).status_code == 200
    assert person("colleague").delete(path).status_code == 403
    assert person("neighbour").delete(path).status_code == 404
    assert api.delete(preset).status_code == 403
    assert api.patch(preset, json={"age": 1}).status_code == 403


@pytest.mark.parametrize("sample", ["no base64!", spell(b"ID3 an mp3")])
def test_recording_has_to_be_a_wav_file(api: httpx.Client, sample: str) -> None:
    answer = api.post(VOICES, json={"name": "Mine", "sample_audio": sample})
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body", "sample_audio"]


def test_world_brings_its_own_voices(start: Callable[..., Any]) -> None:
    _, api = start("voices:\n  - name: Ada\n    slug: ada\n    says: Good day.\n")
    assert names(api) == ["Ada"]
    assert b"Good day." in api.get(f"{VOICES}/ada/sample").content


def test_wrong_world_says_where(start: Callable[..., Any]) -> None:
    with pytest.raises(FixtureError, match=r"voices\.0.*name"):
        start("voices:\n  - slug: ada\n")
