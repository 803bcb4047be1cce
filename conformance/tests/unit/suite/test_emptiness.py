"""Nothing passes on emptiness: servers that say nothing, and what is told of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.suite.fake_server import KEY, Answer, Request, keyed, libraries, models, serving

from mistral_conformance import cli

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Behaviour = Callable[[Request], Answer | None]

HTML = Answer(200, content=b"<html>Welcome</html>", headers={"Content-Type": "text/html"})
EMPTY_LIST = {
    "object": "list",
    "data": [],
    "total": 0,
    "has_more": False,
    "pagination": {
        "total_items": 0,
        "total_pages": 0,
        "current_page": 0,
        "page_size": 100,
        "has_more": False,
    },
}


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MISTRAL_API_KEY", KEY)


def judge(folder: Path, behaviour: Behaviour, *given: str) -> tuple[int, dict[str, Any]]:
    """The exit code and the report of a run of some rules of the profile `libraries`."""
    with serving(keyed, behaviour) as fake:
        arguments = ["--base-url", fake.base_url, "--report-dir", str(folder), "--timeout", "2"]
        code = cli.main(["run", *arguments, "--max-examples", "2", *given])
    report = json.loads((folder / "latest" / "report.json").read_bytes())
    return code, {**report, "cases": {each["name"]: each for each in report["rules"]}}


def always(answer: Answer) -> Behaviour:
    return lambda _: answer


def test_server_without_any_operation_is_no_server_of_this_api(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nothing = always(Answer(404, {"detail": "Not Found"}))
    code, report = judge(tmp_path, nothing, "--rules", "schema.*", "--rules", "views.*")
    assert code == 3
    assert report["run"]["holds"] is False
    told = " ".join(capsys.readouterr().out.split())
    assert "Nothing was judged: the server has nothing of what was to be tried (--prefix?)" in told
    assert "rules hold" not in told


def test_server_without_the_chosen_operations_is_told_and_at_no_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ("--profile", "workflows", "--rules", "schema.status")
    code, report = judge(tmp_path, models, *given)
    assert code == 0
    assert report["run"]["holds"] is True
    told = " ".join(capsys.readouterr().out.split())
    assert "Nothing was judged: the server has nothing of what was to be tried (seed" in told


def test_paths_that_are_not_there_may_be_refused_in_words_of_their_own(tmp_path: Path) -> None:
    def gateway(request: Request) -> Answer | None:
        if request.path.startswith("/v1/files"):
            return Answer(404, {"error": "this gateway has no files"})
        return libraries(request)

    given = ("--profile", "libraries", "--rules", "schema.status", "--rules", "auth.key-wanted")
    _, report = judge(tmp_path, gateway, *given)
    ends = {name: each["status"] for name, each in report["cases"].items()}
    assert {end for name, end in ends.items() if "files." in name} == {"not-offered"}
    assert ends["auth.key-wanted[beta.libraries.list]"] == "pass"
    assert ends["auth.key-wanted[beta.libraries.get]"] == "pass"


def test_parts_that_no_living_object_has_are_not_offered(tmp_path: Path) -> None:
    given = ("--rules", "input.plain-succeeds", "--rules", "schema.status")
    _, report = judge(tmp_path, libraries, "--operations", "beta.libraries.*", *given)
    ends = {name: each["status"] for name, each in report["cases"].items()}
    for each in ("accesses.list", "documents.list", "documents.upload"):
        assert ends[f"input.plain-succeeds[beta.libraries.{each}]"] == "not-offered"
        assert ends[f"schema.status[beta.libraries.{each}]"] == "not-offered"
    assert ends["input.plain-succeeds[beta.libraries.get]"] == "pass"


def test_required_operations_that_are_not_there_fail_as_ever(tmp_path: Path) -> None:
    nothing = always(Answer(404, {"detail": "Not Found"}))
    given = ("--rules", "offered.*", "--require", "files.*")
    assert judge(tmp_path, nothing, *given)[0] == 1


def test_what_only_breaks_neither_takes_nor_refuses(tmp_path: Path) -> None:
    broken = always(Answer(500, {"detail": "oops"}))
    names = ("bounds-accepted", "fault-rejected", "invalid-rejected", "no-server-error")
    given = [f"--rules=input.{each}" for each in names]
    _, report = judge(tmp_path, broken, "--operations", "beta.libraries.create", *given)
    cases = report["cases"]
    for each in ("input.fault-rejected", "input.invalid-rejected", "input.bounds-accepted"):
        case = cases[f"{each}[beta.libraries.create]"]
        assert case["status"] == "blocked"
        assert case["blocked_by"] == "input.no-server-error[beta.libraries.create]"


def test_null_in_place_of_an_object_breaks_no_rule(tmp_path: Path) -> None:
    given = ("--rules", "processing.new-library-is-not-described")
    _, report = judge(tmp_path, always(Answer(200, content=b"null")), *given)
    (case,) = report["rules"]
    assert case["status"] == "fail"
    assert case["reason"] == "the answer is null, an object is due"


def test_lists_of_what_the_server_does_not_make_are_blocked(tmp_path: Path) -> None:
    given = ("--rules", "schema.content-type", "--rules", "pages.tile", "--rules", "pages.largest")
    _, report = judge(tmp_path, always(HTML), "--profile", "libraries", *given)
    for name, words in (("files.list", "0 files"), ("beta.libraries.list", "0 libraries")):
        case = report["cases"][f"pages.tile[{name}]"]
        assert case["status"] == "blocked"
        assert f"the server made {words} to list: the answer is" in case["reason"]


def test_answers_without_times_and_totals_prove_none(tmp_path: Path) -> None:
    empty = always(Answer(200, EMPTY_LIST))
    given = ("--rules", "seen.times-are-possible", "--rules", "seen.parts-fit-their-total")
    _, report = judge(tmp_path, empty, "--profile", "libraries", *given)
    assert {each["status"] for each in report["rules"]} == {"skip"}
    assert "seen.times-are-possible[files.list]" in report["cases"]
    assert "seen.times-are-possible[files.delete]" not in report["cases"]


def test_one_wrong_field_of_an_answer_hides_no_other(tmp_path: Path) -> None:
    listed = {"object": "list", "data": [{"id": 7, "object": "file", "created_at": 17}]}
    given = ("--rules", "seen.times-are-possible", "--operations", "files.list")
    _, report = judge(tmp_path, always(Answer(200, listed)), *given)
    (case,) = report["rules"]
    assert case["status"] == "fail"
    assert "created_at` is 17, no time in seconds since 1970" in case["reason"]
