from __future__ import annotations

import copy
import json
import logging
import multiprocessing
import os
import pickle
import traceback
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import attrs
import httpx
import pytest
from tests.unit.client.harness import (
    BASE_URL,
    KEY,
    LIBRARY,
    Chunks,
    Server,
    answer,
    text_answer,
)

from mistral_client import AsyncMistral, ConfigurationError, Mistral, MistralError

if TYPE_CHECKING:
    from tests.unit.client.harness import Both

CLIENTS = [Mistral, AsyncMistral]


def libraries(client: Any) -> Any:
    return client.beta.libraries.list()


def sent(both: Both, case: Any = libraries, **options: Any) -> httpx.Request:
    """Return the request that a case sends."""
    server = Server([answer(200, {**LIBRARY, "data": []})])
    both.run(server, case, **options)
    return server.requests[0]


@pytest.mark.parametrize("kind", CLIENTS)
@pytest.mark.parametrize("key", [None, "", "  "])
def test_missing_key_is_said_before_any_request(kind: Any, key: str | None) -> None:
    with pytest.raises(ConfigurationError, match="MISTRAL_API_KEY"):
        kind(key)


def test_key_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MISTRAL_API_KEY", "from-env")
    server = Server([answer(200, {"data": []})])
    Mistral(base_url=BASE_URL, transport=httpx.MockTransport(server)).beta.libraries.list()
    assert server.requests[0].headers["authorization"] == "Bearer from-env"


@pytest.mark.parametrize("key", ["a\nb", "ключ"])
def test_key_that_cannot_be_a_header_is_refused_without_showing_it(key: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Mistral(key)
    assert key not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("http://h.test", "http://h.test/v1/libraries"),
        ("http://h.test/", "http://h.test/v1/libraries"),
        ("http://h.test/v1", "http://h.test/v1/libraries"),
        ("http://h.test/v1/", "http://h.test/v1/libraries"),
        ("http://h.test:8080/proxy/v1//", "http://h.test:8080/proxy/v1/libraries"),
        (" http://h.test ", "http://h.test/v1/libraries"),
        ("http://[::1]:81", "http://[::1]:81/v1/libraries"),
    ],
)
def test_base_url_is_used_with_or_without_version(both: Both, given: str, used: str) -> None:
    assert str(sent(both, base_url=given).url) == used


def test_base_url_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MISTRAL_BASE_URL", "http://env.test/")
    assert "http://env.test" in repr(Mistral(KEY))


def test_base_url_is_the_public_service_by_default() -> None:
    assert "https://api.mistral.ai" in repr(Mistral(KEY))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.mistral.ai",
        "ftp://h",
        "http://",
        "http://h:port",
        "http://h:0",
        "http://h:65536",
        "http://h:-1",
        "http://h?x=1",
        "http://h/#f",
        "http://256.1.1.1",
        "http://a..b",
        "http://" + "x" * 300,
        "http://[v1.x]",
        "http://\u2024",
    ],
)
def test_base_url_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match="base URL"):
        Mistral(KEY, base_url=url)


def test_base_url_with_credentials_is_refused_without_showing_them() -> None:
    with pytest.raises(ConfigurationError) as caught:
        Mistral(KEY, base_url="http://user:secretword@h")
    assert "secretword" not in str(caught.value)


def test_headers_of_a_request(both: Both) -> None:
    request = sent(both, base_url="http://h.test:81")
    assert request.headers["host"] == "h.test:81"
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.headers["accept"] == "application/json"
    assert request.headers["user-agent"].startswith("mistral-openapi/")


def test_json_body_has_its_headers(both: Both) -> None:
    request = sent(both, lambda client: client.beta.libraries.create(name="é"))
    assert json.loads(request.content) == {"name": "é"}
    assert request.headers["content-type"] == "application/json"
    assert int(request.headers["content-length"]) == len(request.content)


def test_post_without_body_has_length_zero(both: Both) -> None:
    request = sent(both, lambda c: c.beta.libraries.documents.reprocess("l", "d"))
    assert request.headers["content-length"] == "0"


def test_nothing_unset_is_sent(both: Both) -> None:
    assert sent(both).url.query == b""


