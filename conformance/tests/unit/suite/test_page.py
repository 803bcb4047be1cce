"""The page in a real browser: nothing is loaded, nothing breaks, and everybody can read it."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.suite.browser import Browser, browsing, find_chromium
from tests.unit.suite.report_values import case, report

from mistral_conformance.report.causes import find_causes
from mistral_conformance.report.comparison import compare
from mistral_conformance.report.comparison_page import render_comparison
from mistral_conformance.report.html import render_html
from mistral_conformance.report.symptoms import Symptom
from mistral_conformance.session.coverage import Row, Tried
from mistral_conformance.verdict.outcome import Status
from mistral_conformance.verdict.requirement import Level

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mistral_conformance.report.model import Report

pytestmark = pytest.mark.skipif(find_chromium() is None, reason="no Chromium here")
CONTRAST = """
(() => {
  const numbers = (text) => text.match(/[\\d.]+/g).map(Number);
  const over = (top, below) => top.slice(0, 3).map((v, i) => v * top[3] + below[i] * (1 - top[3]));
  const full = (text) => { const c = numbers(text); return [c[0], c[1], c[2], c[3] ?? 1]; };
  const linear = (v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  const light = (c) => [0.2126, 0.7152, 0.0722].reduce((s, w, i) => s + w * linear(c[i] / 255), 0);
  const ground = (e) => {
    const layers = [];
    for (let at = e; at; at = at.parentElement) {
      layers.push(full(getComputedStyle(at).backgroundColor));
    }
    const base = matchMedia("(prefers-color-scheme: dark)").matches ? [0, 0, 0] : [255, 255, 255];
    return layers.reverse().reduce((below, layer) => over(layer, below), base);
  };
  const faint = [];
  for (const e of document.querySelectorAll("body *")) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    const box = e.getBoundingClientRect();
    if (!own || !box.width || e.closest("script, style, noscript, .none")) continue;
    const style = getComputedStyle(e);
    let opacity = 1;
    for (let at = e; at; at = at.parentElement) opacity *= Number(getComputedStyle(at).opacity);
    const below = ground(e), color = full(style.color);
    color[3] *= opacity;
    const [a, b] = [light(over(color, below)), light(below)].sort((x, y) => y - x);
    const large = parseFloat(style.fontSize) >= 24;
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < (large ? 3 : 4.5)) faint.push([e.className, e.textContent.slice(0, 40), ratio]);
  }
  return faint;
})()
"""
FOCUS = """
(() => {
  const e = document.activeElement;
  return [e.tagName, e.textContent.slice(0, 40), e.getBoundingClientRect().top + scrollY];
})()
"""


def everything() -> Report:
    """A report that has something of all that the page can show."""
    ends = dict(
        zip(Status, ("", "wrong", "flaky", "broke", "kept", "skipped", "absent"), strict=True)
    )
    cases = [
        case(
            f"{status.replace('-', '')}.rule", status=status, reason=reason, symptom=symptom(status)
        )
        for status, reason in ends.items()
    ]
    weak = symptom(Status.FAIL, "weak")
    cases.append(case("weak.rule", status=Status.FAIL, reason="w", level=Level.MAY, symptom=weak))
    parameters = (Tried("query", "page", varied=True), Tried("query", "size", varied=False))
    row = Row(
        "models.list", 3, 2, {"200": 2, "401": 0}, {"418": 1}, parameters, streamed=False, rules=()
    )
    settings = {"profile": '"inference"'}
    return report(
        *cases,
        run={"holds": False, "settings": settings},
        causes=find_causes(cases),
        coverage=(row,),
        overdue=("a.b holds again",),
    )


def symptom(status: Status, key: str = "key") -> Symptom | None:
    """What a red case shows."""
    red = status in {Status.FAIL, Status.FLAKY}
    return Symptom("models.list", (f"{key} {status}",), f"it is {status}") if red else None


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of that report."""
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(render_html(everything(), [everything()]), "utf-8")
    return path


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One browser for all tests."""
    with browsing(tmp_path_factory.mktemp("profile")) as found:
        yield found


def told(browser: Browser, *names: str) -> list[dict[str, Any]]:
    return [each for name, each in browser.events if name in names]


def test_page_breaks_nothing_and_loads_nothing(browser: Browser, page: Path) -> None:
    browser.events.clear()
    browser.open(page)
    browser.evaluate("document.querySelector('td button').click()")
    browser.press("Escape")
    assert not told(browser, "Runtime.exceptionThrown", "Log.entryAdded")
    asked = [each["request"]["url"] for each in told(browser, "Network.requestWillBeSent")]
    assert page.as_uri() in asked
    assert [each for each in asked if not each.startswith(("file:", "data:", "about:"))] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(
    browser: Browser, page: Path, tmp_path: Path, scheme: str
) -> None:
    feature = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.call("Emulation.setEmulatedMedia", features=feature)
    browser.open(page)
    browser.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
    assert browser.evaluate(CONTRAST) == []
    other = tmp_path / "compare.html"
    other.write_text(render_comparison(compare([everything(), report(case("a.b"))])), "utf-8")
    browser.open(other)
    assert browser.evaluate(CONTRAST) == []


def test_focus_goes_down_the_page_from_the_link_that_skips(browser: Browser, page: Path) -> None:
    browser.open(page)
    met = []
    for _ in range(25):
        browser.press("Tab")
        met.append(browser.evaluate(FOCUS))
    assert met[0][:2] == ["A", "To what is broken"]
    tops = [top for _, _, top in met[1:]]
    assert all(later >= earlier - 12 for earlier, later in pairwise(tops))
    assert {"A", "INPUT", "SELECT", "SUMMARY", "BUTTON"} <= {each[0] for each in met}


def test_nothing_is_wider_than_a_telephone(browser: Browser, page: Path) -> None:
    screen = {"width": 390, "height": 800, "deviceScaleFactor": 1, "mobile": True}
    browser.call("Emulation.setDeviceMetricsOverride", **screen)
    browser.open(page)
    browser.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
    wide = browser.evaluate("document.documentElement.scrollWidth")
    browser.call("Emulation.clearDeviceMetricsOverride")
    assert wide <= 390


def test_links_lead_into_the_page(browser: Browser, page: Path) -> None:
    browser.open(page, "#cause-2")
    assert browser.evaluate("document.getElementById('cause-2').open") is True
    browser.open(page, "#case=fail.rule")
    assert browser.evaluate("document.getElementById('panel').open") is True
    assert "fail.rule" in browser.evaluate("document.getElementById('panel').textContent")
    browser.open(page, "#fail/models.list")
    assert browser.evaluate("document.getElementById('panel-title').textContent") == "models.list"


def test_filter_and_keys_find_causes(browser: Browser, page: Path) -> None:
    shown = "[...document.querySelectorAll('details[data-level]')].filter((e) => !e.hidden).length"
    browser.open(page)
    assert browser.evaluate(shown) == 3
    browser.press("/", "/")
    for letter in "flaky":
        browser.press(letter, letter)
    assert browser.evaluate(shown) == 1
    assert browser.evaluate("document.getElementById('found').textContent") == "1 of 3 causes"
    browser.press("Escape")
    assert browser.evaluate(shown) == 3
    browser.evaluate("document.activeElement.blur()")
    browser.press("n", "n")
    assert browser.evaluate("document.activeElement.parentElement.id") == "cause-1"


def test_page_answers_its_questions_in_order(page: Path) -> None:
    text = page.read_text("utf-8")
    ids = ("offers", "broken", "reproduce", "results", "matrix", "covered", "configuration")
    places = [text.index("Does it speak"), *(text.index(f'<h2 id="{each}"') for each in ids)]
    assert places == sorted(places)
