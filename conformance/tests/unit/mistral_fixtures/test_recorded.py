"""Tests of projects that are recorded once and replayed ever after."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.unit.mistral_fixtures.test_fixtures import run

from mistral_mock.server import running
from mistral_mock.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_mock.server import RunningServer

CODE = """
    import pytest

    def ask(client, text="Hello"):
        question = [{"role": "user", "content": text}]
        answer = client.chat.complete(model="mistral-small-latest", messages=question)
        return answer.choices[0].message.content

    @pytest.mark.mistral_recorded
    @pytest.mark.parametrize("text", ["One", "Two"])
    def test_marked(mistral, text):
        assert text in ask(mistral, text)

    def test_asking_for_it(mistral_recording, mistral):
        assert "Hello" in ask(mistral)

    @pytest.mark.mistral_recorded
    def test_stream(mistral):
        question = [{"role": "user", "content": "Stream"}]
        with mistral.chat.stream(model="mistral-small-latest", messages=question) as events:
            assert len(list(events)) > 2

    def test_other(mistral_server, mistral):
        assert list(mistral.beta.libraries.list_all()) == []
"""


@pytest.fixture
def upstream() -> Iterator[RunningServer]:
    """The server that is recorded."""
    with running(Settings()) as server:
        yield server


@pytest.fixture
def recorded(project: pytest.Pytester, upstream: RunningServer) -> pytest.Pytester:
    """A project whose tests have been recorded."""
    project.makepyfile(test_shop=CODE)
    run(project, "-o", f"mistral_upstream={upstream.base_url}").assert_outcomes(passed=5)
    return project


def list_files(project: pytest.Pytester) -> list[str]:
    root = project.path / "recordings"
    return sorted(one.relative_to(root).as_posix() for one in root.rglob("*.yaml"))


def test_marked_tests_are_recorded_once_and_replayed(
    recorded: pytest.Pytester, upstream: RunningServer
) -> None:
    asked = len(upstream.requests())
    assert asked == 4
    files = list_files(recorded)
    assert "test_shop.test_asking_for_it/chat.complete.1.yaml" in files
    assert len(files) == 4
    run(recorded, "-o", f"mistral_upstream={upstream.base_url}").assert_outcomes(passed=5)
    run(recorded).assert_outcomes(passed=5)
    assert len(upstream.requests()) == asked


def test_recordings_are_made_anew_on_request(
    recorded: pytest.Pytester, upstream: RunningServer
) -> None:
    files, asked = list_files(recorded), len(upstream.requests())
    ini = ("-o", f"mistral_upstream={upstream.base_url}")
    run(recorded, "--mistral-record", *ini).assert_outcomes(passed=5)
    assert len(upstream.requests()) == 2 * asked
    assert list_files(recorded) == files


def test_workers_record_and_replay(project: pytest.Pytester, upstream: RunningServer) -> None:
    project.makepyfile(test_shop=CODE)
    ini = ("-o", f"mistral_upstream={upstream.base_url}")
    run(project, "-n", "2", "-p", "xdist", *ini).assert_outcomes(passed=5)
    run(project, "-n", "2", "-p", "xdist").assert_outcomes(passed=5)
    assert len(upstream.requests()) == 4


def test_vendor_is_not_recorded_unasked(project: pytest.Pytester) -> None:
    project.makepyfile(test_shop=CODE)
    result = run(project, "-k", "asking_for_it")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*has no recordings in*", "*--mistral-record-live*"])
    result = run(project, "-k", "asking_for_it", "--mistral-record")
    result.stdout.fnmatch_lines(["*api.mistral.ai is the vendor's own server*"])


def test_request_that_was_not_recorded_fails_the_test(recorded: pytest.Pytester) -> None:
    path = recorded.path / "test_shop.py"
    path.write_text(path.read_text().replace('text="Hello"', 'text="Hello you"'))
    result = run(recorded, "-k", "asking_for_it")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*body.messages[[]0[]].content is*Hello you*"])


def test_drifted_recordings_are_told_at_the_end(recorded: pytest.Pytester) -> None:
    for path in (recorded.path / "recordings").rglob("*.yaml"):
        path.write_text(path.read_text().replace("object: chat.completion\n", "object: 7\n"))
    result = run(recorded, "-k", "asking_for_it")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*recordings that have drifted*", "*answer.object: *"])


def test_key_of_the_environment_is_passed_on_and_not_written(
    project: pytest.Pytester,
    upstream: RunningServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from mistral_mock.identities import make_identity  # noqa: PLC0415 - for this test alone

    key = "the-key-of-somebody"
    identity = make_identity(key, "ann", "lab", "acme")
    monkeypatch.setenv("MISTRAL_API_KEY", key)
    project.makepyfile(test_shop=CODE)
    with running(Settings(identities=(identity,))) as own:
        run(
            project, "-o", f"mistral_upstream={own.base_url}", "-k", "asking_for_it"
        ).assert_outcomes(passed=1)
    assert upstream.requests() == []
    written = b"".join(one.read_bytes() for one in (project.path / "recordings").rglob("*.yaml"))
    assert written
    assert key.encode() not in written


def test_unittest_records_and_replays(project: pytest.Pytester, upstream: RunningServer) -> None:
    project.makepyfile(
        test_plain=f"""
        import unittest
        from pathlib import Path
        from mistral_client import Mistral
        from mistral_pytest.recording import recorded

        class TestShop(unittest.TestCase):
            def setUp(self):
                folder = Path(__file__).parent / "recordings"
                mock = recorded(folder, self.id(), upstream="{upstream.base_url}")
                client = Mistral("mock-key", base_url=self.enterContext(mock).base_url)
                self.client = self.enterContext(client)

            def test_models(self):
                assert self.client.models.list().data
        """
    )
    for _ in range(2):
        run(project).assert_outcomes(passed=1)
    assert len(upstream.requests()) == 1
