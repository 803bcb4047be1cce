"""Nobody talks to the vendor's own API by accident."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.unit.suite.test_pytest_plugin import run_pytest

from mistral_conformance import cli
from mistral_conformance.running.run import open_session
from mistral_conformance.running.target import LiveRefused, is_live, require_consent

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mistral_conformance.running.run import RunOptions

LIVE = [
    "https://api.mistral.ai",
    "https://api.mistral.ai/v1",
    "https://API.Mistral.AI",
    "https://api.mistral.ai.",
    "https://api.mistral.ai:443",
    "https://api.eu.mistral.ai",
    "https://api.us.mistral.ai",
    "https://mistral.ai",
    "https://somebody:secret@api.mistral.ai",
    "https://api%2Emistral.ai",
    "https://api.mistral\u3002ai",
]
OTHERS = [
    "http://127.0.0.1:8100",
    "http://[::1]:8100",
    "http://localhost",
    "https://notmistral.ai",
    "https://mistral.ai.example.org",
    "https://example.org/api.mistral.ai",
]


@pytest.mark.parametrize("url", LIVE)
def test_host_of_the_vendor_is_known_in_every_spelling(url: str) -> None:
    assert is_live(url)


@pytest.mark.parametrize("url", OTHERS)
def test_other_hosts_are_free(url: str) -> None:
    assert not is_live(url)
    require_consent(url, yes_live=False)


def test_consent_opens_the_way() -> None:
    require_consent(LIVE[0], yes_live=True)


def test_no_session_is_opened_without_consent(options: Callable[..., RunOptions]) -> None:
    with pytest.raises(LiveRefused), open_session(options("https://api.mistral.ai")):
        pass


def test_command_asks_for_consent_before_anything_is_sent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "reports"
    code = cli.main(["run", "--base-url", "https://API.mistral.ai.", "--report-dir", str(folder)])
    assert code == 2
    assert "Add --yes-live if you mean it" in capsys.readouterr().err
    assert not folder.exists()


@pytest.mark.parametrize("url", ["", " ", "/", "http://"])
def test_empty_base_url_is_wrong_use_and_no_default(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["run", "--base-url", url])
    assert ended.value.code == 2
    assert "is no URL" in capsys.readouterr().err


@pytest.mark.parametrize(("url", "said"), [(LIVE[0], "--mistral-yes-live"), ("", "is no URL")])
def test_plugin_asks_for_consent_and_has_no_default(tmp_path: Path, url: str, said: str) -> None:
    result = run_pytest(tmp_path, f"--mistral-base-url={url}")
    assert result.returncode == pytest.ExitCode.USAGE_ERROR
    assert said in result.stderr
