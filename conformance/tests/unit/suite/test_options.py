"""How a run reaches its server, where its options come from, and what it leaves out."""

from __future__ import annotations

import json
import ssl
import sys
from typing import TYPE_CHECKING

import httpx
import pytest
from tests.unit.suite.fake_server import KEY, Answer, keyed, libraries, models, serving

from mistral_conformance import cli
from mistral_conformance.cli.arguments import make_run_parser
from mistral_conformance.cli.settings import WrongSettings, complete
from mistral_conformance.record.connection import Connection, Header, Pace
from mistral_conformance.record.wire import Message, Wire
from mistral_conformance.session.identities import Identity

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from tests.unit.suite.fake_server import Request

    from mistral_conformance.session.session import Session

    SessionOn = Callable[..., AbstractContextManager[Session]]

URL = "http://127.0.0.1:1"
CALLER = Identity("caller", "MISTRAL_API_KEY", KEY)
SECRET = "gate-secret-77c1"
ASK = Message("GET", "/v1/models")


def echo(request: Request) -> Answer:
    return Answer(200, {"sent": request.headers})


def test_header_goes_with_every_request_and_its_secret_into_no_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATE", SECRET)
    with serving(keyed, models, libraries, echo) as fake:
        words = ["--header", "X-Gate: Token $GATE", "--header", "X-Team: blue"]
        words += [
            "--operations",
            "beta.libraries.list",
            "--max-examples",
            "2",
            "--rules",
            "schema.*",
        ]
        words += ["--base-url", fake.base_url, "--report-dir", str(tmp_path)]
        assert cli.main(["run", *words]) in (0, 1)
    assert {each.headers["x-gate"] for each in fake.requests} == {f"Token {SECRET}"}
    assert {each.headers["x-team"] for each in fake.requests} == {"blue"}
    written = [each for each in tmp_path.rglob("*") if each.is_file()]
    assert not [each for each in written if SECRET.encode() in each.read_bytes()]
    assert "Token $GATE" in (tmp_path / "report.json").read_text()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("X-Gate", "write 'NAME: VALUE'"),
        ("X Gate: a", "write 'NAME: VALUE'"),
        ("X-Gate: ", "write 'NAME: VALUE'"),
        ("X-Gate: \u00e9", "no header carries"),
        (f"Authorization: Bearer {SECRET}", "put the secret into an environment variable"),
    ],
)
def test_header_that_cannot_be_sent_is_wrong_use(
    given: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["run", "--base-url", URL, "--header", given])
    told = capsys.readouterr().err
    assert ended.value.code == 2
    assert said in told
    assert SECRET not in told


def test_variable_that_is_not_set_is_wrong_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["run", "--base-url", URL, "--header", "X-Gate: $NOT_SET_HERE"]
    assert cli.main([*words, "--report-dir", str(tmp_path)]) == 2
    assert "set the environment variable NOT_SET_HERE" in capsys.readouterr().err


def test_headers_stay_with_their_server() -> None:
    connection = Connection((Header("X-Gate", SECRET, "$GATE", SECRET),))
    with serving(echo) as one, serving(echo) as other, Wire(one.base_url, None, connection) as wire:
        wire.send(ASK, CALLER)
        wire.send(Message("GET", f"{other.base_url}/signed"), CALLER)
    assert "x-gate" in one.requests[0].headers
    assert "x-gate" not in other.requests[0].headers


def test_prefix_is_the_path_below_which_the_api_lies(tmp_path: Path) -> None:
    with serving(lambda _: Answer(200, {"object": "list", "data": []})) as fake:
        words = ["run", "--base-url", fake.base_url, "--prefix", "/below/here", "--rules", "sch*"]
        cli.main([*words, "--operations", "models.list", "--report-dir", str(tmp_path)])
    paths = {each.path for each in fake.requests}
    assert paths
    assert all(each.startswith("/below/here/v1/") for each in paths)


def test_rate_spaces_requests_evenly() -> None:
    now, waits = [0.0], []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        now[0] += seconds

    pace = Pace(4.0, sleep, lambda: now[0])
    for _ in range(3):
        pace.wait()
    now[0] += 10
    pace.wait()
    assert waits == [0.25, 0.25]


def test_certificates_are_checked_unless_that_is_refused(tmp_path: Path) -> None:
    def mode(connection: Connection) -> ssl.VerifyMode:
        with connection.open("https://gateway.invalid", 1.0) as client:
            transport = client._transport
            assert isinstance(transport, httpx.HTTPTransport)
            context = transport._pool._ssl_context
            assert context is not None
            return context.verify_mode

    assert mode(Connection()) is ssl.CERT_REQUIRED
    assert mode(Connection(checked=False)) is ssl.CERT_NONE
    wrong = tmp_path / "ca.pem"
    wrong.write_text("no certificate")
    words = ["run", "--base-url", URL, "--report-dir", str(tmp_path), "--ca"]
    assert cli.main([*words, str(wrong)]) == 2
    assert cli.main([*words, str(tmp_path / "absent.pem")]) == 2


def test_proxy_of_the_environment_is_used_for_others_and_not_for_this_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with serving(echo) as proxy, serving(echo) as here:
        monkeypatch.setenv("HTTP_PROXY", proxy.base_url)
        monkeypatch.setenv("http_proxy", proxy.base_url)
        with Wire("http://gateway.invalid") as wire:
            wire.send(ASK, CALLER)
        with Wire(here.base_url) as wire:
            wire.send(ASK, CALLER)
    assert len(proxy.requests) == 1
    assert len(here.requests) == 1


