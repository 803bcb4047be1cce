"""The further forms of a report: each whole, escaped as its readers want it, without keys."""

from __future__ import annotations

import json
import re
import shlex
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve
from tests.unit.suite.fake_server import KEY, keyed, libraries, models, serving
from tests.unit.suite.report_values import case, report

from mistral_conformance import cli
from mistral_conformance.report.causes import find_causes
from mistral_conformance.report.comparison import compare
from mistral_conformance.report.comparison_page import render_comparison
from mistral_conformance.report.formats import parse_output, render
from mistral_conformance.report.html import render_html
from mistral_conformance.report.model import Target
from mistral_conformance.report.reading import WrongReport
from mistral_conformance.report.symptoms import Symptom
from mistral_conformance.verdict.outcome import Status
from mistral_conformance.verdict.requirement import Level

if TYPE_CHECKING:
    from pathlib import Path

    from mistral_conformance.report.model import Report

HOSTILE = "50% off\r\n::error::forged </pre><script>x</script> | `a` *b* [c](d), e: f"


def broken(*, known: str = "") -> Report:
    """A report with a MUST and a SHOULD that fail, by what a hostile server says."""
    symptom = Symptom("models.list", ("key",), HOSTILE)
    weak = evolve(symptom, keys=("other",))
    cases = (
        case("a.fails", status=Status.FAIL, reason=HOSTILE, symptom=symptom, known=known),
        case("b.fails", status=Status.FAIL, reason="weak", symptom=weak, level=Level.SHOULD),
        case("b.holds"),
    )
    return report(*cases, run={"holds": False}, causes=find_causes(cases))


def sarif(found: Report) -> dict[str, Any]:
    log: dict[str, Any] = json.loads(render("sarif", found))
    return log


def test_sarif_has_what_its_schema_and_code_scanning_ask_for() -> None:
    log = sarif(broken())
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert run["tool"]["driver"]["name"]
    assert all(
        each[name]["text"] for each in rules for name in ("shortDescription", "fullDescription")
    )
    assert [each["level"] for each in run["results"]] == ["error", "warning"]
    for each in run["results"]:
        assert rules[each["ruleIndex"]]["id"] == each["ruleId"]
        assert each["message"]["text"]
        (location,) = each["locations"]
        place = location["physicalLocation"]
        assert re.fullmatch(r"[\w./%-]+", place["artifactLocation"]["uri"])
        assert place["region"]["startLine"] == 1
    prints = [each["partialFingerprints"]["case/v1"] for each in run["results"]]
    assert len(set(prints)) == 2


def test_sarif_suppresses_what_is_known() -> None:
    first, second = sarif(broken(known="agreed"))["runs"][0]["results"]
    assert first["suppressions"] == [{"kind": "external", "justification": "agreed"}]
    assert "suppressions" not in second


def test_annotations_are_one_command_a_line_whatever_a_server_says() -> None:
    lines = render("github", broken()).decode().splitlines()
    assert len(lines) == 3
    assert [line.partition(" ")[0] for line in lines] == ["::error", "::warning", "::error"]
    assert "50%25 off%0D%0A::error::forged" in lines[0]
    assert lines[0].startswith("::error title=MUST a.fails::models.list: ")


def test_markdown_shows_what_a_server_says_as_text() -> None:
    page = render("markdown", broken()).decode()
    assert "<script" not in page
    assert "\n::error" not in page
    assert page.count("<details>") == page.count("</details>") == 3
    assert "| MUST | 1 | 1 |" in page


def test_terminal_form_wraps_at_80_columns_and_cuts_nothing() -> None:
    reason = " ".join(f"word{number}" for number in range(300))
    symptom = Symptom("models.list", ("key",), reason)
    cases = (case("a.fails", status=Status.FAIL, reason=reason, symptom=symptom),)
    found = report(*cases, run={"holds": False}, causes=find_causes(cases))
    text = render("terminal", found).decode()
    assert max(map(len, text.splitlines())) <= 80
    assert set(reason.split()) <= set(text.split())


