"""Rules and laws of a user's own: found by name or file, judged beside ours, told when wrong."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mistral_conformance import cli
from mistral_conformance.laws import load_laws
from mistral_conformance.laws.law import LAWS
from mistral_conformance.own import WrongModule, load_own
from mistral_conformance.rules import load_rules
from mistral_conformance.session.rule import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(__file__).parents[4] / "docs" / "own-rules.md"
RULE = '''
from mistral_conformance.own import MUST, Context, rule

@rule(id="own.no-models", level=MUST, source="own: ours", operations=("models.list",))
def no_models(ctx: Context) -> None:
    """No model is offered."""
    answer = ctx.expect_status(ctx.api.call("models.list"), 200)
    ctx.expect(not answer["data"], "there are models")
'''

LAW = '''
from mistral_conformance.own import MUST, Resource, World, law, resources

@law(id="own.no-things", over=resources, source="own: ours", level=MUST)
def no_things(world: World, resource: Resource) -> None:
    """Nothing can be made."""
    world.fail("something was made")
'''
WHERE = "own_wrong.py, line 4"
UNKNOWN = "no operation 'models.lst'; is it models.list?"


@pytest.fixture(autouse=True)
def forgetful(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a test registers is forgotten at its end."""
    load_rules()
    load_laws()
    for registry in (RULES, LAWS):
        entries = dict(vars(registry)["_entries"])
        monkeypatch.setattr(registry, "_entries", entries)
    known = set(sys.modules)
    yield
    for name in set(sys.modules) - known:
        if name.startswith("own_"):
            del sys.modules[name]


@pytest.fixture
def module(tmp_path: Path) -> Path:
    path = tmp_path / "own_rules.py"
    path.write_text(RULE)
    return path


def test_an_own_rule_is_judged_and_can_fail_the_run(module: Path, tmp_path: Path) -> None:
    words = ["run", "--embedded-mock", "--rules-from", str(module), "--rules", "own.*"]
    words += ["--profile", "inference", "--report-dir", str(tmp_path / "reports")]
    assert cli.main(words) == 1
    report = json.loads((tmp_path / "reports" / "report.json").read_text())
    assert [each["id"] for each in report["rules"]] == ["own.no-models"]


def test_a_module_is_found_by_its_dotted_name_here(
    module: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(module.parent)
    monkeypatch.setattr(sys, "path", [*sys.path])
    assert cli.main(["explain", "own.no-models", "--rules-from", "own_rules"]) == 0
    assert "whoever wrote it says so" in capsys.readouterr().out


def test_an_own_rule_is_listed(module: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["rules", "--rules-from", str(module), "--rules", "own.*", "--profile", "inference"]
    assert cli.main(words) == 0
    assert "own.no-models" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = 1\n", "no rule and no law is registered there"),
        ("import no_such_module\n", "No module named 'no_such_module'"),
        (RULE.replace("own.no-models", "chat.prefix-starts-the-text"), f"{WHERE}: rule id 'chat."),
        (RULE.replace("own.no-models", "No models"), f"{WHERE}: rule id 'No models' is not of"),
        (RULE.replace("models.list", "models.lst"), f"{WHERE}: rule own.no-models: {UNKNOWN}"),
        (RULE.replace("level=MUST", 'level="MUST"'), f"{WHERE}: rule own.no-models: 'MUST' is no"),
        (RULE.replace('"own: ours"', '"a contract"'), "begin it with `own:` to say it freely"),
        (RULE.replace('"own: ours"', "3"), "the source 3 is no text"),
        (RULE.replace('("models.list",)', '"models.list"'), "a tuple is due: ('models.list',)"),
        (RULE.replace("level=", 'needs="clock", level='), "needs='clock' is one text"),
        (LAW.replace("level=MUST", 'level="must"'), f"{WHERE}: law own.no-things: 'must' is no"),
        (LAW.replace('"own: ours"', '"a contract"'), f"{WHERE}: law own.no-things: the source"),
    ],
    ids=[
        "empty",
        "broken",
        "taken",
        "id",
        "operation",
        "level",
        "source",
        "no text",
        "one operation",
        "one need",
        "level of a law",
        "source of a law",
    ],
)
def test_a_module_that_cannot_be_used_is_wrong_use(
    text: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "own_wrong.py"
    path.write_text(text)
    assert cli.main(["rules", "--rules-from", str(path)]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert "Wrong" not in told
    assert "ValueError" not in told


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ('ctx.api.call("models.lst")', UNKNOWN),
        ('ctx.api.call("models.retrieve")', "models.retrieve needs the path parameter 'model_id'"),
        ("ctx.marker.name(3)", "AttributeError: 'int' object has no attribute 'startswith'"),
    ],
    ids=["operation", "path parameter", "elsewhere"],
)
def test_what_breaks_an_own_rule_is_told_with_its_line(
    call: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "own_broken.py"
    path.write_text(RULE.replace('ctx.expect(not answer["data"], "there are models")', call))
    words = ["run", "--embedded-mock", "--rules-from", str(path), "--rules", "own.*"]
    words += ["--profile", "inference", "--report-dir", str(tmp_path / "reports")]
    assert cli.main(words) == 1
    capsys.readouterr()
    report = json.loads((tmp_path / "reports" / "report.json").read_text())
    (rule,) = report["rules"]
    assert rule["reason"] == f"the rule broke: {said} (own_broken.py, line 8)"


def test_a_module_that_is_not_there_is_told() -> None:
    with pytest.raises(WrongModule, match="own_absent"):
        load_own(["own_absent"])


def test_rules_and_laws_of_the_page_are_judged(tmp_path: Path) -> None:
    found = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    path = tmp_path / "own_page.py"
    path.write_text("\n".join(found))
    before = {each.id for each in (*RULES, *LAWS)}
    words = ["run", "--embedded-mock", "--rules-from", str(path), "--rules", "own.*"]
    assert cli.main([*words, "--report-dir", str(tmp_path / "reports")]) == 0
    assert {each.id for each in (*RULES, *LAWS)} - before
