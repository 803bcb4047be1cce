from __future__ import annotations

import http.server
import threading
from typing import TYPE_CHECKING, Any

import import_facts
import pytest
from document.sources import MARK
from document.yaml_text import read_yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


def _run(folder: Path, *upstreams: object) -> int:
    return import_facts.main(["--folder", str(folder), *map(str, upstreams)])


def test_facts_sources_and_fingerprints_are_written(folder: Path, upstream_file: Path) -> None:
    assert _run(folder, upstream_file) == 0
    assert sorted(path.name for path in (folder / "facts").iterdir()) == [
        "books.yaml",
        "fingerprints.txt",
        "shared.yaml",
        "shelves.yaml",
    ]
    assert read_yaml((folder / "facts/books.yaml").read_text(), "")["paths"]["/v1/books"]


def test_the_sources_tell_what_was_read_and_keep_what_people_wrote(
    folder: Path, upstream_file: Path
) -> None:
    written = (folder / "source.toml").read_text()
    _run(folder, upstream_file)
    by_hand, mark, by_machine = (folder / "source.toml").read_text().partition(MARK)
    assert by_hand.rstrip() == written.rstrip()
    assert mark
    for line in (
        'name = "upstream-2026-05-01.yaml"',
        'title = "Shelf API"',
        "date = 2026-05-01",
        "operations = 3",
        "taken = 2",
    ):
        assert line in by_machine


def test_a_second_import_of_the_same_document_changes_nothing(
    folder: Path, upstream_file: Path, contents: Callable[[Path], dict[str, bytes]]
) -> None:
    _run(folder, upstream_file)
    before = contents(folder)
    _run(folder, upstream_file)
    assert contents(folder) == before


def test_a_group_that_is_gone_takes_its_facts_along(folder: Path, upstream_file: Path) -> None:
    _run(folder, upstream_file)
    listed = folder / "source.toml"
    listed.write_text(listed.read_text().replace('"GET /v1/books"', '"GET /v1/none"'))
    assert _run(folder, upstream_file) == 0
    assert not (folder / "facts/books.yaml").exists()


def test_the_date_may_stand_in_the_sources(folder: Path, upstream_file: Path) -> None:
    undated = upstream_file.rename(upstream_file.with_name("undated.yaml"))
    assert _run(folder, undated) == 0
    assert "date = 2026-03-01" in (folder / "source.toml").read_text()


@pytest.fixture
def server(upstream_file: Path) -> Iterator[str]:
    """The address of a server with the upstream document."""
    content = upstream_file.read_bytes()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/upstream-2026-05-01.yaml" else 404)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
            del format, args

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


def test_a_document_may_come_from_a_url(folder: Path, server: str) -> None:
    assert _run(folder, f"{server}/upstream-2026-05-01.yaml") == 0
    assert f'name = "{server}/upstream-2026-05-01.yaml"' in (folder / "source.toml").read_text()


BAD = {
    "not YAML": ("bad-2026-05-02.yaml", b"a: [", "is not valid YAML"),
    "not text": ("bad-2026-05-02.yaml", b"\xff\xfe\x00", "is not UTF-8 text"),
    "not OpenAPI": ("bad-2026-05-02.yaml", b"swagger: '2.0'", "is not an OpenAPI 3 document"),
    "a list": ("bad-2026-05-02.yaml", b"- 1", "is not an OpenAPI 3 document"),
    "without paths": ("bad-2026-05-02.yaml", b"openapi: 3.1.0", '"paths" is a required property'),
    "with a path that is none": ("bad-2026-05-02.yaml", b"{openapi: 3.1.0, paths: {/a: 1}}", "/a"),
    "with a nameless parameter": (
        "bad-2026-05-02.yaml",
        b"{openapi: 3.1.0, paths: {/a: {get: {parameters: [{in: query}]}}}}",
        "paths > /a > get > parameters > 0",
    ),
    "without a match": ("bad-2026-05-02.yaml", b"{openapi: 3.1.0, paths: {}}", "matches"),
    "without a date": ("bad.yaml", b"{openapi: 3.1.0, paths: {}}", "has no date in its name"),
    "with a date that is none": ("b-2026-02-31.yaml", b"{openapi: 3.1.0, paths: {}}", "no date"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_message_and_leaves_the_facts(
    folder: Path,
    upstream_file: Path,
    capsys: pytest.CaptureFixture[str],
    contents: Callable[[Path], dict[str, bytes]],
    case: str,
) -> None:
    _run(folder, upstream_file)
    before = contents(folder)
    name, content, message = BAD[case]
    bad = upstream_file.with_name(name)
    bad.write_bytes(content)
    capsys.readouterr()
    assert _run(folder, bad) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("import_facts: ")
    assert message in told.err
    assert "Traceback" not in told.err
    assert contents(folder) == before


def test_a_missing_file_is_told_by_name(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(folder, "nowhere-2026-01-01.yaml") == 1
    assert "nowhere-2026-01-01.yaml cannot be read" in capsys.readouterr().err


def test_an_unreachable_address_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(folder, "http://127.0.0.1:9/openapi-2026-01-01.yaml") == 1
    assert "cannot be fetched" in capsys.readouterr().err


def test_an_address_without_the_document_is_told(
    folder: Path, server: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(folder, f"{server}/other-2026-01-01.yaml") == 1
    assert "404" in capsys.readouterr().err


def test_sources_that_are_no_toml_are_told(
    folder: Path, upstream_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "source.toml").write_text("[[group]\n")
    assert _run(folder, upstream_file) == 1
    assert "source.toml cannot be read" in capsys.readouterr().err


def test_missing_sources_are_told(
    folder: Path, upstream_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "source.toml").unlink()
    assert _run(folder, upstream_file) == 1
    assert "source.toml is missing" in capsys.readouterr().err