def test_own_headers_of_client_and_call_are_sent(both: Both) -> None:
    request = sent(
        both,
        lambda client: client.beta.libraries.list(headers={"X-B": "2", "user-agent": "mine"}),
        headers={"X-A": "1"},
    )
    assert (request.headers["x-a"], request.headers["x-b"]) == ("1", "2")
    assert request.headers["user-agent"] == "mine"


@pytest.mark.parametrize(
    "headers", [{"a b": "c"}, {"a": "b\r\nc: d"}, {"a": "é"}, {"Content-Length": "5"}]
)
def test_headers_that_cannot_be_sent_are_refused(both: Both, headers: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="header"):
        both.run([answer()], lambda client: client.beta.libraries.list(headers=headers))


def test_argument_that_no_url_can_hold_is_refused(both: Both) -> None:
    with pytest.raises(ValueError, match="no URL can hold"):
        both.run([answer()], lambda client: client.beta.libraries.get("x" * 100_000))


def test_nan_in_a_body_is_refused(both: Both) -> None:
    with pytest.raises(ValueError, match="JSON"):
        both.run(
            [answer()],
            lambda c: c.chat.complete(model="m", messages=[], temperature=float("nan")),
        )


def test_timeout_of_the_client_and_of_a_call(both: Both) -> None:
    assert sent(both).extensions["timeout"]["read"] == 120
    assert sent(both, timeout=5).extensions["timeout"] == {
        "connect": 5, "read": 5, "write": 5, "pool": 5,
    }  # fmt: skip
    assert sent(both, connect_timeout=2).extensions["timeout"]["connect"] == 2
    request = sent(both, lambda client: client.beta.libraries.list(timeout=None), timeout=5)
    assert request.extensions["timeout"]["read"] is None


@pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf"), 1e10, 10**400])
def test_timeout_that_no_clock_can_wait_for_is_refused(both: Both, value: float) -> None:
    with pytest.raises(ValueError, match="timeout"):
        both.client([answer()], timeout=value)


@pytest.mark.parametrize("value", ["5", True, [1]])
def test_timeout_of_a_wrong_type_is_refused(both: Both, value: Any) -> None:
    with pytest.raises(TypeError, match="timeout"):
        both.run([answer()], lambda client: client.beta.libraries.list(timeout=value))


def test_unknown_option_of_a_call_is_refused(both: Both) -> None:
    with pytest.raises(TypeError, match=r"list\(\) got an unexpected keyword argument 'tiemout'"):
        both.run([answer()], lambda client: client.beta.libraries.list(tiemout=3))


@pytest.mark.parametrize("kind", CLIENTS)
def test_unknown_option_of_a_client_is_refused(kind: Any) -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'max_retries'"):
        kind(KEY, max_retries=3)


def test_view_has_other_options_and_the_same_connection(both: Both) -> None:
    server = Server([answer(200, {"data": []})])
    client = both.client(server, headers={"X-A": "1"})
    view = client.with_options(timeout=3, headers={"X-B": "2"}, retries=0)
    both.use(view, libraries)
    request = server.requests[0]
    assert request.extensions["timeout"]["read"] == 3
    assert (request.headers["x-a"], request.headers["x-b"]) == ("1", "2")
    assert view._sender.connection is client._sender.connection
    assert client._sender.context.settings.timeouts.read == 120


def test_closed_client_says_so(both: Both) -> None:
    client = both.client([answer(200, {"data": []})])
    both.use(client, lambda c: c.aclose() if both.is_async else c.close())
    with pytest.raises(RuntimeError, match="closed"):
        both.use(client, libraries)


@pytest.mark.parametrize("kind", CLIENTS)
def test_client_pickles_with_its_settings(kind: Any) -> None:
    options = {"timeout": 3, "retries": 5, "headers": {"a": "b"}, "max_answer_bytes": 7}
    client = kind(KEY, base_url=BASE_URL, strict=True, **options)
    copy = pickle.loads(pickle.dumps(client))  # noqa: S301 - our own bytes
    assert settings_of(copy) == settings_of(client)


def test_client_over_an_own_transport_does_not_pickle(both: Both) -> None:
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(both.client([answer()]))


def test_strict_client_refuses_missing_fields(both: Both) -> None:
    with pytest.raises(MistralError, match="created_at is missing") as caught:
        both.run(
            answer(200, {"id": "x", "name": "y"}), lambda c: c.beta.libraries.get("x"), strict=True
        )
    assert '"name"' in getattr(caught.value, "body", "")


