"""Campaigns: shares within bounds, a corpus that goes on, workers that die, sequences cut short."""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve
from tests.unit.suite.campaign_work import LONGEST_S, die, hang_once

from mistral_conformance import cli
from mistral_conformance.campaign.corpus import WrongCorpus, open_corpus
from mistral_conformance.campaign.course import Course
from mistral_conformance.campaign.findings import Findings
from mistral_conformance.campaign.pools import WorkerDied, pool
from mistral_conformance.campaign.sequences import sequence_law
from mistral_conformance.campaign.shares import Done, Rounds, Share, make_rounds, plan_campaign
from mistral_conformance.campaign.spending import spending_of
from mistral_conformance.campaign.working import LEDGERS, SPENT, Job, do_share
from mistral_conformance.cli import fuzzing
from mistral_conformance.embedded import embedded_mock
from mistral_conformance.model.document import load_document
from mistral_conformance.mutants.judging import load_defects, mock_session, silence
from mistral_conformance.probing.judging import shared_judge
from mistral_conformance.record.exchange import Exchange
from mistral_conformance.running.plan import Case, make_plan
from mistral_conformance.running.run import Run, RunOptions
from mistral_conformance.running.runner import judge
from mistral_conformance.verdict.outcome import Result, Status
from mistral_conformance.verdict.requirement import MUST, Requirement

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mistral_conformance.campaign.corpus import Corpus

OPTIONS = RunOptions("http://127.0.0.1:1", {})
RULE = Requirement("tried.rule", MUST, "test", "It holds.", (), ())
PLAN = {"seed": 0}


def red(reason: str, status: Status = Status.FAIL) -> Result:
    return Result(RULE, "models.list", status, reason)


def done(share: Share, *results: Result, stopped: str = "", requests: int = 1) -> Done:
    run = Run(OPTIONS, [], results=list(results), stopped=stopped)
    return Done(share, run, requests, 0.0)


def course(corpus: Corpus, parts: int = 3, **bounds: Any) -> Course:
    return Course(Rounds(0, tuple((f"case {each}",) for each in range(parts))), corpus, **bounds)


def numbers(of: Course) -> Iterator[int]:
    while share := of.take():
        of.put_back(done(share))
        yield share.number


# Shares and their bounds


def test_every_case_is_in_one_share_and_one_operation_is_in_one() -> None:
    plan = plan_campaign(evolve(OPTIONS, operations=("beta.libraries.*",)))
    parts = make_rounds(plan, 0).parts
    assert sorted(name for part in parts for name in part) == sorted(each.name for each in plan)
    homes = {
        case.operation.id: {at for at, part in enumerate(parts) if case.name in part}
        for case in plan
        if case.operation
    }
    assert len(parts) > 1
    assert {len(each) for each in homes.values()} == {1}


def test_each_round_has_a_seed_of_its_own() -> None:
    rounds = Rounds(0, (("a",), ("b",)))
    seeds = [rounds.share(number).seed for number in range(4)]
    assert seeds[0] == seeds[1] != seeds[2] == seeds[3]


def test_shares_together_never_get_more_than_what_may_be_spent(tmp_path: Path) -> None:
    going = course(open_corpus(tmp_path, "c", PLAN), parts=9, workers=3, most_requests=10)
    shares = [share for _ in range(3) if (share := going.take())]
    assert sum(each.most_requests for each in shares) <= 10
    for each in shares:
        going.put_back(done(each, stopped="--max-requests", requests=each.most_requests))
    while share := going.take():
        going.put_back(done(share, stopped="--max-requests", requests=share.most_requests))
    assert going.requests == 10
    assert going.stopped == "after 10 requests: --max-requests"


def test_no_share_begins_when_the_time_is_up(tmp_path: Path) -> None:
    times = iter([0.0, 1.0, 59.5])
    going = course(open_corpus(tmp_path, "c", PLAN), most_s=60.0, now=lambda: next(times))
    first = going.take()
    assert first is not None
    assert first.most_s == 59.0
    assert going.take() is None
    assert not going.stopped


# The corpus


def test_campaign_goes_on_after_the_shares_that_are_done_and_tries_red_ones_first(
    tmp_path: Path,
) -> None:
    before = course(open_corpus(tmp_path, "c", PLAN))
    first = before.take()
    second = before.take()
    assert first is not None
    assert second is not None
    before.put_back(done(first))
    before.put_back(done(second, red("broken")))
    with (tmp_path / "campaign.jsonl").open("a") as file:
        file.write('{"share": 2, "requ')  # killed while writing
    corpus = open_corpus(tmp_path, "another", PLAN)
    assert corpus.campaign == "c"
    assert list(numbers(course(corpus))) == [1, 2]


