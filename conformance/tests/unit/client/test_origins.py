"""What the environment says about connections: proxies and certificates."""

from __future__ import annotations

import ssl
import sys
import traceback
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.unit.client.test_connections import JSON, always, serving

from mistral_client import AsyncMistral, ConfigurationError, Mistral
from mistral_client.origins import proxy_for
from mistral_client.pools import Pools

if TYPE_CHECKING:
    from pathlib import Path


def test_plain_http_makes_no_tls_context(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object) -> ssl.SSLContext:
        raise AssertionError

    monkeypatch.setattr(httpx, "create_ssl_context", refuse)
    with serving(always(JSON)) as server, Mistral("k", base_url=server.base_url) as client:
        client.models.list()


def test_pools_share_one_tls_context_made_late(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[ssl.SSLContext] = []

    def make() -> ssl.SSLContext:
        made.append(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
        return made[-1]

    monkeypatch.setattr(httpx, "create_ssl_context", make)
    pools = Pools("https://127.0.0.1:1")
    assert made == []
    generation = pools._current()
    for _ in range(3):
        generation.take()
    assert len(made) == 1


@pytest.mark.parametrize(
    ("environment", "base_url", "proxy"),
    [
        ({}, "https://api.mistral.ai", None),
        ({"https_proxy": "http://p:1"}, "https://api.mistral.ai", "http://p:1"),
        ({"https_proxy": "p:1"}, "https://api.mistral.ai", "http://p:1"),
        ({"all_proxy": "http://p:1"}, "http://h", "http://p:1"),
        ({"https_proxy": "http://p:1"}, "http://h", None),
        ({"https_proxy": "http://p:1", "no_proxy": "mistral.ai"}, "https://api.mistral.ai", None),
    ],
)
def test_proxy_comes_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], base_url: str, proxy: str | None
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert proxy_for(base_url) == proxy


BOTH = pytest.mark.parametrize("kind", [Mistral, AsyncMistral])


def test_proxy_of_an_unknown_kind_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "socks9://p:1")
    with pytest.raises(ConfigurationError, match="socks9"):
        Mistral("k")


def test_password_with_the_mark_of_a_url_is_not_taken_for_the_kind_of_the_proxy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("https_proxy", "//me:hid://den@p")
    with pytest.raises(ConfigurationError, match="unknown kind") as caught:
        Mistral("k")
    assert "hid" not in "".join(traceback.format_exception(caught.value))


@BOTH
@pytest.mark.parametrize("variable", ["https_proxy", "all_proxy"])
@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
def test_socks_proxy_without_its_package_is_said_at_once(
    monkeypatch: pytest.MonkeyPatch, kind: Any, variable: str, scheme: str
) -> None:
    monkeypatch.setitem(sys.modules, "socksio", None)
    monkeypatch.setenv(variable, f"{scheme}://me:hidden@p:1")
    with pytest.raises(ConfigurationError, match=r"pip install 'httpx\[socks\]'") as caught:
        kind("k")
    assert "hidden" not in "".join(traceback.format_exception(caught.value))


@BOTH
@pytest.mark.parametrize(
    "proxy",
    [
        "http://me:hidden@",
        "http://me:hidden@[::1",
        "http://me:hidden@p:99999",
        "http://me:hidden@p:0",
        "http://me:hidden@p:-1",
        "http://me:hidden@p:hidden",
        "http://me:hid/den@p:1",
        "me:hidden@:1",
    ],
)
def test_proxy_that_cannot_be_used_is_said_at_once(
    monkeypatch: pytest.MonkeyPatch, kind: Any, proxy: str
) -> None:
    monkeypatch.setenv("https_proxy", proxy)
    with pytest.raises(ConfigurationError, match="HTTPS_PROXY") as caught:
        kind("k")
    assert "hid" not in "".join(traceback.format_exception(caught.value))


@BOTH
@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "SSLKEYLOGFILE"])
def test_certificates_that_cannot_be_loaded_are_said_at_once(
    monkeypatch: pytest.MonkeyPatch, kind: Any, variable: str, tmp_path: Path
) -> None:
    monkeypatch.setenv(variable, str(tmp_path / "nowhere" / "file.pem"))
    with pytest.raises(ConfigurationError, match=variable):
        kind("k")


def test_file_without_certificates_is_said_at_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file.pem").write_text("no certificate")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "file.pem"))
    with pytest.raises(ConfigurationError, match="SSL_CERT_FILE"):
        Mistral("k")


def test_requests_go_through_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(always(JSON)) as server:
        monkeypatch.setenv("http_proxy", server.base_url)
        with Mistral("k", base_url="http://nowhere.test") as client:
            client.models.list()
        assert server.connections == 1
