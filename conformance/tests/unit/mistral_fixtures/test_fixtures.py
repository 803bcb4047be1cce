"""What projects get that test with our fixtures, and what the others notice."""

from __future__ import annotations

import subprocess
import sys

import pytest

PLUGIN = "mistral_pytest.plugin"


def run(project: pytest.Pytester, *options: str) -> pytest.RunResult:
    """A run of pytest in a process of its own."""
    return project.runpytest_subprocess("-p", PLUGIN, *options)


def test_each_test_has_a_fresh_mock(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import pytest

        @pytest.mark.parametrize("n", [1, 2])
        def test_state(mistral_server, mistral, n):
            assert list(mistral.beta.libraries.list_all()) == []
            mistral.beta.libraries.create(name="Papers")
            mistral_server.reply("Scripted.")
            assert len(mistral_server.requests()) == 2

        def test_replies(mistral_server, mistral):
            question = [{"role": "user", "content": "Hello"}]
            answer = mistral.chat.complete(model="mistral-small-latest", messages=question)
            assert answer.choices[0].message.content != "Scripted."
            mistral_server.assert_called("chat.complete", times=1)
        """
    )
    run(project).assert_outcomes(passed=3)


def test_spans_of_the_official_sdk_end_in_the_mock(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import os
        import httpx

        def test_it(mistral_server):
            url = os.environ["MISTRAL_OTLP_TRACES_ENDPOINT"]
            key = {"authorization": f"Bearer {os.environ['MISTRAL_API_KEY']}"}
            assert httpx.post(url, json={"resourceSpans": []}, headers=key).status_code == 200
            (sent,) = mistral_server.requests()
            assert sent.body == {"resourceSpans": []}
        """
    )
    run(project).assert_outcomes(passed=1)


def test_session_has_one_mock(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import pytest
        found = set()

        @pytest.mark.parametrize("n", [1, 2, 3])
        def test_it(mistral_server, n):
            found.add(mistral_server.base_url)
            assert len(found) == 1
        """
    )
    run(project).assert_outcomes(passed=3)


def test_markers_set_replies_world_and_settings(project: pytest.Pytester) -> None:
    project.path.joinpath("world.yaml").write_text("libraries:\n  - name: Handbook\n")
    project.path.joinpath("replies.yaml").write_text("- answer: From a file.\n")
    project.makepyfile(
        """
        from pathlib import Path
        import pytest

        def ask(client):
            question = [{"role": "user", "content": "Hello"}]
            answer = client.chat.complete(model="mistral-small-latest", messages=question)
            return answer.choices[0].message.content

        @pytest.mark.mistral_replies({"user": "Hello", "text": "Hi."})
        def test_replies(mistral):
            assert ask(mistral) == "Hi."

        @pytest.mark.mistral_replies({"user": "Hello", "answers": ["Hi.", "Bye."]})
        def test_answers_beside_conditions(mistral):
            assert [ask(mistral), ask(mistral)] == ["Hi.", "Bye."]

        @pytest.mark.mistral_replies(Path("replies.yaml"))
        def test_file(mistral):
            assert ask(mistral) == "From a file."

        @pytest.mark.mistral_replies({"user": "Bye", "text": "Hi."}, strict=True)
        def test_strict(mistral):
            with pytest.raises(Exception, match="has to contain 'Bye'"):
                ask(mistral)

        @pytest.mark.mistral_world("world.yaml")
        def test_world(mistral):
            assert [one.name for one in mistral.beta.libraries.list_all()] == ["Handbook"]

        @pytest.mark.mistral_world("demo")
        def test_world_that_ships(mistral):
            assert "Handbook" in [one.name for one in mistral.beta.libraries.list_all()]

        @pytest.mark.mistral_settings(clock="manual", seed=7)
        def test_settings(mistral_server):
            assert mistral_server.clock.mode == "manual"

        @pytest.mark.mistral_era("announced")
        def test_era(mistral_server):
            assert mistral_server.world.settings.era == "announced"
        """
    )
    run(project).assert_outcomes(passed=8)


@pytest.mark.parametrize("arguments", ["", "'today', 'announced'", "name='announced'"])
def test_era_marker_takes_one_name(project: pytest.Pytester, arguments: str) -> None:
    project.makepyfile(
        f"""
        import pytest

        @pytest.mark.mistral_era({arguments})
        def test_era(mistral_server):
            pass
        """
    )
    result = run(project)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*mistral_era takes the name of an era*"])


def test_ini_sets_replies_for_every_test(project: pytest.Pytester) -> None:
    project.path.joinpath("replies.yaml").write_text("- answer: From a file.\n")
    project.makeini("[pytest]\nmistral_replies = replies.yaml\nmistral_strict_replies = true\n")
    project.makepyfile(
        """
        def test_it(mistral):
            question = [{"role": "user", "content": "Hello"}]
            answer = mistral.chat.complete(model="mistral-small-latest", messages=question)
            assert answer.choices[0].message.content == "From a file."
        """
    )
    run(project).assert_outcomes(passed=1)


def test_async_client_works_in_one_loop_after_the_other(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import asyncio

        def test_it(async_mistral):
            async def ask():
                found = await async_mistral.models.list()
                return len(found.data)

            assert asyncio.run(ask()) == asyncio.run(ask()) > 10
        """
    )
    run(project, "-W", "error").assert_outcomes(passed=1)