def test_campaign_whose_round_is_done_begins_the_next(tmp_path: Path) -> None:
    assert list(numbers(course(open_corpus(tmp_path, "c", PLAN)))) == [0, 1, 2]
    assert list(numbers(course(open_corpus(tmp_path, "c", PLAN)))) == [3, 4, 5]


def test_share_that_was_cut_off_is_not_done(tmp_path: Path) -> None:
    going = course(open_corpus(tmp_path, "c", PLAN), parts=1)
    share = going.take()
    assert share is not None
    going.put_back(done(share, stopped="after 1 s: --max-time"))
    assert open_corpus(tmp_path, "c", PLAN).done == set()


def test_corpus_of_another_campaign_is_refused(tmp_path: Path) -> None:
    open_corpus(tmp_path, "c", {"seed": 0, "profile": "whole"})
    with pytest.raises(WrongCorpus, match="another profile: go on with the same options"):
        open_corpus(tmp_path, "c", {"seed": 0, "profile": "libraries"})


# Findings


def test_of_failures_with_one_symptom_one_stays_and_others_are_numbered() -> None:
    findings = Findings(Run(OPTIONS, []), shared_judge(load_document()))
    share = Share(0, 0, ())
    news = [
        len(findings.add(done(share, each).run))
        for each in (
            red("the first thing is wrong here"),
            red("the first thing is wrong here"),
            red("something else entirely is broken"),
        )
    ]
    findings.finish([], "the time was up")
    assert news == [1, 0, 1]
    names = [each.name for each in findings.run.results]
    assert names == ["tried.rule[models.list]", "tried.rule[models.list #2]"]


def test_later_pass_does_not_acquit() -> None:
    findings = Findings(Run(OPTIONS, []), shared_judge(load_document()))
    for status in (Status.PASS, Status.FAIL, Status.PASS):
        findings.add(done(Share(0, 0, ()), red("it is wrong and stays so", status)).run)
    findings.finish([], "the time was up")
    assert [each.status for each in findings.run.results] == [Status.FAIL]


# Workers


def kill_when_told(path: Path) -> None:
    until = time.monotonic() + LONGEST_S
    while not path.exists() and time.monotonic() < until:
        time.sleep(0.02)
    os.kill(int(path.read_text()), signal.SIGKILL)


def test_share_of_a_worker_that_is_killed_is_done_by_another(tmp_path: Path) -> None:
    going = course(open_corpus(tmp_path / "corpus", "c", PLAN), parts=6, workers=2)
    killer = threading.Thread(target=kill_when_told, args=(tmp_path / "1.pid",))
    killer.start()
    with pool("", 2) as workers:
        for each in workers.do_all(partial(hang_once, str(tmp_path)), going.take):
            going.put_back(each)
    killer.join()
    assert open_corpus(tmp_path / "corpus", "c", PLAN).done == set(range(6))


def test_campaigns_beside_one_another_take_no_fixed_port() -> None:
    with pool("", 2), pool("", 2):  # Dask warns of a port that is in use, which is an error here
        pass


def test_share_that_kills_every_worker_ends_the_campaign(tmp_path: Path) -> None:
    going = course(open_corpus(tmp_path / "corpus", "c", PLAN), parts=1, workers=2)
    with (
        pool("", 2) as workers,
        pytest.raises(WorkerDied, match="3 workers died at share 0"),
    ):
        list(workers.do_all(die, going.take))


def job_on_the_mock(corpus: Path, operation: str = "models.list") -> tuple[Job, tuple[str, ...]]:
    """A campaign over one operation, on a mock for each share, and the cases of its share."""
    whole = evolve(OPTIONS, operations=(operation,), max_examples=1)
    (part,) = make_rounds(plan_campaign(whole), 0).parts

    @contextmanager
    def target() -> Iterator[RunOptions]:
        with embedded_mock(0) as mock:
            yield evolve(whole, base_url=mock.base_url, identities=mock.identities)

    return Job("c", target, corpus, own=True), part


def test_what_a_dead_worker_has_spent_is_counted_and_taken_off(tmp_path: Path) -> None:
    job, cases = job_on_the_mock(tmp_path)
    (tmp_path / LEDGERS).mkdir()
    spent = tmp_path / LEDGERS / f"c-0{SPENT}"
    spent.write_text("1 0.0\n36 0.0\n37 0")  # killed while writing
    after = do_share(job, Share(0, 0, cases, most_requests=40))
    assert after.requests == 40
    assert after.run.stopped
    assert not spent.exists()