def test_options_of_a_file_hold_unless_the_command_line_says_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mistral-conformance.toml").write_text(
        'base-url = "http://127.0.0.1:9"\nrules = ["views.*", "chat.*"]\nseed = 3\n'
        'read-only = true\nheader = ["X-Gate: $GATE"]\nmodel = ["chat=mine"]\n'
    )
    assert cli.main(["run", "--seed", "4", "--show-config"]) == 0
    shown = capsys.readouterr().out
    assert 'base-url = "http://127.0.0.1:9"\n' in shown
    assert 'rules = ["views.*", "chat.*"]\n' in shown
    assert "seed = 4\n" in shown
    assert "read-only = true\n" in shown
    (tmp_path / "mistral-conformance.toml").write_text(shown)
    assert cli.main(["run", "--show-config"]) == 0
    assert capsys.readouterr().out == shown
    assert cli.main(["run", "--embedded-mock", "--show-config"]) == 0
    assert "base-url" not in capsys.readouterr().out


def test_table_of_a_project_holds_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text("[tool.mistral-conformance]\nseed = 9\n")
    assert complete(["--embedded-mock"], make_run_parser()) == ["--seed=9", "--embedded-mock"]
    (tmp_path / "pyproject.toml").write_text("[tool.other]\nseed = 9\n")
    assert complete(["--embedded-mock"], make_run_parser()) == ["--embedded-mock"]


@pytest.mark.parametrize(
    "text", ["sed = 3", "yes-live = true", "seed", "read-only = 3", "seed = [1]", "rules = [{}]"]
)
def test_file_with_what_is_no_option_is_wrong_use(tmp_path: Path, text: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(text)
    with pytest.raises(WrongSettings, match=r"own\.toml"):
        complete(["--config", str(path)], make_run_parser())


def test_excluded_rules_and_operations_are_not_judged(tmp_path: Path) -> None:
    words = ["run", "--operations", "models.*", "--operations", "files.list", "--rules", "schema.*"]
    with serving(keyed, models, lambda _: Answer(200, {"object": "list", "data": []})) as fake:
        words += ["--base-url", fake.base_url, "--report-dir", str(tmp_path)]
        cli.main([*words, "--exclude", "files.*"])
        judged = json.loads((tmp_path / "report.json").read_text())["rules"]
        assert cli.main([*words, "--exclude", "nothing.*"]) == 2
    assert judged
    assert not [each for each in judged if "files" in each["name"]]


@pytest.mark.parametrize("wish", [("--require", "ocr.*"), ("--model", "nothing=my-model")])
def test_wish_that_no_run_could_meet_is_wrong_use(wish: tuple[str, str]) -> None:
    words = ["run", "--base-url", URL, "--operations", "models.*", *wish]
    with pytest.raises(SystemExit) as ended:
        sys.exit(cli.main(words))
    assert ended.value.code == 2


def test_read_only_run_sends_nothing_that_changes(tmp_path: Path) -> None:
    with serving(keyed, models, libraries) as fake:
        words = ["run", "--base-url", fake.base_url, "--operations", "beta.libraries.*"]
        words += ["--rules", "deletes.*", "--rules", "views.*", "--rules", "upload.*"]
        cli.main([*words, "--read-only", "--report-dir", str(tmp_path)])
    assert {each.method for each in fake.requests} <= {"GET", "HEAD", "OPTIONS"}
    judged = json.loads((tmp_path / "report.json").read_text())["rules"]
    assert {each["status"] for each in judged} >= {"skip"}


def test_run_that_has_spent_its_requests_stops_and_says_what_was_not_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(keyed, models, libraries) as fake:
        words = ["run", "--base-url", fake.base_url, "--operations", "beta.libraries.*"]
        code = cli.main([*words, "--max-requests", "12", "--report-dir", str(tmp_path)])
    assert code == 4
    assert "Stopped after 12 requests: --max-requests" in capsys.readouterr().out
    judging = [each for each in fake.requests if each.method == "POST"]
    assert len(judging) <= 12
    report = json.loads((tmp_path / "report.json").read_text())
    assert not report["run"]["holds"]
    assert report["run"]["stopped"] == "after 12 requests: --max-requests"
    left = [each for each in report["rules"] if each["reason"].startswith("not judged: stopped")]
    assert len(left) > 100


def test_budget_of_time_ends_a_run(session_on: SessionOn) -> None:
    now = [0.0]
    with serving(keyed, models) as fake, session_on(fake.base_url, max_time_s=60.0) as session:
        session.budget.now = lambda: now[0]
        session.budget._began = 0.0
        session.send(ASK, "caller")
        now[0] = 61.0
        with pytest.raises(BaseException, match="after 60 s: --max-time"):
            session.send(ASK, "caller")
        session.budget.close()
        assert session.send(ASK, "caller").status == 200


def test_first_failure_ends_a_run_that_fails_fast(tmp_path: Path) -> None:
    with serving(keyed, models, lambda _: Answer(500, {"detail": "no"})) as fake:
        words = ["run", "--base-url", fake.base_url, "--operations", "beta.libraries.*"]
        assert cli.main([*words, "--fail-fast", "--report-dir", str(tmp_path)]) == 1
    report = json.loads((tmp_path / "report.json").read_text())
    red = [each for each in report["rules"] if each["status"] in {"fail", "error", "blocked"}]
    assert len(red) == 1
    assert report["run"]["stopped"].endswith(": --fail-fast")
