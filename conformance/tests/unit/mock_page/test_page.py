"""The page `/_mock/` in a browser: what it shows, what it can do, and whom it lets in."""

from __future__ import annotations

import threading
import time
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from mistral_mock.server import running
from mistral_mock.settings import Settings

if TYPE_CHECKING:
    from tests.unit.mock_page.conftest import Browser

    from mistral_mock.server import RunningServer

HEADERS = {"authorization": "Bearer mock-key"}
CHAT = "/v1/chat/completions"


def ask(mock: RunningServer, text: str = "Hello", **fields: Any) -> httpx.Response:
    """A question to a model."""
    messages = [{"role": "user", "content": text}]
    body = {"model": "mistral-small-latest", "messages": messages, **fields}
    return httpx.post(f"{mock.base_url}{CHAT}", headers=HEADERS, json=body)


def test_requests_appear_with_answers_and_who_made_them(
    mock: RunningServer, browser: Browser
) -> None:
    browser.open(f"{mock.base_url}/_mock/")
    browser.wait("document.querySelector('#health').textContent === 'live'")
    mock.reply("Scripted words.", user="Hello", name="greeting")
    ask(mock)
    ask(mock, "Other", stream=True)
    httpx.get(f"{mock.base_url}/v1/nothing", headers=HEADERS)
    mock.fault(operation="models.list", status=503)
    httpx.get(f"{mock.base_url}/v1/models", headers=HEADERS)
    browser.wait("document.querySelectorAll('#rows tr').length === 4")
    text = browser.run("document.querySelector('#rows').innerText")
    for part in ("chat.complete", "200 stream", "404", "503", "greeting", "engine", "a fault"):
        assert part in text
    browser.run("document.querySelector('#rows tr:last-child').click()")
    browser.wait("document.querySelector('#detail').innerText.includes('Scripted words.')")
    assert browser.errors == []
    assert {one.startswith(mock.base_url) for one in browser.requests if one != "data:,"} == {True}


def test_page_loads_nothing_from_elsewhere(mock: RunningServer) -> None:
    answer = httpx.get(f"{mock.base_url}/_mock/")
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert "http://" not in answer.text
    assert "https://" not in answer.text


def test_keys_are_never_shown(browser: Browser) -> None:
    from mistral_mock.identities import make_identity  # noqa: PLC0415 - for this test alone

    key = "a-key-that-is-secret"
    with running(Settings(identities=(make_identity(key, "a", "b", "c"),))) as mock:
        url = f"{mock.base_url}/v1/models"
        httpx.get(url, headers={"authorization": f"Bearer {key}"}, params={"api_key": key})
        browser.open(f"{mock.base_url}/_mock/")
        browser.wait("document.querySelectorAll('#rows tr').length === 1")
        browser.run("document.querySelector('#rows tr').click()")
        browser.wait("document.querySelector('#detail details')")
        assert key not in browser.run("document.documentElement.outerHTML")
        assert "***" in browser.run("document.querySelector('#detail').textContent")


def test_keyboard_is_enough(mock: RunningServer, browser: Browser) -> None:
    ask(mock)
    browser.open(f"{mock.base_url}/_mock/")
    browser.wait("document.querySelectorAll('#rows tr').length === 1")
    browser.run("document.querySelector('#rows tr').focus()")
    browser.press("Enter")
    browser.wait("!document.querySelector('#detail').hidden")
    browser.press("Escape")
    browser.wait("document.querySelector('#detail').hidden")
    assert browser.run("document.activeElement.tagName") == "TR"
    browser.run("document.querySelector('#tab-requests').focus()")
    browser.press("ArrowRight")
    browser.wait("!document.querySelector('#state').hidden")
    assert browser.run("document.activeElement.id") == "tab-state"


@pytest.mark.parametrize("dark", [False, True])
def test_narrow_screens_need_no_sideways_scrolling(
    dark: bool,
    mock: RunningServer,
    browser: Browser,
) -> None:
    httpx.post(f"{mock.base_url}/v1/libraries", headers=HEADERS, json={"name": "L" * 200})
    ask(mock, "word" * 500)
    mock.reply("Never.", user="something that nobody asks", model="mistral-large-*")
    ask(mock, "unanswered" * 20)
    httpx.get(f"{mock.base_url}/v1/agents", headers=HEADERS)
    library = httpx.post(f"{mock.base_url}/v1/libraries", headers=HEADERS, json={"name": "Maps"})
    address = f"{mock.base_url}/v1/libraries/{library.json()['id']}"
    httpx.put(address, headers=HEADERS, json={"name": "Papers"})
    browser.open(f"{mock.base_url}/_mock/", width=390, dark=dark)
    browser.wait("document.querySelectorAll('#rows tr').length === 6")
    browser.run("document.querySelector('#rows tr').click()")
    browser.wait("document.querySelector('#detail details')")
    browser.run("fits = (box) => box.scrollWidth <= box.clientWidth")
    for tab in ("requests", "state", "replies", "controls", "coming"):
        browser.run(f"document.querySelector('#tab-{tab}').click()")
        browser.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        assert browser.run("document.documentElement.scrollWidth") <= 390, tab
        assert browser.run(f"[...document.querySelectorAll('#{tab} .scroll')].every(fits)"), tab
    color = browser.run("getComputedStyle(document.body).backgroundColor")
    assert (color == "rgb(23, 23, 27)") is dark


