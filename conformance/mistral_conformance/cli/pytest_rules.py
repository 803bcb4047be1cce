"""The rules as pytest items: one per case, on one session for the whole pytest run.

A broken MUST and a rule that could not be judged fail their test; a broken SHOULD or MAY is an
expected failure; a skip is a skip.
"""

from __future__ import annotations

import argparse
import os
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mistral_conformance.cli.values import base_url as check_url
from mistral_conformance.laws import load_laws
from mistral_conformance.model.document import load_document
from mistral_conformance.record.curl import curl_line
from mistral_conformance.report.content import build_report
from mistral_conformance.report.files import prepare_folder, write_reports
from mistral_conformance.report.reproducing import make_scripts
from mistral_conformance.rules import load_rules
from mistral_conformance.running.interruption import watch_signals
from mistral_conformance.running.plan import (
    Case,
    WrongSelection,
    default_profile,
    make_plan,
    select_operations,
    select_rules,
)
from mistral_conformance.running.run import Run, RunOptions, open_session
from mistral_conformance.running.runner import judge_all
from mistral_conformance.running.target import KeyRefused, LiveRefused, Unreachable, require_consent
from mistral_conformance.session.clock import TOKEN_VARIABLE
from mistral_conformance.session.identities import WrongIdentity, parse_identities
from mistral_conformance.verdict.outcome import RED, Result, Status
from mistral_conformance.verdict.requirement import Level
from mistral_conformance.verdict.settling import settle_blocked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.session.session import Session

NO_TARGET = 3


class RuleBroken(Exception):  # noqa: N818 - reads as what happened
    """A rule that failed or could not be judged, with its result."""

    def __init__(self, result: Result) -> None:
        super().__init__(result.reason)
        self.result = result


class RulesPlugin:
    """Collects the cases, holds the session, cleans up at the end."""

    def __init__(self, config: pytest.Config) -> None:
        self._options = _options(config)
        self._config = config
        self._folder: Path | None = config.getoption("--mistral-report-dir")
        self._stack = ExitStack()
        self._session: Session | None = None
        document = load_document(self._options.era)
        try:
            operations = select_operations(
                document, self._options.profile, self._options.operations
            )
            rules = select_rules([*load_rules(), *load_laws()], self._options.rules)
        except WrongSelection as error:
            raise pytest.UsageError(str(error)) from error
        if self._folder:
            prepare_folder(self._folder)
        self.plan = make_plan(document, rules, operations, self._options.profile)
        self.run = Run(self._options, operations)

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> RuleFile | None:
        """The rules stand for this very module: `--pyargs mistral_conformance` meets it once."""
        if file_path != Path(__file__):
            return None
        found: RuleFile = RuleFile.from_parent(parent, path=file_path)
        found.plugin = self
        return found

    def judge(self, case: Case) -> Result:
        """The result of one case; the first one opens the session."""
        session = self._open()
        (result,) = judge_all(session, [case])
        self.run.results.append(result)
        return result

    def curl(self, result: Result) -> str:
        """The curl lines of a result's evidence."""
        redactor = self._open().redactor
        return "\n".join(curl_line(each, redactor) for each in result.evidence)

    def pytest_sessionfinish(self) -> None:
        """Delete what was created and write the reports."""
        if self._session is None:
            return
        self.run.leftovers = self._session.finish()
        self.run.created = self._session.creations.noted
        self.run.coverage = self._session.coverage.table(self.run.operations)
        self.run.results = settle_blocked(self.run.results)
        if self._folder:
            redactor = self._session.redactor
            report = build_report(self.run, redactor)
            write_reports(report, make_scripts(self.run, redactor), self._folder)
        self._stack.close()

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what could not be deleted."""
        for each in self.run.leftovers:
            terminalreporter.write_line(f"left over: {each.made.path} ({each.reason})")

    def _tell(self, text: str) -> None:
        reporter = self._config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None:
            reporter.write_line(text)

    def _open(self) -> Session:
        if self._session is None:
            self._stack.enter_context(watch_signals())
            try:
                self._session = self._stack.enter_context(open_session(self._options, self._tell))
            except (Unreachable, KeyRefused) as error:
                pytest.exit(str(error), NO_TARGET)
        return self._session


class RuleFile(pytest.File):
    """The collector of the cases."""

    plugin: RulesPlugin

    def collect(self) -> Iterator[RuleItem]:
        """One item per case."""
        for case in self.plugin.plan:
            yield RuleItem.from_parent(self, name=case.name, case=case, plugin=self.plugin)


class RuleItem(pytest.Item):
    """One case as a test."""

    def __init__(self, *, case: Case, plugin: RulesPlugin, **rest: Any) -> None:  # noqa: ANN401 - pytest's own
        super().__init__(**rest)
        self._case = case
        self._plugin = plugin

    def runtest(self) -> None:
        """Judge the case."""
        result = self._plugin.judge(self._case)
        if result.status in (Status.SKIP, Status.NOT_OFFERED):
            pytest.skip(result.reason)
        if result.status in RED and result.rule.level is not Level.MUST:
            pytest.xfail(f"{result.rule.level}: {result.reason}")
        if result.status is not Status.PASS:
            raise RuleBroken(result)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:  # noqa: ANN401 - pytest's own
        """What is wrong and how to see it again, without a traceback through the suite."""
        if not isinstance(excinfo.value, RuleBroken):
            return super().repr_failure(excinfo, style)
        result = excinfo.value.result
        return "\n".join(
            [
                f"{result.rule.level} {result.status}: {result.rule.sentence}",
                result.reason,
                f"source: {result.rule.source}",
                self._plugin.curl(result),
            ]
        )

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where the test is said to be."""
        return self.path, None, self.name


def _options(config: pytest.Config) -> RunOptions:
    def option(name: str) -> Any:  # noqa: ANN401 - whatever the option holds
        return config.getoption(name)

    try:
        identities = parse_identities(option("--mistral-as"), os.environ)
        base_url = check_url(option("--mistral-base-url"))
        clock_url = option("--mistral-clock-url") and check_url(option("--mistral-clock-url"))
        require_consent(base_url, yes_live=option("--mistral-yes-live"))
    except LiveRefused as error:
        raise pytest.UsageError(str(error).replace("--yes", "--mistral-yes")) from error
    except (WrongIdentity, argparse.ArgumentTypeError) as error:
        raise pytest.UsageError(str(error)) from error
    return RunOptions(
        base_url=base_url,
        identities=identities,
        profile=option("--mistral-profile") or default_profile(option("--mistral-operations")),
        operations=tuple(option("--mistral-operations")),
        rules=tuple(option("--mistral-rules")),
        seed=option("--mistral-seed"),
        max_examples=option("--mistral-max-examples"),
        clock_url=clock_url,
        clock_token=os.environ.get(TOKEN_VARIABLE, ""),
        timeout_s=option("--mistral-timeout"),
        yes_live=option("--mistral-yes-live"),
    )