def test_variables_lead_to_the_mock_and_end_with_the_test(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import os

        def test_it(mistral_server):
            assert os.environ["MISTRAL_BASE_URL"] == mistral_server.base_url
            assert os.environ["MISTRAL_API_KEY"] == "mock-key"

        def test_after():
            assert "MISTRAL_BASE_URL" not in os.environ
        """
    )
    run(project).assert_outcomes(passed=2)


def test_official_sdk_is_led_to_the_mock_without_a_change(project: pytest.Pytester) -> None:
    pytest.importorskip("mistralai")
    project.makeini("[pytest]\naddopts = -p no:cacheprovider\n")  # the SDK has warnings of its own
    project.makepyfile(
        """
        import asyncio
        from mistralai.client import Mistral

        QUESTION = [{"role": "user", "content": "Hello"}]

        def ask_application():
            with Mistral(api_key="a real key") as client:
                return client.chat.complete(model="mistral-small-latest", messages=QUESTION)

        def test_sync(mistral_hosts):
            mistral_hosts.reply("Scripted.")
            assert ask_application().choices[0].message.content == "Scripted."
            (request,) = mistral_hosts.requests()
            assert request.headers["authorization"] == "***"

        def test_async(mistral_hosts):
            mistral_hosts.reply("Scripted.")

            async def ask():
                async with Mistral(api_key="a real key") as client:
                    stream = await client.chat.stream_async(
                        model="mistral-small-latest", messages=QUESTION
                    )
                    return [event.data.choices[0].delta.content async for event in stream]

            assert "".join(asyncio.run(ask())) == "Scripted."
        """
    )
    run(project).assert_outcomes(passed=2)


def test_workers_of_xdist_have_mocks_of_their_own(project: pytest.Pytester) -> None:
    pytest.importorskip("xdist")
    project.makepyfile(
        """
        import pytest

        @pytest.mark.parametrize("n", range(6))
        def test_it(mistral_server, mistral, n):
            mistral.beta.libraries.create(name="Papers")
            assert len(list(mistral.beta.libraries.list_all())) == 1
        """
    )
    run(project, "-n", "2", "-p", "xdist").assert_outcomes(passed=6)


def test_other_projects_see_one_group_of_options_and_no_warning(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    project.makepyfile("def test_it(): pass")
    result = run(project, "-W", "error")
    result.assert_outcomes(passed=1, warnings=0)
    shown = run(project, "--help").stdout.str()
    head, groups = "", set()
    for line in shown.splitlines():
        if line.endswith(":") and line[:1] != " ":
            head = line
        elif line.startswith("  --mistral"):
            groups.add(head)
    assert len(groups) == 1


def test_plugin_imports_nothing_of_ours_until_it_is_used() -> None:
    code = (
        "import sys, pytest, mistral_pytest.plugin; "
        "print([name for name in sys.modules if name.startswith(('mistral_', 'httpx')) "
        "and name not in ('mistral_pytest', 'mistral_pytest.plugin')])"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