def test_strict_client_refuses_unknown_fields(both: Both) -> None:
    with pytest.raises(MistralError, match=r"data\.0\.shiny is unknown"):
        both.run(answer(200, {"data": [{**LIBRARY, "shiny": 1}]}), libraries, strict=True)


def test_strict_client_lets_open_objects_hold_anything(both: Both) -> None:
    agent = {
        **dict.fromkeys(["id", "name", "model", "created_at", "updated_at", "source"], "x"),
        "object": "agent",
        "version": 0,
        "versions": [0],
        "deployment_chat": False,
        "metadata": {"team": "books"},
    }
    read = both.run(answer(200, agent), lambda c: c.beta.agents.get("x"), strict=True)
    assert read.metadata.additional_properties == {"team": "books"}


def test_tolerant_client_keeps_both(both: Both) -> None:
    library = both.run(answer(200, {"id": "x", "shiny": 1}), lambda c: c.beta.libraries.get("x"))
    assert "name" in library.missing_fields
    assert library.additional_properties == {"shiny": 1}


def test_debug_log_tells_of_answers_and_retries(
    both: Both, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "mistral_client")
    both.run([answer(503), httpx.ReadError("x"), answer(200, {"data": []}, x_request_id="r")],
             libraries)  # fmt: skip
    lines = [record.getMessage() for record in caplog.records if record.name == "mistral_client"]
    assert lines == [
        "beta.libraries.list: status 503 after 0.000 s (attempt 1, request id unknown)",
        "beta.libraries.list: again in 0.500 s",
        "beta.libraries.list: ReadError after 0.500 s (attempt 2)",
        "beta.libraries.list: again in 1.000 s",
        "beta.libraries.list: status 200 after 1.500 s (attempt 3, request id r)",
    ]


LEAKS: list[Any] = [
    text_answer(401, f'{{"detail":"bad key {KEY}"}}', x_api_key=KEY, authorization=f"Bearer {KEY}"),
    text_answer(400, f"key {KEY} is odd", www_authenticate=f"Bearer {KEY}"),
    text_answer(200, f'{{"oops {KEY}'),
    text_answer(307, "", location=f"http://h/?sig={KEY}&x=1"),
    httpx.ConnectError(f"cannot reach http://u:{KEY}@h"),
    httpx.ReadTimeout(f"Bearer {KEY}"),
]


@pytest.mark.parametrize("script", LEAKS)
def test_key_is_in_no_error_log_or_representation(
    both: Both, script: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "mistral_client")
    client = both.client([script], retries=1)
    with pytest.raises(MistralError) as caught:
        both.use(client, libraries)
    error = caught.value
    seen = [
        str(error),
        repr(error),
        repr(error.__dict__),
        repr(pickle.dumps(error)),
        repr(client),
        repr(client._sender),
        repr(client.beta.libraries),
        caplog.text,
    ]
    assert not [text for text in seen if KEY in text]
    assert KEY not in "".join(traceback.format_exception_only(error))


def test_pickled_client_works_in_a_spawned_process() -> None:
    code = pickle.dumps(Mistral(KEY, base_url=BASE_URL))
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        assert pool.apply(repr, (pickle.loads(code),)) == f"<Mistral {BASE_URL}>"  # noqa: S301


def test_body_is_closed_after_every_call(both: Both) -> None:
    bodies: list[Chunks] = []

    def make(_request: httpx.Request) -> httpx.Response:
        bodies.append(Chunks(b'{"data": []}'))
        return httpx.Response(503 if len(bodies) == 1 else 200, stream=bodies[-1])

    both.run(make, libraries)
    assert [body.is_closed for body in bodies] == [True, True]


def test_environment_is_left_alone() -> None:
    before = dict(os.environ)
    Mistral(KEY)
    assert dict(os.environ) == before


EMPTY = ["", " ", "\t\n"]


