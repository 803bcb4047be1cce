"""Addresses of other servers: made up, refused, mapped by the world, or fetched with a guard."""

from __future__ import annotations

import socket
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.unit.mock_media.sounds_made import make_wav

from mistral_mock.resources import downloads
from mistral_mock.server import running
from mistral_mock.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Start = Callable[..., httpx.Client]

URL = "https://papers.example/2026/shelves%20(new).pdf?part=1"
PRIVATE = (
    "http://127.0.0.1/a.pdf",
    "http://localhost:8000/a.pdf",
    "http://10.0.0.8/a.pdf",
    "http://169.254.169.254/latest/meta-data",
    "http://[::1]/a.pdf",
    "http://[::ffff:127.0.0.1]/a.pdf",
    "http://0.0.0.0/a.pdf",
    "http://user:secret@192.168.1.1/a.pdf",
)


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts mocks, each with a client."""
    with ExitStack() as stack:

        def start(**settings: Any) -> httpx.Client:
            mock = stack.enter_context(running(Settings(clock="manual", **settings)))
            headers = {"authorization": "Bearer mock-key"}
            client = httpx.Client(base_url=mock.base_url, headers=headers, trust_env=False)
            return stack.enter_context(client)

        yield start


def read(api: httpx.Client, url: str, kind: str = "document_url", **fields: Any) -> httpx.Response:
    """What OCR says about an address."""
    document = {"type": kind, kind: url}
    return api.post("/v1/ocr", json={"model": "mistral-ocr-latest", "document": document, **fields})


def hear(api: httpx.Client, url: str) -> httpx.Response:
    """What a transcription says about an address."""
    body = {"model": "voxtral-mini-latest", "file_url": url}
    return api.post("/v1/audio/transcriptions", data=body)


@contextmanager
def serving(answers: dict[str, tuple[int, dict[str, str], bytes]]) -> Iterator[str]:
    """A web server on 127.0.0.1 with these answers by path; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, content = answers[self.path]
            self.send_response(status)
            for name, value in {"content-length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name there
            """Stays silent."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def open_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Takes 127.0.0.1, and no other address of this machine, for public."""
    monkeypatch.setattr(downloads, "is_public", lambda address: address == "127.0.0.1")


@pytest.mark.parametrize("kind", ["document_url", "image_url"])
def test_invented_page_names_its_address(start: Start, kind: str) -> None:
    api = start()
    (page,) = read(api, URL, kind, include_image_base64=True).json()["pages"]
    assert URL in page["markdown"]
    assert "shelves (new).pdf" in page["markdown"]
    assert page["dimensions"] == {"dpi": 200, "height": 2339, "width": 1653}
    assert page["images"][0]["image_base64"].startswith("data:image/jpeg;base64,")


def test_invented_page_is_the_same_every_time(start: Start) -> None:
    assert read(start(), URL).json() == read(start(seed=7), URL).json()
    assert read(start(), URL).json() != read(start(), f"{URL}&again").json()


def test_invented_recording_says_its_address(start: Start) -> None:
    url = "https://sounds.example/morning.mp3"
    assert url in hear(start(), url).json()["text"]


def test_address_without_end_makes_no_endless_recording(start: Start) -> None:
    heard = hear(start(), "https://sounds.example/" + "a" * 2000)
    assert heard.json()["usage"]["prompt_audio_seconds"] < 60


@pytest.mark.parametrize(
    "url", ["ftp://papers.example/a.pdf", "file:///etc/passwd", "a.pdf", "http://[", "https://"]
)
@pytest.mark.parametrize("urls", ["invent", "fetch"])
def test_what_is_no_web_address_is_refused(start: Start, urls: str, url: str) -> None:
    assert read(start(urls=urls), url).status_code == 400


def test_addresses_are_refused_when_asked_for(start: Start) -> None:
    refusal = read(start(urls="refuse"), URL)
    assert (refusal.status_code, "--urls" in refusal.json()["message"]) == (400, True)


@pytest.mark.parametrize("urls", ["invent", "refuse", "fetch"])
def test_world_maps_addresses_to_files_and_texts(start: Start, tmp_path: Path, urls: str) -> None:
    (tmp_path / "a.wav").write_bytes(make_wav(2))
    world = tmp_path / "world.yaml"
    world.write_text(
        "urls:\n"
        "  - {url: 'https://papers.example/a', text: 'Shelves are flat.'}\n"
        "  - {url: 'https://sounds.example/a', file: a.wav}\n"
    )
    api = start(urls=urls, world_file=world)
    assert read(api, "https://papers.example/a").json()["pages"][0]["markdown"] == (
        "Shelves are flat."
    )
    assert hear(api, "https://sounds.example/a").json()["usage"]["prompt_audio_seconds"] == 2


@pytest.mark.parametrize("url", PRIVATE)
def test_private_addresses_are_never_fetched(start: Start, url: str) -> None:
    refusal = read(start(urls="fetch"), url)
    assert refusal.status_code == 400
    assert "public" in refusal.json()["message"]
    assert "secret" not in refusal.text


def test_name_of_a_private_host_is_not_fetched(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    def resolve(*_: Any, **__: Any) -> list[Any]:
        numbers = ("93.184.215.14", "192.168.0.7")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 80)) for one in numbers]

    api = start(urls="fetch")
    api.get("/_mock/health")
    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    assert "public" in read(api, "http://papers.example/").json()["message"]


@pytest.mark.usefixtures("open_network")
def test_public_address_is_fetched(start: Start) -> None:
    answers = {"/a.txt": (200, {"content-type": "text/plain"}, b"Shelves are flat.")}
    with serving(answers) as site:
        found = read(start(urls="fetch"), f"{site}/a.txt").json()
    assert found["pages"][0]["markdown"] == "Shelves are flat."


@pytest.mark.usefixtures("open_network")
def test_redirection_to_a_private_address_is_not_followed(start: Start) -> None:
    answers = {"/": (302, {"location": "http://127.0.0.2/secret"}, b"")}
    with serving(answers) as site:
        assert "public" in read(start(urls="fetch"), f"{site}/").json()["message"]


@pytest.mark.usefixtures("open_network")
def test_redirection_without_end_ends(start: Start) -> None:
    with serving({"/": (302, {"location": "/"}, b"")}) as site:
        assert read(start(urls="fetch"), f"{site}/").status_code == 400


@pytest.mark.usefixtures("open_network")
@pytest.mark.parametrize("answer", [(404, {}, b"no"), (200, {}, b"x" * 2000)])
def test_error_or_too_much_is_told(start: Start, answer: tuple[int, dict[str, str], bytes]) -> None:
    with serving({"/": answer}) as site:
        refusal = read(start(urls="fetch", max_upload=1000), f"{site}/")
    assert refusal.status_code == 400
    assert any(word in refusal.json()["message"] for word in ("404", "1000"))