@pytest.mark.parametrize("text", ["yaml", "json=", "har=-", "JSON", ""])
def test_what_is_no_format_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"choose from|write a path|name a file"):
        parse_output(text)


def test_outputs_of_a_run_go_where_they_are_told_and_hold_no_key(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    named = tmp_path / "deep" / "job.md"
    forms = ["sarif", "har", f"markdown={named}", "github", "terminal"]
    with serving(keyed, models, libraries) as fake:
        target = ["--base-url", fake.base_url, "--operations", "models.list"]
        options = [f"--format={each}" for each in forms]
        cli.main(["run", *target, "--rules", "auth.*", *options, "--report-dir", str(tmp_path)])
        asked = len(fake.requests)
    out = capfd.readouterr().out
    latest = tmp_path / "latest"
    assert "::notice title=Mistral API conformance::" in out
    assert named.read_text("utf-8").startswith("## ")
    har = json.loads((latest / "traffic.har").read_text("utf-8"))["log"]
    assert har["version"] == "1.2"
    assert len(har["entries"]) == asked
    for each in har["entries"]:
        assert {"method", "url", "headers", "queryString", "headersSize"} <= set(each["request"])
        assert {"status", "content", "redirectURL"} <= set(each["response"])
        assert sum(each["timings"].values()) == each["time"]
    for path in [named, *latest.rglob("*")]:
        assert not path.is_file() or KEY.encode() not in path.read_bytes()


def test_form_on_standard_output_stands_there_alone(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with serving(keyed, models) as fake:
        target = ["--base-url", fake.base_url, "--operations", "models.list"]
        where = ["--format=json=-", "--report-dir", str(tmp_path)]
        cli.main(["run", *target, "--rules", "auth.*", *where])
    assert json.loads(capfd.readouterr().out)["version"] == 3


def test_page_tells_what_changed_since_earlier_reports() -> None:
    earlier = report(case("a.fails"), case("b.holds", status=Status.FAIL, reason="x"))
    page = render_html(broken(), [earlier])
    row = page.partition('id="history"')[2].partition("<tbody>")[2].partition("</tr>")[0]
    assert re.findall(r"<td>(\d+)</td>", row)[-3:] == ["1", "1", "1"]


def test_comparison_has_a_column_for_each_report_and_the_cases_that_differ() -> None:
    good = report(case("a.fails"), case("b.fails"), case("b.holds"), case("c.new"))
    found = compare([good, broken()])
    assert [each.name for each in found.differences] == ["a.fails", "b.fails", "c.new"]
    assert found.differences[0].statuses == ("pass", "fail")
    assert found.differences[2].statuses == ("pass", "")
    families = {each.name: each.cells for each in found.families}
    assert families["b"] == ((2, 2), (1, 2))
    page = render_comparison(found)
    assert "<script>x" not in page
    with pytest.raises(WrongReport, match="2 to 26"):
        compare([good])


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (
            {"embedded-mock": "true", "operations": '["files.*", "chat.complete"]'},
            ["--embedded-mock", "--operations=files.*", "--operations=chat.complete"],
        ),
        (
            {"as": '["neighbour=KEY"]', "header": '["X-Team: ä b"]', "seed": "7"},
            ["--base-url=http://server", "--as=neighbour=KEY", "--header=X-Team: ä b", "--seed=7"],
        ),
        ({}, ["--base-url=http://server", "--profile=inference", "--seed=7", "--rules=a.*"]),
    ],
)
def test_page_tells_the_command_of_the_run(settings: dict[str, str], words: list[str]) -> None:
    run = {"settings": settings, "profile": "inference", "seed": 7, "rules": ("a.*",)}
    told = report(run=run, target=Target("http://server", clock=False, identities=("caller",)))
    line = unescape(render_html(told).split("The same run again:")[1].split("</pre>")[0])
    assert shlex.split(line[line.index("mistral-conformance run") :])[2:] == words
