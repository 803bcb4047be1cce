"""Examples that build on each other run together, in the order that the table wants."""

from __future__ import annotations

from pathlib import Path

from examples.answers import missing_keys
from examples.example import Example
from examples.sessions import Plan, plan
from examples.table import Row, Table


def example(line: int, code: str, language: str = "python") -> Example:
    return Example(Path("page.md"), line, language, code, "A title")


def lines(planned: Plan) -> list[list[int]]:
    return [[one.line for one in session.examples] for session in planned.sessions]


def test_examples_without_a_client_of_their_own_share_the_page_s_session() -> None:
    examples = [example(1, "a = client.x()"), example(2, "a", "typescript"), example(3, "print(a)")]
    assert lines(plan(examples, Table())) == [[1, 3], [2]]


def test_an_example_that_makes_its_client_begins_a_session_for_those_after_it() -> None:
    examples = [example(1, "x"), example(2, "client = Mistral()"), example(3, "y")]
    assert lines(plan(examples, Table())) == [[1], [2, 3]]


def test_shell_examples_share_nothing() -> None:
    examples = [example(1, "a", "shell"), example(2, "b", "shell")]
    assert lines(plan(examples, Table())) == [[1], [2]]


def test_a_last_row_puts_an_example_after_the_others() -> None:
    table = Table(last=(Row(reason="r", where="delete"),))
    assert lines(plan([example(1, "delete()"), example(2, "use()")], table)) == [[2, 1]]


def test_a_skip_row_gives_its_reason() -> None:
    table = Table(skip=(Row(reason="not ours", where="agents"),))
    (result,) = plan([example(1, "client.agents.list()")], table).skipped
    assert (result.verdict.value, result.reason) == ("skip", "not ours")


def test_only_leaves_out_examples_of_other_operations() -> None:
    examples = [example(1, "client.beta.libraries.list()"), example(2, "client.files.list()")]
    planned = plan(examples, Table(), only="libraries")
    assert lines(planned) == [[1]]
    assert planned.skipped[0].reason == "not selected by --only libraries"


def test_a_language_without_a_runner_fails_with_what_to_do() -> None:
    (result,) = plan([example(1, "puts 1", "ruby")], Table()).skipped
    assert (result.verdict.value, "language = 'ruby'" in result.reason) == ("FAIL", True)


def test_keys_that_the_page_shows_and_the_answer_lacks_are_named() -> None:
    shown = {"data": [{"id": 1, "owner": {"name": "x"}}], "total": 1}
    came = {"data": [{"id": "a", "owner": {}}, {}], "more": True}
    assert missing_keys(shown, came) == ["data[0].owner.name", "total"]


def test_an_empty_list_or_another_type_is_no_difference() -> None:
    assert missing_keys({"data": [{"id": 1}], "a": {"b": 1}}, {"data": [], "a": None}) == []
