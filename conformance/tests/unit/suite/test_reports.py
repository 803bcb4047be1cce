"""The reports say what happened, whatever the server says, and never show a key."""

from __future__ import annotations

import base64
import html
import json
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import jsonschema_rs
import pytest
from tests.unit.suite.fake_server import (
    KEY,
    Answer,
    FakeServer,
    Request,
    keyed,
    libraries,
    models,
    serving,
)
from tests.unit.suite.report_values import report

from mistral_conformance import cli
from mistral_conformance.cli import selection
from mistral_conformance.record.curl import curl_line
from mistral_conformance.record.redaction import REDACTED, Redactor
from mistral_conformance.record.wire import Message, Wire
from mistral_conformance.report import files
from mistral_conformance.report.content import load_schema
from mistral_conformance.report.folders import Unwritable, prepare_folder
from mistral_conformance.report.terminal import printable
from mistral_conformance.session.identities import Identity
from mistral_conformance.session.rule import Rules, rule
from mistral_conformance.verdict.outcome import NotOffered, Unjudged
from mistral_conformance.verdict.requirement import MUST, SHOULD

if TYPE_CHECKING:
    from collections.abc import Callable

    from mistral_conformance.session.context import Context

HOSTILE = (
    "</script><script>alert(1)</script><img src=x onerror=alert(1)> ]]> --> "
    "\x1b[31mred \u202e \ud800 '\"`${x} &lt; \u2028"
)
ENDS = ("pass", "fail", "flaky", "error", "blocked", "skip", "not-offered")
OTHER_KEY = "canary-key-of-the-neighbour/+="


def rules() -> Rules:
    """One rule for each way to end, all shown what a hostile server says."""
    registry = Rules()

    def add(name: str, check: Callable[[Context], None], level: Any = MUST) -> None:
        operations = ("models.list",)
        rule(
            id=f"tried.{name}", level=level, source="test", operations=operations, registry=registry
        )(check)

    def passes(ctx: Context) -> None:
        """Holds."""
        ctx.api.call("models.list")

    def fails(ctx: Context) -> None:
        """Does not hold."""
        answer = ctx.api.call("models.list")
        ctx.expect(condition=False, message=f"{HOSTILE} {answer.text}")

    def breaks(ctx: Context) -> None:
        """Has a defect."""
        raise KeyError(ctx.api.call("models.list").text)

    def skips(ctx: Context) -> None:
        """Lacks something."""
        ctx.skip(HOSTILE)

    def is_absent(_ctx: Context) -> None:
        """Is about something that the server does not offer."""
        raise NotOffered(HOSTILE)

    def wavers(ctx: Context) -> None:
        """Fails the first time."""
        tries.append(ctx.api.call("models.list"))
        ctx.expect(len(tries) > 1, HOSTILE)

    def is_kept(ctx: Context) -> None:
        """Needs an answer that another rule has found wrong."""
        raise Unjudged("preparation failed", ctx.api.call("models.list"))

    tries: list[object] = []

    add("passes", passes)
    add("fails", fails)
    add("weaker", fails, SHOULD)
    add("breaks", breaks)
    add("skips", skips)
    add("absent", is_absent)
    add("wavers", wavers)
    add("kept", is_kept)
    return registry


def echo(request: Request) -> Answer | None:
    """Answers with everything that it was told, keys in several spellings included."""
    told = {
        "headers": request.headers,
        "hostile": HOSTILE.encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
        "basic": base64.b64encode(f"Bearer {KEY}".encode()).decode(),
        "hex": KEY.encode().hex(),
    }
    headers = {"X-Echo": request.headers.get("authorization", ""), "X-Hostile": "<script>"}
    return Answer(200, told, headers=headers)


