"""The rules as pytest items: one per case, on one session for the whole pytest run.

A broken MUST and a rule that could not be judged fail their test; a broken SHOULD or MAY is an
expected failure; a skip is a skip.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from mistral_conformance.cli.arguments import Parser, make_run_parser
from mistral_conformance.cli.baselines import require_cases
from mistral_conformance.cli.endings import ABSENT, WRONG
from mistral_conformance.cli.reporting import reporting_to
from mistral_conformance.cli.selection import plan_run
from mistral_conformance.cli.settings import complete
from mistral_conformance.cli.targets import make_run_options
from mistral_conformance.model.document import load_document
from mistral_conformance.own import load_own
from mistral_conformance.record.curl import curl_line
from mistral_conformance.report.content import build_report
from mistral_conformance.report.files import write_reports
from mistral_conformance.report.reproducing import make_scripts
from mistral_conformance.running.interruption import watch_signals
from mistral_conformance.running.plan import select_operations
from mistral_conformance.running.run import Run, open_session
from mistral_conformance.running.runner import judge_all, leave_out
from mistral_conformance.running.shards import take
from mistral_conformance.running.target import require_consent
from mistral_conformance.session.budget import Spent
from mistral_conformance.verdict.exit_codes import ExitCode
from mistral_conformance.verdict.outcome import RED, Result, Status
from mistral_conformance.verdict.requirement import Level
from mistral_conformance.verdict.settling import settle_blocked

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from mistral_conformance.cli.reporting import Reporting
    from mistral_conformance.running.plan import Case
    from mistral_conformance.session.session import Session


class RuleBroken(Exception):  # noqa: N818 - reads as what happened
    """A rule that failed or could not be judged, with its result."""

    def __init__(self, result: Result) -> None:
        super().__init__(result.reason)
        self.result = result


class RulesPlugin:
    """Collects the cases, holds the session, cleans up at the end."""

    def __init__(self, given: Sequence[str], config: pytest.Config) -> None:
        self._config = config
        self._stack = ExitStack()
        self._session: Session | None = None
        self._reporting: Reporting | None = None
        try:
            given_options = _parse(given)
            if given_options.base_url:
                require_consent(given_options.base_url, yes_live=given_options.yes_live)
            load_own(given_options.rules_from)
            plan = plan_run(given_options)
            require_cases(given_options, plan)
            self._options = make_run_options(given_options)
            document = load_document(given_options.era)
            operations = select_operations(
                document, self._options.profile, self._options.operations
            )
            if any(each.startswith("--report-dir") for each in given):
                where = reporting_to(given_options.report_dir, self._options.run_id)
                self._reporting = self._stack.enter_context(where)
        except WRONG as error:
            raise pytest.UsageError(str(error).replace("--", "--mistral-")) from error
        self.plan = take(plan, given_options.shard) if given_options.shard else plan
        self.run = Run(self._options, operations, [each.name for each in plan], len(self.plan))

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> RuleFile | None:
        """Return the rules for this very module: `--pyargs mistral_conformance` meets it once."""
        if file_path != Path(__file__):
            return None
        found: RuleFile = RuleFile.from_parent(parent, path=file_path)
        found.plugin = self
        return found

    def judge(self, case: Case) -> Result:
        """Return the result of one case; the first one opens the session."""
        try:
            (result,) = judge_all(self._open(), [case])
        except Spent as spent:
            self.run.stopped = spent.reason
            result = leave_out(case, f"not judged: stopped {spent.reason}")
        self.run.results.append(result)
        return result

    def excuse(self, result: Result) -> str:
        """Return why a broken case is known, by the baseline; empty when it is not."""
        return self._options.baseline.excuses(result)

    def curl(self, result: Result) -> str:
        """Return the curl lines of a result's evidence."""
        redactor = self._open().redactor
        return "\n".join(curl_line(each, redactor) for each in result.evidence)

    def pytest_sessionfinish(self) -> None:
        """Delete what was created and write the reports."""
        if self._session is None:
            return
        self.run.leftovers = self._session.finish()
        self.run.created = self._session.creations.noted
        self.run.undeletable = self._session.creations.undeletable
        self.run.coverage = self._session.coverage.table(self.run.operations)
        self.run.results = settle_blocked(self.run.results)
        if self._reporting:
            redactor = self._session.redactor
            report = build_report(self.run, redactor)
            write_reports(report, make_scripts(self.run, redactor), self._reporting.folder)
            self._reporting.close()
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
            except ABSENT as error:
                if self._reporting:
                    self._reporting.discard()
                pytest.exit(str(error), ExitCode.NO_TARGET)
            if self._reporting:
                self._reporting.begin()
        return self._session


class RuleFile(pytest.File):
    """The collector of the cases."""

    plugin: RulesPlugin

    def collect(self) -> Iterator[RuleItem]:
        """Yield one item per case."""
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
        known = self._plugin.excuse(result)
        if known:
            pytest.xfail(f"known: {known}")
        if result.status in RED and result.rule.level is not Level.MUST:
            pytest.xfail(f"{result.rule.level}: {result.reason}")
        if result.status is not Status.PASS:
            raise RuleBroken(result)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:  # noqa: ANN401 - pytest's own
        """Return what is wrong and how to see it again, without a traceback through the suite."""
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
        """Return where the test is said to be."""
        return self.path, None, self.name


class _Parser(Parser):
    """Ends pytest as its own wrong options do."""

    def error(self, message: str) -> NoReturn:
        raise pytest.UsageError(message.replace("--", "--mistral-"))


def _parse(given: Sequence[str]) -> argparse.Namespace:
    """Return the options, completed from the file of options as on the command line."""
    parser = make_run_parser(_Parser)
    return parser.parse_args(complete(given, parser))