@pytest.mark.parametrize("kind", [Mistral, AsyncMistral])
@pytest.mark.parametrize("text", EMPTY)
@pytest.mark.parametrize(
    ("variable", "words"), [("MISTRAL_BASE_URL", "base URL"), ("MISTRAL_API_KEY", "API key")]
)
def test_variable_that_was_left_empty_is_refused(
    kind: Any, text: str, variable: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MISTRAL_API_KEY", "k")
    monkeypatch.setenv("MISTRAL_BASE_URL", BASE_URL)
    monkeypatch.setenv(variable, text)
    with pytest.raises(ConfigurationError, match=f"The {words} is empty.*{variable}"):
        kind()


@pytest.mark.parametrize("kind", [Mistral, AsyncMistral])
@pytest.mark.parametrize("text", EMPTY)
@pytest.mark.parametrize("argument", ["base_url", "api_key"])
def test_argument_that_was_left_empty_is_refused(kind: Any, text: str, argument: str) -> None:
    given = {"api_key": "k", "base_url": BASE_URL, argument: text}
    with pytest.raises(ConfigurationError, match=f"is empty.*{argument}=") as caught:
        kind(**given)
    assert "MISTRAL_" in str(caught.value)


@pytest.mark.parametrize("kind", [Mistral, AsyncMistral])
def test_client_whose_construction_failed_can_be_shown(kind: Any) -> None:
    client = object.__new__(kind)
    with pytest.raises(ConfigurationError):
        client.__init__("secret-key-0123456789", base_url="nowhere")
    assert repr(client) == f"<{kind.__name__}, not set up>"


def test_credentials_in_a_base_url_are_not_shown() -> None:
    with pytest.raises(ConfigurationError) as caught:
        Mistral("k", base_url="ftp://user:pa/ss@wo/rd@host.test/path")
    assert "pa/ss" not in str(caught.value)
    assert "wo/rd" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"strict": "no"}, "strict must be True or False"),
        ({"headers": ["a"]}, "headers must map text to text"),
        ({"headers": "a: b"}, "headers must map text to text"),
        ({"headers": {b"secret": "b"}}, "a name of type bytes"),
    ],
)
def test_option_of_a_wrong_type_is_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(TypeError, match=words):
        Mistral("k", **options)


class Tenant(Mistral):
    """A client of a user's own, whose constructor asks for more."""

    def __init__(self, *, tenant: str, **options: Any) -> None:
        super().__init__(KEY, base_url=BASE_URL, **options)
        self.tenant = tenant

    @cached_property
    def notes(self) -> list[object]:
        """Whose notes these are."""
        return [self]

    @property
    def broken(self) -> object:
        """Ask for what is not there."""
        return self.none_such  # type: ignore[attr-defined]  # that is the point


def test_views_and_copies_of_a_subclass_keep_its_attributes() -> None:
    client = Tenant(tenant="red")
    assert client.notes == [client]
    for other in (client.with_options(timeout=1), copy.copy(client), pickled_again(client)):
        assert type(other) is Tenant
        assert other.tenant == "red"
        assert other.notes == [other]


def test_property_that_misses_an_attribute_tells_which() -> None:
    with pytest.raises(AttributeError, match="no attribute 'none_such'"):
        _ = Tenant(tenant="red").broken


@pytest.mark.parametrize("kind", [Mistral, AsyncMistral])
def test_groups_and_methods_pickle_with_their_client(kind: type[Any]) -> None:
    client = kind(KEY, base_url=BASE_URL, retries=1).with_options(timeout=7)
    for made in (pickled_again(client.chat), pickled_again(client.beta.libraries.list).__self__):
        assert type(made._send) is type(client._sender)
        assert attrs.asdict(made._send.context.settings) == settings_of(client)
    assert copy.deepcopy(client.chat.complete).__self__._send is not client._sender


def settings_of(client: Any) -> dict[str, Any]:
    return attrs.asdict(client._sender.context.settings)


def list_models(client: Any, options: Any) -> Any:
    return client.models.list(**options)


def pickled_again(value: Any) -> Any:
    return pickle.loads(pickle.dumps(value))  # noqa: S301 - our own


def test_timeout_of_httpx_says_each_time(both: Both) -> None:
    times = {"connect": 1.0, "read": 2.0, "write": 3.0, "pool": None}
    for of_client in (True, False):
        server, timeout = Server([answer(200, {"data": []})]), httpx.Timeout(**times)
        client = both.client(server, **({"timeout": timeout} if of_client else {}))
        options = {} if of_client else {"timeout": timeout}
        case = partial(list_models, options=options)
        both.use(client, case)
        assert server.requests[0].extensions["timeout"] == times
