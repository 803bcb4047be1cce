"""Secrets that a client knows never come back in errors, logs, causes or representations."""

from __future__ import annotations

import logging
import pickle
import traceback
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tests.unit.client.harness import KEY, Chunks, Server, answer, text_answer

from mistral_client import ConnectionFailed, DecodeError, MistralError, StreamError
from mistral_client.options import read_options
from mistral_client.redaction import Redactor
from mistral_client.secrets import redactor_for
from mistral_client.settings import Settings

if TYPE_CHECKING:
    from tests.unit.client.harness import Both

TENANT = "tenant-value/4711"
BASIC = "Basic dXNlcjpzdXJlIHRoaW5n"  # user:sure thing


def models(client: Any, **options: Any) -> Any:
    return client.models.list(retries=0, **options)


def everything(error: BaseException) -> str:
    """Return all that an error, what it keeps and what is behind it shows."""
    shown = [str(error), repr(error), repr(vars(error)), str(pickle.dumps(error))]
    shown += traceback.format_exception(error)
    behind = error.__cause__ or error.__context__
    while behind is not None:
        shown += [str(behind), repr(behind.args), repr(vars(behind))]
        request = getattr(behind, "_request", None)
        shown.append(repr(request.headers.raw) if request is not None else "")
        behind = behind.__cause__ or behind.__context__
    return "\n".join(shown)


def raised(both: Both, script: Any, case: Any = models, **options: Any) -> MistralError:
    with pytest.raises(MistralError) as caught:
        both.run(script, case, **options)
    return caught.value


@pytest.mark.parametrize(
    "body",
    [
        '{"detail":"no tenant %s"}',
        '{"headers":{"x-tenant":"%s"}}',
        '{"detail":[{"loc":["%s"],"msg":"%s","type":"%s"}]}',
        '{"message":"m","code":"%s","param":"%s"}',
        "<p>%s</p>",
        "x" * 280 + " %s",
    ],
)
@pytest.mark.parametrize("spelling", [TENANT, TENANT.replace("/", "\\/"), "tenant-value%2f4711"])
def test_echoed_value_of_a_header_is_redacted(both: Both, body: str, spelling: str) -> None:
    echo = text_answer(400, body.replace("%s", spelling), x_echo=spelling)
    error = raised(both, echo, headers={"X-Tenant": TENANT})
    assert "4711" not in everything(error)


def test_echoed_value_of_a_header_of_one_call_is_redacted(both: Both) -> None:
    echo = answer(400, {"detail": f"no tenant {TENANT}"})
    error = raised(both, echo, lambda client: models(client, headers={"X-Tenant": TENANT}))
    assert "no tenant [redacted]" in str(error)
    assert TENANT not in everything(error)


def test_echoed_password_of_basic_credentials_is_redacted(both: Both) -> None:
    error = raised(
        both, answer(401, {"detail": "sure thing is wrong"}), headers={"Authorization": BASIC}
    )
    assert "sure thing" not in everything(error)


def test_values_of_everyday_headers_stay(both: Both) -> None:
    headers = {"Accept": "application/json", "X-Request-Id": "request-0123456789"}
    refused = answer(406, {"detail": "application/json refused for request-0123456789"})
    error = raised(both, refused, headers=headers)
    assert "application/json refused for request-0123456789" in str(error)


@pytest.mark.parametrize("key", ["test", "a", "key", "mistral", "model", "1234", "v1"])
def test_short_key_turns_no_words_into_redactions(key: str) -> None:
    text = f"the latest {key} of mistral: test v1 of model a, key 1234, {key}s"
    assert Redactor([key]).text(text) == text


@pytest.mark.parametrize(
    "text",
    ["a bearer token is needed", 'Bearer realm="api"', "Bearer authentication required"],
)
def test_words_about_bearer_tokens_stay(text: str) -> None:
    assert Redactor().text(text) == text


@pytest.mark.parametrize("spelling", ["p%40ss%2Fw0rd", "p@ss/w0rd", "dXNlcjpwQHNzL3cwcmQ="])
def test_password_of_a_proxy_is_redacted(
    both: Both, spelling: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://user:p%40ss%2Fw0rd@proxy.test:8080")
    failure = httpx.ProxyError(f"407 from http://user:p%40ss%2Fw0rd@proxy.test for {spelling}")
    error = raised(both, failure)
    assert isinstance(error, ConnectionFailed)
    assert spelling not in everything(error)


def test_cause_keeps_its_kind_and_its_request_without_the_key(both: Both) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadError(f"broken by {KEY}", request=request) from OSError(5, f"with {KEY}")

    error = raised(both, fail)
    assert isinstance(error.__cause__, httpx.ReadError)
    assert str(error.__cause__.request.url) == "http://mistral.test/v1/models"
    assert KEY not in everything(error)


def test_unreadable_answer_shows_no_secret(both: Both) -> None:
    error = raised(both, text_answer(200, f"<p>{KEY} {TENANT}</p>"), headers={"X-Tenant": TENANT})
    assert isinstance(error, DecodeError)
    assert "<p>[redacted] [redacted]</p>" in str(error)
    assert KEY not in everything(error)
    assert TENANT not in everything(error)


def test_broken_stream_shows_no_secret(both: Both) -> None:
    stream = httpx.Response(
        200,
        headers={"content-type": "text/event-stream", "x-echo": KEY},
        stream=Chunks(f'data: {{"object":"error","message":"{KEY}"}}\n\n'.encode()),
    )
    with pytest.raises(StreamError) as caught:
        both.events(stream, lambda client: client.chat.stream(model="m", messages=[]))
    assert KEY not in everything(caught.value)


def test_log_shows_no_secret(both: Both, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="mistral_client")
    both.run(answer(200, {"data": []}, mistral_correlation_id=KEY), models)
    assert "[redacted]" in caplog.text
    assert KEY not in caplog.text


def test_representations_show_no_secret(both: Both) -> None:
    client = both.client(Server([answer(200)]), headers={"X-Tenant": TENANT})
    context = client._sender.context
    options = read_options(context.settings, "models.list", {"headers": {"X-Tenant": TENANT}})
    shown = "".join(
        repr(part) for part in (client, client._sender, context, context.settings, options)
    )
    assert TENANT not in shown
    assert KEY not in shown


def test_secrets_are_found_in_every_spelling() -> None:
    redactor = Redactor(['a"b&c/d<e>-secret'])
    spellings = [
        'a"b&c/d<e>-secret',
        'a\\"b&c/d<e>-secret',
        'a\\"b&c\\/d<e>-secret',
        'a\\"b\\u0026c/d\\u003ce\\u003e-secret',
        "a%22b%26c%2Fd%3Ce%3E-secret",
        "a%22b%26c%2fd%3ce%3e-secret",
    ]
    assert [redactor.text(each) for each in spellings] == ["[redacted]"] * len(spellings)


def test_headers_of_an_own_http_client_are_known() -> None:
    settings = Settings(api_key=KEY, base_url="http://m.test")
    assert redactor_for(settings, {"x-own": TENANT}).text(TENANT) == "[redacted]"