@pytest.fixture
def report_dir(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> Path:
    """The reports of a run of those rules against the echo; with them what was printed."""
    monkeypatch.setattr(selection, "load_rules", rules)
    monkeypatch.setattr(selection, "load_laws", tuple)
    monkeypatch.setenv("NEIGHBOUR", OTHER_KEY)
    with serving(echo) as fake:
        arguments = ["--base-url", fake.base_url, "--report-dir", str(tmp_path)]
        assert cli.main(["run", *arguments, "--as", "neighbour=NEIGHBOUR"]) == 1
    (tmp_path / "printed.txt").write_text("".join(capfd.readouterr()), "utf-8")
    return tmp_path


def read(folder: Path) -> dict[str, Any]:
    report: dict[str, Any] = json.loads((folder / "report.json").read_text("utf-8"))
    return report


def test_json_report_is_valid_in_its_schema(report_dir: Path) -> None:
    schema = load_schema()
    jsonschema_rs.meta.validate(schema)
    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    assert list(validator.iter_errors(read(report_dir))) == []


def test_each_way_to_end_is_told_apart(report_dir: Path) -> None:
    ends = {each["id"]: each["status"] for each in read(report_dir)["rules"]}
    assert ends == {
        "tried.passes": "pass",
        "tried.fails": "fail",
        "tried.weaker": "fail",
        "tried.breaks": "error",
        "tried.skips": "skip",
        "tried.absent": "not-offered",
        "tried.wavers": "flaky",
        "tried.kept": "blocked",
    }


def test_summary_counts_by_level(report_dir: Path) -> None:
    assert read(report_dir)["summary"] == {
        "MUST": dict.fromkeys(ENDS, 1),
        "SHOULD": {**dict.fromkeys(ENDS, 0), "fail": 1},
        "MAY": dict.fromkeys(ENDS, 0),
    }


def test_blocked_case_names_what_blocks_it(report_dir: Path) -> None:
    cases = {each["id"]: each for each in read(report_dir)["rules"]}
    assert cases["tried.kept"]["blocked_by"] == "tried.fails"
    assert cases["tried.kept"]["reason"].startswith("blocked by tried.fails: preparation failed")
    assert {each["blocked_by"] for each in cases.values()} == {"", "tried.fails"}


def test_musts_without_a_verdict_are_counted_in_the_first_line(report_dir: Path) -> None:
    assert read(report_dir)["must_unjudged"] == 3
    summary = (report_dir / "printed.txt").read_text("utf-8")
    assert (
        "2 MUST fail, 1 in error, 1 weaker one fails, "
        "3 MUST without a verdict (1 not judged, 2 blocked or in error) (seed 0"
    ) in " ".join(summary.split())


def test_evidence_holds_request_answer_and_curl_line(report_dir: Path) -> None:
    (evidence,) = read(report_dir)["rules"][0]["evidence"]
    assert evidence["request"]["method"] == "GET"
    assert evidence["response"]["status"] == 200
    assert '"Authorization: Bearer $MISTRAL_API_KEY"' in evidence["curl"]


@pytest.mark.parametrize("name", ["report.json", "junit.xml", "report.html", "printed.txt"])
def test_no_report_shows_a_key_in_any_spelling(report_dir: Path, name: str) -> None:
    content = (report_dir / name).read_text("utf-8")
    for key in (KEY, OTHER_KEY):
        encoded = base64.b64encode(f"Bearer {key}".encode()).decode().rstrip("=")
        for spelling in (key, key.encode().hex(), encoded, html.escape(key)):
            assert spelling not in content
    assert REDACTED in content


def test_junit_xml_counts_failures_errors_and_skips(report_dir: Path) -> None:
    (suite,) = ET.parse(report_dir / "junit.xml").getroot()  # noqa: S314 - our own file
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("8", "2", "1")
    assert suite.get("skipped") == "4", "a weaker rule that fails does not break a build"


class Page(HTMLParser):
    """The elements and the data block of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self._in_script = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._in_script = tag == "script"
        if self._in_script:
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        self._in_script = self._in_script and tag != "script"

    def handle_data(self, data: str) -> None:
        if self._in_script:
            self.scripts[-1] += data


@pytest.fixture
def page(report_dir: Path) -> Page:
    return Page((report_dir / "report.html").read_text("utf-8"))


def test_hostile_text_makes_no_element(page: Page) -> None:
    assert [tag for tag, _ in page.tags if tag == "img"] == []
    assert len(page.scripts) == 2
    assert not any(name.startswith("on") for _, attrs in page.tags for name in attrs)


def test_data_block_of_the_page_is_json(page: Page) -> None:
    data = json.loads(page.scripts[0])
    assert {each["status"] for each in data["rules"]} == set(ENDS)
    shown = {number for each in data["rules"] for number in each["evidence"]}
    assert shown <= set(data["exchanges"])


def test_data_block_of_the_page_has_no_markup(page: Page) -> None:
    assert not set("<>&") & set(page.scripts[0])


def test_page_loads_nothing(page: Page) -> None:
    for tag, attrs in page.tags:
        assert "src" not in attrs, tag
        assert tag not in {"link", "iframe", "object", "embed", "base"}
        assert str(attrs.get("href", "#")).startswith("#")


def test_policy_admits_only_the_page_s_own_script(page: Page) -> None:
    policies = [
        str(attrs["content"])
        for _, attrs in page.tags
        if "Content-Security-Policy" in attrs.values()
    ]
    assert len(policies) == 1
    assert "default-src 'none'" in policies[0]
    assert "unsafe" not in policies[0]


def test_every_cell_says_what_it_shows(page: Page) -> None:
    cells = [attrs for tag, attrs in page.tags if tag == "button" and "data-operation" in attrs]
    assert [each["aria-label"] for each in cells] == [
        (
            "tried on models.list: 1 MUST fail, 1 MUST fail at times, 1 in error, 1 blocked, "
            "1 SHOULD or MAY fail, 1 skipped, 1 not offered, 1 pass"
        )
    ]


def test_terminal_lines_fit_80_columns_but_for_what_is_copied(report_dir: Path) -> None:
    lines = (report_dir / "printed.txt").read_text("utf-8").splitlines()
    shown = [each for each in lines if str(report_dir) not in each]
    assert max(map(len, shown)) <= 80
    assert any(each.strip().startswith("sh ") for each in lines)


def test_terminal_shows_no_control_characters(report_dir: Path) -> None:
    printed = (report_dir / "printed.txt").read_text("utf-8")
    assert "\x1b" not in printed
    assert "\u202e" not in printed


def test_long_reason_is_not_cut() -> None:
    assert len(printable("x" * 5000)) == 5000


def test_redactor_leaves_other_text_alone() -> None:
    assert Redactor([KEY]).text("nothing here") == "nothing here"


def test_short_key_is_no_part_of_other_words() -> None:
    redactor = Redactor(["col"])
    assert redactor.text("colleague, protocol, 'col'") == f"colleague, protocol, '{REDACTED}'"
    assert redactor.content(b"Bearer col") == f"Bearer {REDACTED}".encode()


def test_long_key_is_found_inside_words() -> None:
    assert Redactor([KEY]).text(f"x{KEY}x") == f"x{REDACTED}x"


def test_folder_in_the_place_of_a_report_is_told_before_the_run(tmp_path: Path) -> None:
    (tmp_path / "report.json").mkdir()
    with pytest.raises(Unwritable, match=r"report\.json is a folder"):
        prepare_folder(tmp_path)


def test_report_that_cannot_be_put_in_place_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device", str(self), None, str(target))

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(Unwritable, match="No space left"):
        files.write_reports(report(), (), tmp_path)
    assert not list(tmp_path.iterdir())


def test_redactor_without_secrets_changes_nothing() -> None:
    assert Redactor(["", ""]).content(b"abc") == b"abc"


@pytest.mark.parametrize(
    "content",
    [
        b'{"a": "it\'s $HOME `x` \\\\ !"}',
        b"--b\r\nContent-Disposition: form-data\r\n\r\ntext\t\x01\r\n--b--\r\n",
        b"@not-a-file",
        '{"a": "ä€😀"}'.encode(),
    ],
)
@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("bash")), reason="no curl or bash")
def test_curl_line_sends_the_same_request_again(content: bytes) -> None:
    identity = Identity("caller", "MISTRAL_API_KEY", KEY)
    with serving(lambda _: Answer(200, {})) as fake, Wire(fake.base_url) as wire:
        headers = {"Content-Type": "application/json", "X-Odd": 'it\'s "odd" $HOME'}
        sent = wire.send(
            Message("POST", "/v1/x?a=%27b", content=content, headers=headers), identity
        )
        line = curl_line(sent, Redactor([KEY]))
        subprocess.run(["bash", "-c", line], check=True, capture_output=True)  # noqa: S607 - the line under test
        first, second = fake.requests
    assert (first.method, first.path, first.query) == (second.method, second.path, second.query)
    assert first.content == second.content
    for name in ("authorization", "content-type", "x-odd"):
        assert first.headers[name] == second.headers[name]


def test_interrupted_run_reports_what_it_judged(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def interrupted(_ctx: Context) -> None:
        """Is interrupted."""
        raise KeyboardInterrupt

    registry = rules()
    operations = ("models.list",)
    rule(id="tried.z", level=MUST, source="test", operations=operations, registry=registry)(
        interrupted
    )
    monkeypatch.setattr(selection, "load_rules", lambda: registry)
    monkeypatch.setattr(selection, "load_laws", tuple)
    with serving(keyed, models, libraries) as fake:
        assert _run(fake, tmp_path) == 130
    report = read(tmp_path)
    assert report["run"]["interrupted"] is True
    assert report["run"]["holds"] is False
    assert len(report["rules"]) == 8


def _run(fake: FakeServer, folder: Path) -> int:
    return cli.main(["run", "--base-url", fake.base_url, "--report-dir", str(folder)])
