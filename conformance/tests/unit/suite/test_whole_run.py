"""A whole run against the mock: every rule holds, nothing is left, the seed decides all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from mistral_conformance.embedded import embedded_identities, embedded_mock
from mistral_conformance.record.wire import Message, Wire
from mistral_conformance.rules import load_rules
from mistral_conformance.running.plan import make_plan, select_operations
from mistral_conformance.running.run import Run, RunOptions, execute, open_session
from mistral_conformance.session.markers import seeded_run_id
from mistral_conformance.verdict.outcome import Status

if TYPE_CHECKING:
    import pytest

    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.identities import Identity

SOME = ("beta.libraries.create", "beta.libraries.documents.update", "files.upload")


def run_suite(options: RunOptions) -> Run:
    with open_session(options) as session:
        operations = select_operations(session.document, options.profile, options.operations)
        run = Run(options, operations)
        plan = make_plan(session.document, load_rules(), operations, options.profile)
        execute(session, run, plan, lambda _: None)
    return run


def run_embedded(seed: int, operations: tuple[str, ...] = ()) -> tuple[Run, list[Exchange]]:
    with embedded_mock(seed) as mock:
        options = RunOptions(
            mock.base_url,
            mock.identities,
            operations=operations,
            seed=seed,
            max_examples=5,
            clock_url=mock.clock_url,
            run_id=seeded_run_id(seed),
        )
        run = run_suite(options)
        with Wire(mock.base_url) as wire:
            caller = mock.identities["caller"]
            left = [
                wire.send(Message("GET", each), caller) for each in ("/v1/libraries", "/v1/files")
            ]
    return run, left


def sent(monkeypatch: pytest.MonkeyPatch, seed: int) -> list[tuple[object, ...]]:
    """What a run sends, the port aside."""
    requests: list[tuple[object, ...]] = []
    send = Wire.send

    def record(wire: Wire, message: Message, identity: Identity, operation: str = "") -> Exchange:
        exchange = send(wire, message, identity, operation)
        url = exchange.url.removeprefix(wire.base_url)
        requests.append((exchange.identity, exchange.method, url, exchange.request_content))
        return exchange

    with monkeypatch.context() as patched:
        patched.setattr(Wire, "send", record)
        run_embedded(seed, SOME)
    return requests


def test_every_rule_holds_on_the_mock_and_nothing_is_left() -> None:
    run, left = run_embedded(seed=0)
    broken = [(each.name, each.reason) for each in run.results if each.status is not Status.PASS]
    assert broken == []
    assert run.created > 100
    assert run.leftovers == []
    assert [each["data"] for each in left] == [[], []]


def test_same_seed_sends_the_same_requests_in_the_same_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, again = sent(monkeypatch, 7), sent(monkeypatch, 7)
    assert len(first) > 100
    differing = [(one, two) for one, two in zip(first, again, strict=False) if one != two]
    assert differing[:1] == []
    assert len(first) == len(again)


def test_without_identities_and_clock_nothing_fails() -> None:
    with embedded_mock(0) as mock:
        only = {"caller": embedded_identities()["caller"]}
        options = RunOptions(mock.base_url, only, max_examples=2, rules=())
        run = run_suite(evolve(options, operations=("beta.libraries.accesses.*",)))
    statuses = {each.status for each in run.results}
    assert statuses <= {Status.PASS, Status.SKIP}
    assert Status.SKIP in statuses
