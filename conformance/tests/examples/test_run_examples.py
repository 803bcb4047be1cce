"""The runner as people call it: pages in, one line for each example out, an exit code."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

import pytest
import run_examples
from examples.markdown import markdown_examples

PAGES = Path(__file__).parent / "pages"
PROJECT = Path(__file__).parents[3]
SIDE_BY_SIDE = "coming-from-the-official-sdk.md"
"""Half of its programs are another client's; a test of its own runs both halves."""
OUR_PAGES = [
    str(page.relative_to(PROJECT))
    for page in (PROJECT / "README.md", *sorted((PROJECT / "docs").glob("*.md")))
    if page.name != SIDE_BY_SIDE and markdown_examples(page, page.read_text("utf-8"))
]
SKIPPED = tuple(
    row["reason"]
    for row in tomllib.loads((PAGES.parent / "substitutions.toml").read_text("utf-8"))["skip"]
)
NODE = shutil.which("node") is not None and (PAGES.parent / "typescript/node_modules").is_dir()
CURL = shutil.which("curl") is not None


@pytest.fixture
def page(tmp_path: Path) -> Path:
    return tmp_path / "page.md"


@pytest.fixture
def in_folder_of_page(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page.write_text("```py\nprint(1)\n```\n")
    monkeypatch.chdir(page.parent)


def verdicts(text: str) -> dict[str, str]:
    """The verdict for each `name:line` of the table."""
    rows = [line.split(maxsplit=3) for line in text.splitlines() if ".md:" in line or "/" in line]
    return {row[1].rsplit("/", 1)[-1]: row[0] for row in rows if row[0] in {"pass", "FAIL", "skip"}}


def test_a_guide_s_examples_run_one_upon_the_other(
    base_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_examples.main([str(PAGES / "guide.mdx"), "--base-url", base_url]) == 0
    curl, node = "pass" if CURL else "skip", "pass" if NODE else "skip"
    assert verdicts(capsys.readouterr().out) == {
        "guide.mdx:15": "pass",
        "guide.mdx:25": "pass",
        "guide.mdx:32": node,
        "guide.mdx:39": curl,
        "guide.mdx:59": "pass",
        "guide.mdx:64": curl,
        "guide.mdx:73": "pass",
        "guide.mdx:83": curl,
        "guide.mdx:90": "pass",
    }


def test_a_scraped_page_s_examples_run(base_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_examples.main([str(PAGES / "scraped.txt"), "--base-url", base_url]) == 0
    curl, node = "pass" if CURL else "skip", "pass" if NODE else "skip"
    assert verdicts(capsys.readouterr().out) == {
        "scraped.txt:13": node,
        "scraped.txt:31": "pass",
        "scraped.txt:51": curl,
        "scraped.txt:76": curl,
    }


@pytest.mark.parametrize("name", OUR_PAGES)
def test_our_own_pages_examples_run(
    base_url: str, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_examples.main([str(PROJECT / name), "--base-url", base_url, "--timeout", "600"]) == 0
    rows = capsys.readouterr().out.splitlines()
    skipped = [row for row in rows if row.startswith("skip")]
    excepted = SKIPPED if CURL else (*SKIPPED, "curl is not installed")
    assert [row for row in skipped if not any(reason in row for reason in excepted)] == []
    assert any(row.startswith("pass") for row in rows)


def test_an_example_that_raises_fails_and_the_next_one_still_runs(
    base_url: str, page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page.write_text("```py\nraise ValueError('no such shelf')\n```\n```py\nprint(1)\n```\n")
    assert run_examples.main([str(page), "--base-url", base_url]) == 1
    out = capsys.readouterr().out
    assert verdicts(out) == {"page.md:2": "FAIL", "page.md:5": "pass"}
    assert "ValueError: no such shelf" in out
    assert f'File "{page}", line 2' in out


@pytest.mark.skipif(not CURL, reason="curl is not installed")
@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("curl $MISTRAL_BASE_URL/v1/libraries", "HTTP status 401"),
        ("curl https://api.mistral.ai/v1/nothing -H 'Authorization: Bearer x'", "HTTP status 40"),
        ("curl --no-such-option", "ended early with exit code 2"),
        ("false; echo after", "ended early with exit code 1"),
    ],
)
def test_a_refused_or_broken_command_fails(
    base_url: str, page: Path, command: str, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    page.write_text(f"```sh\n{command}\n```\n")
    assert run_examples.main([str(page), "--base-url", base_url]) == 1
    assert reason in capsys.readouterr().out


@pytest.mark.skipif(not CURL, reason="curl is not installed")
def test_an_answer_without_a_key_that_the_page_shows_fails(
    base_url: str, page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page.write_text(
        "```sh\ncurl https://api.mistral.ai/v1/models -H 'Authorization: Bearer mock-key'\n```\n"
        '```json\n{"object": "list", "colour": "red"}\n```\n'
    )
    assert run_examples.main([str(page), "--base-url", base_url]) == 1
    assert "the answer lacks what the page shows: colour" in capsys.readouterr().out


@pytest.mark.skipif(not CURL, reason="curl is not installed")
def test_a_key_that_an_absent_row_names_may_be_missing(base_url: str, page: Path) -> None:
    table = page.with_name("table.toml")
    table.write_text("[[absent]]\nkey = 'colour'\nreason = 'servers are black and white'\n")
    page.write_text(
        "```sh\ncurl $MISTRAL_BASE_URL/v1/libraries -H 'Authorization: Bearer mock-key'\n```\n"
        '```json\n{"data": [], "colour": "red"}\n```\n'
    )
    assert run_examples.main([str(page), "--base-url", base_url, "--table", str(table)]) == 0


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("py", "assert count == 2"),
        pytest.param(
            "ts",
            "if (count !== 2) throw new Error('not two')",
            marks=pytest.mark.skipif(not NODE, reason="node or its packages are not installed"),
        ),
    ],
)
def test_a_check_of_the_table_fails_the_example_that_it_covers(
    base_url: str, page: Path, language: str, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    table = page.with_name("table.toml")
    table.write_text(f'[[check]]\nwhere = "^count = 1"\ncode = "{code}"\nreason = "r"\n')
    first = "count = 2" if language == "py" else "let count = 2"
    page.write_text(f"```{language}\n{first}\n```\n```{language}\ncount = 1\n```\n")
    assert run_examples.main([str(page), "--base-url", base_url, "--table", str(table)]) == 1
    assert verdicts(capsys.readouterr().out) == {"page.md:2": "pass", "page.md:5": "FAIL"}


@pytest.mark.skipif(not CURL, reason="curl is not installed")
def test_another_status_than_the_page_shows_fails(
    base_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.txt"
    page.write_text(
        "curl https://api.mistral.ai/v1/models -H 'Authorization: Bearer mock-key'201\n"
    )
    assert run_examples.main([str(page), "--base-url", base_url]) == 1
    assert "HTTP status 200, the page shows 201" in capsys.readouterr().out


@pytest.mark.skipif(not NODE, reason="node or its packages are not installed")
def test_the_typescript_example_that_fails_is_named_and_those_after_it(
    base_url: str, page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page.write_text(
        "```ts\nconst a: number = 1;\n```\n```ts\nthrow new Error('torn');\n```\n"
        "```ts\nconsole.log(a);\n```\n"
    )
    assert run_examples.main([str(page), "--base-url", base_url]) == 1
    out = capsys.readouterr().out
    assert verdicts(out) == {"page.md:2": "pass", "page.md:5": "FAIL", "page.md:8": "FAIL"}
    assert "Error: torn" in out
    assert "not reached" in out


def test_an_example_that_never_ends_fails_at_its_limit(
    base_url: str, page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page.write_text("```py\nprint(1)\n```\n```py\nwhile True: pass\n```\n")
    assert run_examples.main([str(page), "--base-url", base_url, "--timeout", "1"]) == 1
    out = capsys.readouterr().out
    assert verdicts(out) == {"page.md:2": "pass", "page.md:5": "FAIL"}
    assert "time limit reached" in out


def test_lost_indentation_that_cannot_be_restored_fails_alone(
    base_url: str, page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page.write_text("```py\nelse:\nx\n```\n```py\nprint(1)\n```\n")
    assert run_examples.main([str(page), "--base-url", base_url]) == 1
    assert verdicts(capsys.readouterr().out) == {"page.md:2": "FAIL", "page.md:6": "pass"}


def test_a_language_whose_tool_is_absent_is_skipped_with_the_reason(
    base_url: str, page: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page.write_text("```py\nprint(1)\n```\n```sh\ncurl x\n```\n```ts\nlet a = 1;\n```\n")
    monkeypatch.setenv("PATH", str(page.parent))
    assert run_examples.main([str(page), "--base-url", base_url]) == 0
    out = capsys.readouterr().out
    assert verdicts(out) == {"page.md:2": "pass", "page.md:5": "skip", "page.md:8": "skip"}
    assert "bash is not installed" in out
    assert "node is not installed" in out


def test_the_embedded_mock_needs_no_base_url(
    page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page.write_text("```py\nprint(client.models.list().data[0].id)\n```\n")
    assert run_examples.main([str(page), "--embedded-mock"]) == 0
    assert "1 passed, 0 failed, 0 skipped" in capsys.readouterr().out


@pytest.mark.usefixtures("in_folder_of_page")
@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["absent.md"], 2, "cannot read absent.md"),
        (["page.md", "--only", "nowhere"], 2, "no example has an operation that contains"),
        (["page.md", "--language", "ruby"], 2, "unknown language 'ruby'"),
        (["page.md", "--language", "shell"], 2, "no examples found in page.md"),
        (["page.md", "--table", "page.md"], 2, "page.md: "),
        (["page.md"], 3, "no server answers at http://127.0.0.1:1 "),
    ],
)
def test_bad_input_gives_one_message_and_an_exit_code(
    capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, message: str
) -> None:
    assert run_examples.main([*arguments, "--base-url", "http://127.0.0.1:1"]) == code
    assert capsys.readouterr().err.startswith(f"run_examples: {message}")


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ("", "no 'make' row is named 'shelf'"),
        ("path = '/v1/nothing'", "cannot make shelf: Client error '404"),
        ("path = '/v1/models'\ntake = { id = 'data.name' }", "its answer has no 'data.name'"),
        ("values = { name = 'x' }", "shelf has no value 'id'"),
    ],
)
def test_what_cannot_be_made_for_an_example_is_named(
    base_url: str, page: Path, rows: str, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    made = f"[[make]]\nname = 'shelf'\nreason = 'r'\n{rows}\n" if rows else ""
    replaced = "[[replace]]\nfind = 'SHELF'\nbecomes = '{shelf.id}'\nreason = 'r'\n"
    table = page.with_name("table.toml")
    table.write_text(made + replaced)
    page.write_text("```py\nprint('SHELF')\n```\n")
    assert run_examples.main([str(page), "--base-url", base_url, "--table", str(table)]) == 1
    assert reason in capsys.readouterr().out


def test_things_are_made_of_files_fields_and_other_things(base_url: str, page: Path) -> None:
    page.with_name("table.toml").write_text("""
[[make]]
name = "training"
method = "POST"
path = "/v1/files"
upload = "training.jsonl"
json = { purpose = "fine-tune" }
take = { id = "id" }
reason = "r"

[[file]]
name = "training.jsonl"
text = '{"messages": [{"role": "user", "content": "2?"}, {"role": "assistant", "content": "2"}]}'
reason = "r"

[[make]]
name = "job"
method = "POST"
path = "/v1/fine_tuning/jobs"
take = { file = "training_files.0" }
reason = "r"
[make.json]
model = "ministral-3b-latest"
training_files = [{ file_id = "{training.id}" }]
hyperparameters = {}

[[replace]]
find = "FILES"
becomes = "'{training.id}' == '{job.file}'"
reason = "r"
""")
    page.write_text("```py\nassert FILES\n```\n")
    arguments = [str(page), "--base-url", base_url, "--table", str(page.with_name("table.toml"))]
    assert run_examples.main(arguments) == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "one of the arguments --base-url --embedded-mock is required"),
        (["--embedded-mock", "--timeout", "0"], "0 is no time above 0 seconds"),
        (["--embedded-mock", "--timeout", "soon"], "invalid seconds value: 'soon'"),
        (["--embedded-mock", "--fast"], "unrecognized arguments: --fast"),
    ],
)
def test_wrong_options_are_named(
    capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    with pytest.raises(SystemExit, match="2"):
        run_examples.main(["page.md", *arguments])
    assert message in capsys.readouterr().err


def test_a_refused_key_is_said_before_anything_runs(
    base_url: str, page: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MISTRAL_API_KEY", "wrong")
    page.write_text("```py\nprint(1)\n```\n")
    assert run_examples.main([str(page), "--base-url", base_url]) == 3
    assert "refuses the key" in capsys.readouterr().err


def test_vendor_s_own_server_needs_consent(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page.write_text("```py\nprint(1)\n```\n")
    assert run_examples.main([str(page), "--base-url", "https://api.mistral.ai"]) == 2
    assert "--yes-live" in capsys.readouterr().err


def test_empty_address_is_wrong_use(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run_examples.main([str(page), "--base-url", ""])
    assert "is no URL" in capsys.readouterr().err
