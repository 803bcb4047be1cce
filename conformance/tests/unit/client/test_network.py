"""Certificates and proxies that the caller names."""

from __future__ import annotations

import pickle
import ssl
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.unit.client.harness import KEY

from mistral_client import AsyncMistral, ConfigurationError, Mistral
from mistral_client.origins import Origin, network_of
from mistral_client.settings import Network

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.client.harness import Both

URL = "https://mistral.test"


def context_of(**options: Any) -> ssl.SSLContext:
    pool: Any = Origin(URL, Network(**options)).pool()
    found: ssl.SSLContext = pool._pool._ssl_context
    return found


def test_certificates_are_checked_unless_the_caller_says_otherwise() -> None:
    assert context_of().verify_mode is ssl.CERT_REQUIRED
    assert context_of(verify=False).verify_mode is ssl.CERT_NONE


def test_context_of_the_caller_is_used_as_it_is() -> None:
    own = ssl.create_default_context()
    assert context_of(verify=own) is own


@pytest.mark.parametrize("kind", [Mistral, AsyncMistral])
@pytest.mark.parametrize("name", ["verify", "cert"])
def test_certificates_that_cannot_be_read_are_said_at_once(
    kind: Any, name: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError, match="certificates cannot be loaded"):
        kind("key", base_url=URL, **{name: str(tmp_path / "none.pem")})


def test_proxy_of_the_caller_goes_over_that_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://elsewhere:1")
    pool: Any = Origin(URL, Network(proxy="http://here:2")).pool()
    assert pool._pool._proxy_url.host == b"here"


@pytest.mark.parametrize("kind", [Mistral, AsyncMistral])
@pytest.mark.parametrize("proxy", ["ftp://h:1", "http://", "http://h:0"])
def test_proxy_that_cannot_be_used_is_said_at_once(kind: Any, proxy: str) -> None:
    with pytest.raises(ConfigurationError, match="The argument proxy names a proxy"):
        kind("key", base_url=URL, proxy=proxy)


def test_password_of_the_proxy_is_in_no_text() -> None:
    client = Mistral("key", base_url=URL, proxy="http://user:pass-word-1234@127.0.0.1:9")
    context = client._sender.context
    told = context.redactor(context.options).text("at user:pass-word-1234@127.0.0.1")
    assert "pass-word-1234" not in f"{client!r} {context!r} {told}"


@pytest.mark.parametrize("option", [{"verify": False}, {"cert": "a.pem"}, {"proxy": "http://h:1"}])
def test_own_httpx_client_has_its_own_network(option: Any) -> None:
    with httpx.Client() as http, pytest.raises(TypeError, match="set on your http_client"):
        Mistral("key", base_url=URL, http_client=http, **option)


def test_client_keeps_its_network_when_it_is_pickled() -> None:
    client = Mistral("key", base_url=URL, verify=False, proxy="http://h:1")
    twin = pickle.loads(pickle.dumps(client))  # noqa: S301 - our own bytes
    assert twin._sender.context.settings.network == Network(verify=False, proxy="http://h:1")


@pytest.mark.parametrize(
    "proxy",
    [
        httpx.URL("http://user:p%40ss@127.0.0.1:3128"),
        httpx.Proxy("http://127.0.0.1:3128", auth=("user", "p@ss")),
        httpx.Proxy("http://user:p%40ss@127.0.0.1:3128"),
    ],
)
def test_proxy_comes_in_every_form_that_httpx_takes(proxy: Any) -> None:
    network = network_of(verify=True, cert=None, proxy=proxy)
    assert network.proxy == "http://user:p%40ss@127.0.0.1:3128"
    assert "p%40ss" not in repr(network)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("proxy", ""),
        ("proxy", {"https://": "http://127.0.0.1:1"}),
        ("proxy", httpx.Proxy("http://127.0.0.1:1", headers={"x-a": "1"})),
        ("verify", ""),
        ("verify", None),
        ("verify", dict),
        ("cert", 3),
        ("cert", ()),
        ("cert", ("a", "b", "c", "d")),
    ],
)
def test_network_of_a_wrong_kind_is_refused(both: Both, option: str, value: Any) -> None:
    kind: Any = AsyncMistral if both.is_async else Mistral
    with pytest.raises(ConfigurationError, match=f"(?i)^a? ?{option} "):
        kind(KEY, **{option: value})


def test_certificates_may_be_paths(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be loaded"):
        Mistral(KEY, base_url="https://mistral.test", cert=tmp_path / "none.pem")
    with pytest.raises(ConfigurationError, match="cannot be loaded"):
        Mistral(KEY, base_url="https://mistral.test", verify=tmp_path / "none.pem")
