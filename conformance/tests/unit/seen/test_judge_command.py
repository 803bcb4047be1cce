"""`mistral-conformance judge`: its forms, reports and exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from mistral_conformance.cli import main
from mistral_mock.server import running
from mistral_mock.settings import Settings

from .conftest import edit, find, use_libraries

if TYPE_CHECKING:
    Line = dict[str, Any]

LIVE = Path(__file__).parents[5] / "shared" / "recordings" / "live.jsonl"
OURS = Path(__file__).parents[4] / "docs" / "examples" / "exchanges.jsonl"
SECRET = "a-key-that-nobody-else-knows"


def _write(folder: Path, lines: list[Line]) -> str:
    path = folder / "traffic.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in lines))
    return str(path)


def _judge(tmp_path: Path, *files: str) -> int:
    return main(["judge", *files, "--report-dir", str(tmp_path / "reports")])


def test_sound_traffic_exits_with_0_and_writes_reports(lines: list[Line], tmp_path: Path) -> None:
    assert _judge(tmp_path, _write(tmp_path, lines)) == 0
    report = json.loads((tmp_path / "reports" / "report.json").read_text())
    assert report["run"]["holds"]
    assert report["target"]["identities"] == ["caller-1"]
    assert {each.name for each in (tmp_path / "reports").iterdir()} >= {"report.html", "junit.xml"}


def test_broken_traffic_exits_with_1_and_names_the_cause(
    lines: list[Line], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(find(lines, "beta.libraries.get"), name="another")
    assert _judge(tmp_path, _write(tmp_path, lines)) == 1
    assert "MUST beta.libraries.create: " in capsys.readouterr().out
    report = json.loads((tmp_path / "reports" / "report.json").read_text())
    broken = [each["name"] for each in report["rules"] if each["status"] == "fail"]
    assert "views.created-is-shown[library]" in broken
    assert report["causes"]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "is empty"),
        ("nothing", "no recording"),
        ('{"method": "GET", "path": "/v1/none/such", "status": 200, "answer": ""}', "of this API"),
    ],
)
def test_what_is_no_traffic_of_this_api_exits_with_2(
    content: str, why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "other.jsonl"
    path.write_text(content)
    assert _judge(tmp_path, str(path)) == 2
    assert why in capsys.readouterr().err


def test_the_archive_of_the_mock_is_judged(tmp_path: Path) -> None:
    with (
        running(Settings()) as mock,
        httpx.Client(base_url=mock.base_url, trust_env=False) as client,
    ):
        client.headers["Authorization"] = "Bearer mock-key"
        use_libraries(client)
        path = tmp_path / "traffic.har"
        path.write_bytes(client.get("/_mock/requests.har").content)
    assert _judge(tmp_path, str(path)) == 0


def test_a_recorded_key_is_in_no_report(lines: list[Line], tmp_path: Path) -> None:
    line = find(lines, "beta.libraries.get")
    edit(line, name=f"told {SECRET}")
    path = tmp_path / "traffic.har"
    path.write_text(json.dumps({"log": {"entries": [_entry(each) for each in lines]}}))
    assert _judge(tmp_path, str(path)) == 1
    for each in (tmp_path / "reports").rglob("*"):
        assert not each.is_file() or SECRET not in each.read_text()


def _entry(line: Line) -> dict[str, Any]:
    """A line as an entry of an archive whose recorder kept the keys."""
    return {
        "request": {
            "method": line["method"],
            "url": f"https://api.mistral.ai{line['path']}",
            "headers": [{"name": "Authorization", "value": f"Bearer {SECRET}"}],
            "postData": {"mimeType": line["request_content_type"], "text": line["request"]},
        },
        "response": {
            "status": line["status"],
            "headers": [{"name": k, "value": v} for k, v in line["headers"].items()],
            "content": {"mimeType": line["content_type"], "text": line["answer"]},
        },
    }


@pytest.mark.skipif(not LIVE.exists(), reason="the recordings of the live API are not here")
def test_nothing_that_the_live_api_sent_is_called_wrong(tmp_path: Path) -> None:
    assert _judge(tmp_path, str(LIVE)) == 0
    report = json.loads((tmp_path / "reports" / "report.json").read_text())
    assert not [each["name"] for each in report["rules"] if each["status"] in {"fail", "error"}]


def test_our_own_example_of_a_recording_is_judged(tmp_path: Path) -> None:
    assert _judge(tmp_path, str(OURS)) in {0, 1}