def test_share_of_which_a_dead_worker_spent_all_sends_nothing(tmp_path: Path) -> None:
    job, cases = job_on_the_mock(tmp_path)
    (tmp_path / LEDGERS).mkdir()
    (tmp_path / LEDGERS / f"c-0{SPENT}").write_text("40 0.0\n")
    share = Share(0, 0, cases, most_requests=40)
    going = course(open_corpus(tmp_path, "c", PLAN), parts=1, most_requests=40)
    going.take()
    going.put_back(do_share(job, share))
    assert going.stopped == "after 40 requests: --max-requests"
    assert going.corpus.done == set()


def test_spending_of_a_share_is_on_disk_while_it_is_done(tmp_path: Path) -> None:
    path, share = tmp_path / "spent", Share(0, 0, (), most_requests=5)
    listing = Exchange(1, "caller", "models.list", "GET", "", (), b"", 200)
    path.write_text("1 0.0\n2")  # killed while writing
    with spending_of(path, share) as spending:
        spending.note(listing)
        spending.note(listing)
        with spending_of(path, share) as after:
            assert after.requests == 3
            assert after.left is not None
            assert after.left.most_requests == 2
        path.touch()
    assert not path.exists()


def test_spending_stays_on_disk_when_a_share_fails(tmp_path: Path) -> None:
    path = tmp_path / "spent"
    listing = Exchange(1, "caller", "models.list", "GET", "", (), b"", 200)
    with suppress(OSError), spending_of(path, Share(0, 0, ())) as spending:
        spending.note(listing)
        raise OSError
    assert path.read_text() == "1 0.0\n"


# Sequences


def sequences_of(resource: str) -> Case:
    document = load_document()
    plan = make_plan(document, [sequence_law()], list(document.operations))
    return next(each for each in plan if each.subject == resource)


@pytest.mark.parametrize(
    ("resource", "defect", "words"),
    [
        (
            "library",
            "deleted-lives-on[beta.libraries.documents.get:document_id]",
            "(after: create library 1, create document 1, delete",
        ),
        ("file", "deletion-takes-another[files.delete]", "delete file"),
    ],
)
def test_defect_that_only_a_sequence_shows_is_found_and_cut_short(
    resource: str, defect: str, words: str
) -> None:
    wrong = load_defects()[defect]
    with wrong.applied(), mock_session(around=wrong.around) as session, silence():
        session.max_examples = 120
        result = judge(session, sequences_of(resource))
    assert result.status is Status.FAIL
    assert words in result.reason
    assert result.reason.count(",") <= 3
    assert result.exchanges[0].method == "POST"


def test_sequences_pass_on_the_healthy_mock_and_leave_nothing() -> None:
    with mock_session() as session:
        left = []
        for _ in range(2):
            result = judge(session, sequences_of("library"))
            assert result.status is Status.PASS
            left.append(len(session.creations))
        assert left[0] == left[1]  # to learn what the server offers needs a living object


# The command


def test_campaign_is_reported_as_a_run_and_goes_on(tmp_path: Path) -> None:
    arguments = ["fuzz", "--embedded-mock", "--operations", "models.list", "--max-examples", "1"]
    for _ in range(2):
        assert cli.main([*arguments, "--report-dir", str(tmp_path)]) == 0
    assert len((tmp_path / "corpus" / "campaign.jsonl").read_text().splitlines()) == 3
    assert (tmp_path / "latest" / "report.html").is_file()


def test_report_of_an_interrupted_campaign_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def interrupted(*_: object) -> Done:
        raise KeyboardInterrupt

    monkeypatch.setattr(fuzzing, "do_share", interrupted)
    arguments = ["fuzz", "--embedded-mock", "--operations", "models.list"]
    assert cli.main([*arguments, "--report-dir", str(tmp_path)]) == 130
    report = (tmp_path / "latest" / "report.json").read_text("utf-8")
    assert "not judged: interrupted" in report
    assert "the time was up" not in report


def test_what_a_campaign_cannot_do_is_wrong_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["fuzz", "--embedded-mock", "--shard", "1/2", "--report-dir", str(tmp_path)]
    assert cli.main(arguments) == 2
    assert "--shard is not for campaigns" in capsys.readouterr().err


def test_plan_of_a_campaign_sends_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MISTRAL_API_KEY", "a-key")
    nobody = "http://127.0.0.1:1"  # a request would end with 3
    arguments = ["fuzz", "--base-url", nobody, "--operations", "models.list", "--plan"]
    assert cli.main([*arguments, "--report-dir", str(tmp_path)]) == 0
    assert "requests" in capsys.readouterr().out
    assert not list(tmp_path.iterdir())
