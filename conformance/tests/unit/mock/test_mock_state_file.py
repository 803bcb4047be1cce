"""The state file: what outlives the process, and what must never harm it."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from mistral_mock.server import running
from mistral_mock.settings import Settings
from mistral_mock.state_file import StateFileError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mistral_mock.server import RunningServer

LIST = "/v1/libraries"
UUID1 = "00000000-0000-4000-8000-000000000001"
HEADERS = {"authorization": "Bearer mock-key"}


def visit(file: Path, act: Callable[[httpx.Client], Any], **settings: Any) -> Any:
    """Runs a mock on the file; gives what the act gives."""
    with (
        running(Settings(clock="manual", state_file=file, **settings)) as server,
        httpx.Client(base_url=server.base_url, headers=HEADERS, trust_env=False) as api,
    ):
        return act(api)


def fill(api: httpx.Client) -> dict[str, Any]:
    """A library with a processed document and a share; gives all its answers."""
    library = api.post(LIST, json={"name": "n", "description": "\u00e9"}).json()
    folder = f"{LIST}/{library['id']}/documents"
    document = api.post(folder, files={"file": ("a.txt", b"Some text.")}).json()
    api.patch(f"{folder}/{document['id']}", json={"attributes": {"a": [1]}})
    for type_, uuid in (("Workspace", document["id"]), ("User", UUID1), ("Workspace", UUID1)):
        share = {"share_with_type": type_, "share_with_uuid": uuid, "level": "Viewer"}
        api.put(f"{LIST}/{library['id']}/share", json=share)
    api.post("/_mock/clock", json={"advance_s": 3})
    return read(api)


def read(api: httpx.Client) -> dict[str, Any]:
    """All that can be read."""
    found: dict[str, Any] = {"libraries": api.get(LIST).json()}
    for library in found["libraries"]["data"]:
        path = f"{LIST}/{library['id']}"
        documents = api.get(f"{path}/documents").json()
        found[path] = [documents, api.get(f"{path}/share").json()]
        for document in documents["data"]:
            at = f"{path}/documents/{document['id']}"
            text = api.get(f"{at}/text_content").json()
            bytes_ = httpx.get(api.get(f"{at}/signed-url").json(), trust_env=False).content
            found[at] = [text, bytes_]
    return found


def test_everything_survives_a_restart(tmp_path: Path) -> None:
    before = visit(tmp_path / "state", fill)
    assert visit(tmp_path / "state", read) == before


def test_a_later_run_gives_new_ids_and_goes_on_in_time(tmp_path: Path) -> None:
    before = visit(tmp_path / "state", fill)
    newer = visit(tmp_path / "state", lambda api: api.post(LIST, json={"name": "m"}).json())
    older = before["libraries"]["data"][0]
    assert newer["id"] > older["id"]
    assert newer["created_at"] > older["updated_at"]


def test_no_id_is_given_twice(tmp_path: Path) -> None:
    def add(api: httpx.Client) -> set[str]:
        library = api.post(LIST, json={"name": "n"}).json()
        folder = f"{LIST}/{library['id']}/documents"
        return {library["id"], api.post(folder, files={"file": ("a.txt", b"a")}).json()["id"]}

    assert len(visit(tmp_path / "state", add) | visit(tmp_path / "state", add)) == 4


def test_time_that_passed_survives_by_itself(tmp_path: Path) -> None:
    def advance(api: httpx.Client) -> str:
        moment: str = api.post("/_mock/clock", json={"advance_s": 7}).json()["now"]
        return moment

    first = visit(tmp_path / "state", advance)
    assert visit(tmp_path / "state", lambda api: api.get("/_mock/clock").json()["now"]) == first


def test_a_deletion_survives_too(tmp_path: Path) -> None:
    library = visit(tmp_path / "state", fill)["libraries"]["data"][0]
    visit(tmp_path / "state", lambda api: api.delete(f"{LIST}/{library['id']}"))
    assert visit(tmp_path / "state", read) == {"libraries": {"data": [], "next_page_token": None}}


def test_a_reset_empties_the_file(tmp_path: Path) -> None:
    visit(tmp_path / "state", fill)
    visit(tmp_path / "state", lambda api: api.post("/_mock/reset"))
    assert visit(tmp_path / "state", read)["libraries"]["data"] == []


def test_a_change_is_in_the_file_before_its_answer(tmp_path: Path) -> None:
    file, copy = tmp_path / "state", tmp_path / "copy"

    def act(api: httpx.Client) -> None:
        api.post(LIST, json={"name": "n"})
        copy.write_bytes(file.read_bytes())

    visit(file, act)
    assert len(visit(copy, read)["libraries"]["data"]) == 1


@pytest.mark.parametrize("content", [b"not a database, surely " * 100, b"{}"])
def test_a_file_that_is_no_state_file_is_left_alone(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "state"
    file.write_bytes(content)
    with pytest.raises(StateFileError, match=r"state: .*name another"):
        visit(file, read)
    assert file.read_bytes() == content


def test_a_damaged_state_file_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "state"
    visit(file, fill)
    whole = bytearray(file.read_bytes())
    whole[4096:] = b"\x55" * (len(whole) - 4096)
    file.write_bytes(whole)
    with pytest.raises(StateFileError, match="state: "):
        visit(file, read)
    assert file.read_bytes() == bytes(whole)


def test_somebody_elses_database_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "state"
    database = sqlite3.connect(file)
    database.execute("create table mine (a)")
    database.commit()
    database.close()
    before = file.read_bytes()
    with pytest.raises(StateFileError, match="somebody else's"):
        visit(file, read)
    assert file.read_bytes() == before


def test_a_record_of_another_version_is_named(tmp_path: Path) -> None:
    file = tmp_path / "state"
    visit(file, fill)
    database = sqlite3.connect(file)
    database.execute("update records set fields = '{\"id\": \"x\"}' where kind = 'Library'")
    database.commit()
    database.close()
    with pytest.raises(StateFileError, match="saved library cannot be read"):
        visit(file, read)


DAMAGES = [
    "update records set fields = '[]'",
    "update records set fields = '5'",
    "update records set fields = '" + "[" * 100_000 + "'",
    "update records set fields = replace(fields, '+00:00', '')",
    "update records set kind = x'00' where kind = 'Library'",
    "alter table records drop column fields",
    "alter table progress drop column moment",
    "update progress set moment = 'x'",
    "update progress set moment = '2026-01-01T00:00:00'",
    "update progress set moment = '9999-12-31T00:00:00+00:00'",
    "update progress set drawn = 'many'",
    "update progress set drawn = -1",
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_file_with_damaged_content_is_named(tmp_path: Path, damage: str) -> None:
    file = tmp_path / "state"
    visit(file, fill)
    database = sqlite3.connect(file)
    database.execute(damage)
    database.commit()
    database.close()
    with pytest.raises(StateFileError, match=r"state: .*name another"):
        visit(file, read)


def test_records_saved_under_the_names_of_modules_are_found(tmp_path: Path) -> None:
    file = tmp_path / "state"
    before = visit(file, fill)
    database = sqlite3.connect(file)
    database.execute("update records set kind = 'mistral_mock.resources.records.' || kind")
    database.commit()
    database.close()
    assert visit(file, read) == before


@pytest.mark.parametrize("kind", ["os.path", "Nothing", "Ids", "Record"])
def test_a_record_of_an_unknown_kind_is_named(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "state"
    visit(file, fill)
    database = sqlite3.connect(file)
    database.execute("update records set kind = ? where kind = 'Library'", (kind,))
    database.commit()
    database.close()
    with pytest.raises(StateFileError, match=f"holds '{kind}'"):
        visit(file, read)


def test_two_mocks_cannot_share_a_state_file(tmp_path: Path) -> None:
    file = tmp_path / "state"

    def intrude(_: httpx.Client) -> None:
        with pytest.raises(StateFileError, match="another mock uses"):
            visit(file, read)

    visit(file, intrude)


def test_an_absent_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StateFileError, match="is not a folder"):
        visit(tmp_path / "none" / "state", read)


def test_a_folder_is_no_state_file(tmp_path: Path) -> None:
    with pytest.raises(StateFileError, match="is not a file"):
        visit(tmp_path, read)


def fill_disk(server: RunningServer, pages: int = 1) -> None:
    """Lets the state file grow no more; many pages let it grow again."""
    assert server.world.file is not None
    server.world.file._database.execute(f"pragma max_page_count = {pages}")


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[tuple[RunningServer, httpx.Client]]:
    """A mock with a state file and a library, and a client."""
    settings = Settings(clock="manual", state_file=tmp_path / "state")
    with (
        running(settings) as server,
        httpx.Client(base_url=server.base_url, headers=HEADERS, trust_env=False) as api,
    ):
        api.post(LIST, json={"name": "before"})
        yield server, api


def add_much(api: httpx.Client) -> httpx.Response:
    return api.post(LIST, json={"name": "much", "description": "x" * 100_000})


def test_a_full_disk_is_an_error_of_the_change_alone(
    kept: tuple[RunningServer, httpx.Client], capfd: pytest.CaptureFixture[str]
) -> None:
    server, api = kept
    fill_disk(server)
    refused = [add_much(api), add_much(api)]
    assert [answer.status_code for answer in refused] == [500, 500]
    assert refused[0].json() == {"detail": "The mock's state file cannot be written"}
    assert len(api.get(LIST).json()["data"]) == 3
    assert api.get(f"{LIST}/{UUID1}").status_code == 404
    lines = capfd.readouterr().err.splitlines()
    assert len(lines) == 1
    assert "state cannot be written: database or disk is full" in lines[0]


def test_a_full_disk_is_an_error_of_the_clock_too(
    kept: tuple[RunningServer, httpx.Client],
) -> None:
    server, api = kept
    fill_disk(server)
    add_much(api)
    answer = api.post("/_mock/clock", json={"advance_s": 1})
    assert answer.status_code == 500
    assert answer.json() == {"detail": "The mock's state file cannot be written"}
    assert api.get("/_mock/clock").status_code == 200


def test_what_a_full_disk_refused_is_saved_when_there_is_room(
    kept: tuple[RunningServer, httpx.Client], tmp_path: Path
) -> None:
    server, api = kept
    fill_disk(server)
    add_much(api)
    fill_disk(server, 1_000_000)
    assert api.get(LIST).status_code == 200
    copy = tmp_path / "copy"
    copy.write_bytes((tmp_path / "state").read_bytes())
    assert len(visit(copy, read)["libraries"]["data"]) == 2


@pytest.mark.parametrize("name", ["a\\ud800b", "a\\udc80b", "a\\udfff\\ud83eb"])
def test_text_that_is_no_unicode_is_mended_and_named(
    tmp_path: Path, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "state"
    made = visit(file, lambda api: api.post(LIST, json={"name": "\U0001f989 MARK"}).json())
    database = sqlite3.connect(file)
    change = "update records set fields = replace(fields, 'MARK', ?) where id = ?"
    database.execute(change, (name, made["id"]))
    database.commit()
    database.close()
    (found,) = visit(file, lambda api: api.get(LIST).json()["data"])
    assert found["name"].replace("\ufffd\ufffd", "\ufffd") == "\U0001f989 a\ufffdb"
    assert [each for each in caplog.messages if f"library {made['id']} held text" in each]


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
def test_a_number_that_json_does_not_have_is_named(tmp_path: Path, value: str) -> None:
    file = tmp_path / "state"
    visit(file, lambda api: api.post(LIST, json={"name": "n", "chunk_size": 512}))
    database = sqlite3.connect(file)
    database.execute(f"update records set fields = replace(fields, '512', '{value}')")  # noqa: S608 - one of three words
    database.commit()
    database.close()
    with pytest.raises(StateFileError, match=f"saved library cannot be read .{value}"):
        visit(file, read)