def test_state_replies_and_what_goes_away_are_shown(mock: RunningServer, browser: Browser) -> None:
    httpx.post(f"{mock.base_url}/v1/libraries", headers=HEADERS, json={"name": "Papers"})
    httpx.get(f"{mock.base_url}/v1/agents", headers=HEADERS)
    mock.reply("Never.", user="Goodbye", name="farewell")
    ask(mock)
    browser.open(f"{mock.base_url}/_mock/")
    browser.wait("document.querySelector('#state').textContent.includes('Papers')")
    replies = browser.run("document.querySelector('#replies').textContent")
    assert "farewell" in replies
    assert "has to contain 'Goodbye'" in replies
    coming = browser.run("document.querySelector('#coming').textContent")
    assert "beta.agents.list" in coming
    assert "call beta.agents.list_pages" in coming


def test_answers_that_change_with_what_is_announced_are_shown_once(
    mock: RunningServer, browser: Browser
) -> None:
    url = f"{mock.base_url}/v1/libraries"
    made = httpx.post(url, headers=HEADERS, json={"name": "Papers"}).json()
    httpx.put(f"{url}/{made['id']}", headers=HEADERS, json={"name": "Maps"})
    httpx.delete(f"{url}/{made['id']}", headers=HEADERS)
    browser.open(f"{mock.base_url}/_mock/#coming")
    browser.wait("document.querySelector('#coming').textContent.includes('beta.libraries.delete')")
    coming = browser.run("document.querySelector('#coming').textContent")
    assert "the answer is no longer 200 with a body, but 204." in coming
    assert coming.count("beta.libraries.update_with_put") == 1


def test_buttons_move_the_clock_add_faults_and_reset(mock: RunningServer, browser: Browser) -> None:
    httpx.post(f"{mock.base_url}/v1/libraries", headers=HEADERS, json={"name": "Papers"})
    before = mock.clock.now()
    browser.open(f"{mock.base_url}/_mock/#controls")
    browser.wait("document.querySelector('#now').textContent")
    browser.run("document.querySelector('#advance [data-s=\"3600\"]').click()")
    browser.run("document.querySelector('#fault button').click()")
    browser.wait("document.querySelector('#faults').textContent.includes('503')")
    assert (mock.clock.now() - before).total_seconds() >= 3600
    assert ask(mock).status_code == 503
    browser.run("window.confirm = () => true; document.querySelector('#reset').click()")
    browser.wait("!document.querySelector('#state').textContent.includes('Papers')")
    assert mock.requests() == []
    ask(mock)
    browser.wait("document.querySelectorAll('#rows tr').length === 1")
    assert browser.run("document.querySelector('#told').textContent") == ""


def test_page_stays_live_at_200_requests_a_second(mock: RunningServer, browser: Browser) -> None:
    browser.open(f"{mock.base_url}/_mock/")
    browser.wait("document.querySelector('#health').textContent === 'live'")
    done = threading.Event()
    sent = 0

    def send() -> None:
        nonlocal sent
        with httpx.Client(base_url=mock.base_url, headers=HEADERS) as client:
            began = time.monotonic()
            while not done.is_set():
                client.get("/v1/models")
                sent += 1
                time.sleep(max(0.0, sent / 200 - (time.monotonic() - began)))

    thread = threading.Thread(target=send)
    thread.start()
    try:
        browser.wait("Number(document.querySelector('#rows td')?.textContent) >= 400")
        assert browser.run("document.querySelectorAll('#rows tr').length") <= 300
        newest = browser.run("Number(document.querySelector('#rows td').textContent)")
        assert sent - newest < 400  # two seconds behind at most
        browser.run("document.querySelector('#find').value = 'nothing'")
        browser.run("document.querySelector('#find').dispatchEvent(new Event('input'))")
        browser.wait("[...document.querySelectorAll('#rows tr')].every((one) => one.hidden)")
    finally:
        done.set()
        thread.join()
    assert browser.errors == []


@pytest.mark.parametrize(
    "path", ["/_mock/", "/_mock/page?since=0", "/_mock/page/rest", "/_mock/page/exchange?number=1"]
)
def test_page_is_guarded_as_the_control_routes_are(path: str) -> None:
    with running(Settings(control_token="t0ken")) as mock:
        url = mock.base_url + path
        refused = httpx.get(url)
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"].startswith("Basic ")
        name = b64encode(b"anybody:t0ken").decode()
        assert httpx.get(url, headers={"authorization": f"Basic {name}"}).status_code in {200, 404}
        for head in ({"origin": "http://evil.test"}, {"host": "evil.test"}):
            allowed = {"authorization": "Bearer t0ken", **head}
            assert httpx.get(url, headers=allowed).status_code == 403


@pytest.mark.parametrize("query", ["", "since=x", "since=-1", "since=" + "9" * 99])
def test_number_that_is_none_is_refused(query: str, mock: RunningServer) -> None:
    assert httpx.get(f"{mock.base_url}/_mock/page?{query}").status_code == 422
