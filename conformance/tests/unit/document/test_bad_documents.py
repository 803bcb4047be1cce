"""Documents that are damaged, too large or never come: one message with the name, within bounds."""

from __future__ import annotations

import gzip
import json
import os
import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from document import fetching
from document.problems import DocumentProblem
from document.upstream import read_document
from document.yaml_text import write_yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

Tree = dict[str, Any]


@pytest.fixture
def text(upstream: Tree) -> str:
    """A sound document."""
    return write_yaml(upstream)


def _refusal(path: Path | str) -> str:
    with pytest.raises(DocumentProblem) as caught:
        read_document(str(path))
    return str(caught.value)


def test_a_status_without_quotes_is_the_same_status(tmp_path: Path, text: str) -> None:
    path = tmp_path / "u.yaml"
    path.write_text(text.replace("'200':", "200:"))
    assert "200:" in path.read_text()
    quoted = tmp_path / "q.yaml"
    quoted.write_text(text)
    assert read_document(str(path)).document == read_document(str(quoted)).document


def test_a_status_in_both_ways_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "u.yaml"
    path.write_text(text.replace("'200':", "200: {}\n        '200':"))
    assert "the key '200' is there twice" in _refusal(path)


SHELF: tuple[Callable[[Tree], Any], ...] = (
    lambda d: d["components"]["schemas"]["Shelf"],
    lambda d: d["paths"]["/v1/books"],
    lambda d: d["paths"]["/v1/books"]["get"],
)
CHANGES: dict[str, tuple[Callable[[Tree], object], str]] = {
    "properties as a list": (lambda d: SHELF[0](d).update(properties=["title"]), "properties"),
    "a path without its slash": (
        lambda d: d["paths"].update({"v1/books": {}}),
        "v1/books",
    ),
    "required as text": (lambda d: SHELF[0](d).update(required="title"), "required"),
    "a schema as text": (lambda d: d["components"]["schemas"].update(Shelf="x"), "Shelf"),
    "a union as an object": (lambda d: SHELF[0](d).update(anyOf={"type": "x"}), "anyOf"),
    "a reference as a list": (lambda d: SHELF[0](d).update({"$ref": ["x"]}), "$ref"),
    "an unknown method": (lambda d: SHELF[1](d).update(fetch={"responses": {}}), "fetch"),
    "a method in capitals": (lambda d: SHELF[1](d).update(POST={"responses": {}}), "POST"),
    "answers as a list": (lambda d: SHELF[2](d).update(responses=[]), "responses"),
    "tags as text": (lambda d: SHELF[2](d).update(tags="books"), "tags"),
    "parameters as an object": (lambda d: SHELF[2](d).update(parameters={}), "parameters"),
    "a parameter without a place": (
        lambda d: SHELF[2](d).update(parameters=[{"name": "x"}]),
        "parameters",
    ),
    "paths as a list": (lambda d: d.update(paths=[]), "paths"),
    "another version": (lambda d: d.update(openapi="2.0"), "OpenAPI 3"),
}


@pytest.mark.parametrize("case", CHANGES)
@pytest.mark.parametrize("form", ["yaml", "json", "json.gz"])
def test_a_wrong_shape_is_one_message_with_file_and_place(
    tmp_path: Path, upstream: Tree, case: str, form: str
) -> None:
    change, place = CHANGES[case]
    change(upstream)
    path = tmp_path / f"wrong.{form}"
    text = write_yaml(upstream) if form == "yaml" else json.dumps(upstream)
    path.write_bytes(gzip.compress(text.encode()) if form.endswith("gz") else text.encode())
    told = _refusal(path)
    assert told.startswith(f"wrong.{form} is not ")
    assert place in told


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_a_document_that_is_cut_off_is_named(tmp_path: Path, upstream: Tree, share: float) -> None:
    path = tmp_path / "cut.json"
    content = json.dumps(upstream)
    path.write_text(content[: int(len(content) * share)])
    assert _refusal(path).startswith("cut.json is not valid JSON")


def test_yaml_that_is_cut_off_in_a_word_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "cut.yaml"
    path.write_text(text[: text.index("  /v1/books")] + "  'never closed")
    assert _refusal(path).startswith("cut.yaml is not valid YAML")


def test_a_packed_document_that_is_cut_off_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "cut.yaml.gz"
    path.write_bytes(gzip.compress(text.encode())[:-20])
    assert "cut.yaml.gz" in _refusal(path)


def test_a_key_that_is_twice_in_json_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "twice.json"
    path.write_text('{"openapi": "3.1.0", "openapi": "3.1.0", "paths": {}}')
    assert "the key 'openapi' is there twice" in _refusal(path)


def test_a_document_that_is_too_large_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    with path.open("wb") as file:
        os.truncate(file.fileno(), 60 * 1024**2)
    assert _refusal(path).startswith("large.yaml is larger than 32 MB")


def test_a_packet_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.yaml.gz"
    path.write_bytes(gzip.compress(b" " * (fetching.LARGEST + 2)))
    assert "larger than 32 MB" in _refusal(path)


@pytest.mark.parametrize(
    "url", ["http://[::1/openapi.yaml", "http://", "https://:443/x", "http://host:port/x"]
)
def test_what_only_begins_as_a_url_is_refused(url: str) -> None:
    assert "is no URL" in _refusal(url)


def test_nested_beyond_all_sense_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "deep.json"
    path.write_text('{"openapi": "3.1.0", "paths": ' + '{"a":' * 5000 + "1" + "}" * 5001)
    assert "deep.json is nested" in _refusal(path)


@pytest.fixture
def dripping() -> Iterator[str]:
    """The address of a server that answers a byte at a time and never ends."""
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            with suppress(OSError):
                connection, _ = server.accept()
                with connection:
                    while not stop.wait(0.02):
                        connection.sendall(b"H")

        thread = threading.Thread(target=drip)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/openapi.yaml"
        stop.set()
        thread.join()


def test_a_server_that_drips_holds_nobody_for_ever(
    dripping: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "FETCH_S", 0.2)
    assert "did not come within 0.2 s" in _refusal(dripping)


def test_a_refusal_never_tells_the_password_of_a_url() -> None:
    told = _refusal("http://me:secret@127.0.0.1:1/openapi.yaml?token=hidden")
    assert "secret" not in told
    assert "hidden" not in told
    assert "127.0.0.1:1/openapi.yaml" in told


def test_a_document_that_was_cut_off_between_two_keys_names_what_it_lacks(
    tmp_path: Path, upstream: Tree
) -> None:
    path = tmp_path / "u.json"
    upstream["components"]["schemas"].pop("Shelf")
    path.write_text(json.dumps(upstream))
    told = _refusal(path)
    assert "u.json refers to what it does not have: #/components/schemas/Shelf is missing" in told


def test_an_extension_beside_the_paths_is_no_path(tmp_path: Path, upstream: Tree) -> None:
    upstream["paths"]["x-notes"] = ["one"]
    path = tmp_path / "u.yaml"
    path.write_text(write_yaml(upstream))
    assert "x-notes" not in read_document(str(path)).document["paths"]


def test_a_reference_to_another_file_asks_for_a_whole_document(
    tmp_path: Path, upstream: Tree
) -> None:
    SHELF[2](upstream)["responses"]["404"] = {"$ref": "./errors.yaml#/gone"}
    path = tmp_path / "u.yaml"
    path.write_text(write_yaml(upstream))
    assert "refers to another file (./errors.yaml#/gone); bundle" in _refusal(path)
