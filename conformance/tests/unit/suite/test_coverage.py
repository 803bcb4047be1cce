"""The coverage tells what was tried of each operation, and what was not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest
from attrs import evolve
from tests.unit.suite.fake_server import LIBRARY_ID, Answer, Request, keyed, models, serving
from tests.unit.suite.report_values import case
from tests.unit.suite.report_values import report as a_report

from mistral_conformance import cli
from mistral_conformance.model.document import load_document
from mistral_conformance.record.wire import Message
from mistral_conformance.report.cells import MOST_COLUMNS, make_matrix
from mistral_conformance.report.content import load_schema
from mistral_conformance.report.html import render_html
from mistral_conformance.report.tally import UNREACHED, UNRULED, gaps, tally
from mistral_conformance.session.context import Context
from mistral_conformance.session.coverage import Parameter, Row, Tried, parameters_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path
    from random import Random

    from mistral_conformance.report.model import Report
    from mistral_conformance.session.session import Session

    Calls = Callable[[Callable[[Context], None]], Session]

LISTING, CREATION, UPLOAD = "beta.libraries.list", "beta.libraries.create", "files.upload"
STREAM = "workflows.events.get_stream_events"


def answer(request: Request) -> Answer | None:
    """Takes everything, but refuses one name; streams where a stream is asked for."""
    if request.path == "/v1/workflows/events/stream":
        return Answer(content=b"data: {}\n\n", headers={"Content-Type": "text/event-stream"})
    return Answer(418 if b"teapot" in request.content else 200, {"id": LIBRARY_ID, "data": []})


@pytest.fixture
def tried(session_on: Callable[..., AbstractContextManager[Session]]) -> Calls:
    """The session after some calls."""

    def run(calls: Callable[[Context], None]) -> Session:
        with serving(keyed, models, answer) as fake, session_on(fake.base_url) as session:
            calls(Context(session, _no_random()))
        return session

    return run


def _no_random() -> Random:
    from random import Random  # noqa: PLC0415 - nothing here is random

    return Random(0)  # noqa: S311 - test data


def row(session: Session, operation: str) -> Row:
    """The row of one operation."""
    return session.coverage.table([operation])[0]


def varied(session: Session, operation: str) -> set[tuple[str, str]]:
    """The varied parameters of one operation."""
    parameters = row(session, operation).parameters
    return {(each.place, each.name) for each in parameters if each.varied}


def test_operation_that_nobody_called_has_an_empty_row(tried: Calls) -> None:
    found = row(tried(lambda _: None), LISTING)
    assert (found.requests, found.succeeded, found.streamed) == (0, 0, None)
    assert set(found.statuses.values()) == {0}
    assert not any(each.varied for each in found.parameters)


def test_statuses_are_counted_as_the_document_lists_them(tried: Calls) -> None:
    def calls(ctx: Context) -> None:
        ctx.nobody.call(LISTING)
        ctx.api.call(LISTING)
        ctx.api.call(LISTING)

    found = row(tried(calls), LISTING)
    assert (found.requests, found.succeeded) == (3, 2)
    assert {key: n for key, n in found.statuses.items() if n} == {"200": 2, "401": 1}


def test_undocumented_status_stands_apart(tried: Calls) -> None:
    def calls(ctx: Context) -> None:
        ctx.api.call(CREATION, json={"name": "teapot"})

    found = row(tried(calls), CREATION)
    assert found.undocumented == {"418": 1}
    assert "418" not in found.statuses


def test_parameter_with_two_values_is_varied(tried: Calls) -> None:
    def calls(ctx: Context) -> None:
        ctx.api.call(LISTING, query={"page": "0", "page_size": "5"})
        ctx.api.call(LISTING, query={"page": "1", "page_size": "5"})

    assert varied(tried(calls), LISTING) == {("query", "page")}


def test_parameter_once_sent_and_once_left_out_is_varied(tried: Calls) -> None:
    def calls(ctx: Context) -> None:
        ctx.api.call(CREATION, json={"name": "a"})
        ctx.api.call(CREATION, json={"name": "a", "description": "b"})

    assert varied(tried(calls), CREATION) == {("body", "description")}


def test_path_ids_are_parameters(tried: Calls) -> None:
    def calls(ctx: Context) -> None:
        for library in ("one", "two"):
            ctx.api.call("beta.libraries.documents.get", library_id=library, document_id="same")

    assert varied(tried(calls), "beta.libraries.documents.get") == {("path", "library_id")}


def test_fields_of_forms_are_parameters(tried: Calls) -> None:
    def calls(ctx: Context) -> None:
        for purpose in ("ocr", "batch"):
            part = {"file": ("a.txt", b"a", "text/plain"), "purpose": (None, purpose.encode())}
            ctx.api.call(UPLOAD, files=part)

    assert varied(tried(calls), UPLOAD) == {("form", "purpose")}


def test_bodies_that_are_sent_as_bytes_are_read(tried: Calls) -> None:
    def calls(ctx: Context) -> None:
        json_type = {"content-type": "application/json"}
        for content in (b'{"name": "a"}', b'{"name": "b"}', b"no JSON", b"[" * 100_000):
            message = Message("POST", "/v1/libraries", content=content, headers=json_type)
            ctx.api.send(message, CREATION)
        form_type = {"content-type": "multipart/form-data; boundary=x"}
        for purpose in (b"ocr", b"batch"):
            head = b'--x\r\nContent-Disposition: form-data; name="purpose"\r\n\r\n'
            content = head + purpose + b"\r\n--x--\r\n"
            ctx.api.send(Message("POST", "/v1/files", content=content, headers=form_type), UPLOAD)

    session = tried(calls)
    assert varied(session, CREATION) == {("body", "name")}
    assert varied(session, UPLOAD) == {("form", "purpose")}


def test_stream_is_heard_only_where_one_came(tried: Calls) -> None:
    def calls(ctx: Context) -> None:
        ctx.api.listen(STREAM, headers={"last-event-id": "3"})
        ctx.api.listen(STREAM)
        ctx.api.call("chat.complete", json={})

    session = tried(calls)
    assert row(session, STREAM).streamed is True
    assert row(session, "chat.complete").streamed is False
    assert ("header", "Last-Event-ID") in varied(session, STREAM)


def test_parameters_are_those_of_the_document() -> None:
    document = load_document()
    found = parameters_of(document, document.operations["beta.libraries.documents.update"])
    assert {Parameter("path", "library_id"), Parameter("body", "name")} <= set(found)
    assert len(found) == len(set(found))


def report(*rows: Row, rules: tuple[str, ...] = ()) -> Report:
    """A report with that coverage."""
    return a_report(coverage=rows, run={"rules": rules})


def covered(operation: str, **more: Any) -> Row:
    """A row of which everything was tried."""
    row = Row(operation, 1, 1, {"200": 1}, {}, (), streamed=None, rules=("some.rule",))
    return evolve(row, **more)


def test_operations_without_success_or_rule_are_named() -> None:
    rows = [covered("a.a"), covered("a.b", succeeded=0), covered("a.c", rules=())]
    assert gaps(report(*rows)) == {UNREACHED: ["a.b"], UNRULED: ["a.c"]}
    assert gaps(report(covered("a.a"))) == {}


def test_operations_without_rule_are_not_named_when_rules_were_chosen() -> None:
    assert gaps(report(covered("a.c", rules=()), rules=("schema.*",))) == {}


def test_tally_counts_what_was_covered() -> None:
    parameters = (Tried("query", "x", varied=True), Tried("query", "y", varied=False))
    rows = [covered("a.a", parameters=parameters, streamed=True), covered("a.b", streamed=False)]
    counted = {each.what: (each.done, each.all) for each in tally(report(*rows))}
    assert counted["parameters varied"] == (1, 2)
    assert counted["streams heard"] == (1, 2)


def test_page_names_what_was_left_out_and_escapes_it() -> None:
    parameters = (Tried("query", "<b>", varied=False),)
    page = render_html(report(covered("a.b", parameters=parameters, statuses={"429": 0})))
    assert "0 of 1 <small>not &lt;b&gt;</small>" in page
    assert '<s title="never seen">429</s>' in page


def test_terminal_tells_the_coverage_in_80_columns(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(keyed, models) as fake:
        arguments = ["run", "--base-url", fake.base_url, "--operations", "beta.libraries.*"]
        cli.main([*arguments, "--rules", "auth.*", "--report-dir", str(tmp_path)])
    out = capsys.readouterr().out
    assert "operations answered 2xx" in out
    assert f"{UNREACHED}: beta.libraries.list" in out
    assert "more in the reports" in out


def test_schema_describes_the_rows(tried: Calls) -> None:
    schema = {**load_schema(), "$ref": "#/$defs/coverage"}
    for name in ("type", "required", "properties"):
        schema.pop(name)
    rows = tried(lambda _: None).coverage.table(list(load_document().operations))
    for each in a_report(coverage=tuple(rows)).to_json()["coverage"]:
        jsonschema_rs.validate(schema, each)


def test_families_about_few_operations_share_a_column_when_there_are_many() -> None:
    ids = tuple(f"group.operation{n}" for n in range(10))
    everywhere = [case("schema.rule", operations=(each,)) for each in ids]
    own = [case(f"family{n}.rule", operations=ids[:1]) for n in range(MOST_COLUMNS)]
    run = {"operations": ids}
    families = [each.family for each in own]
    many = make_matrix(a_report(*everywhere, *own, run=run))
    assert (many.columns, many.rest) == (("schema",), tuple(families))
    few = make_matrix(a_report(*everywhere, *own[1:], run=run))
    assert (few.columns, few.rest) == (("schema", *families[1:]), ())
