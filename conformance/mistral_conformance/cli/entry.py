"""The entry of the command line: turns every way to end into an exit code and one clear line."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from mistral_conformance.running.interruption import watch_signals
from mistral_conformance.verdict.exit_codes import ExitCode, tell_end

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    try:
        return _run(given)
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("mistral_conformance"):
            raise
        return tell_end(
            f"{error.name} is not installed; in a checkout: "
            "pip install '.[conformance,mock,campaign]'",
            ExitCode.WRONG_USE,
        )
    except BrokenPipeError:
        _silence()
        return ExitCode.CUT_OFF
    except KeyboardInterrupt:
        return tell_end("interrupted before anything was created", ExitCode.INTERRUPTED)


def _run(given: Sequence[str]) -> int:
    # Imported here, so that a missing extra is a message and not a traceback.
    from mistral_conformance.cli import commands, comparing, fuzzing, knowledge  # noqa: PLC0415
    from mistral_conformance.cli.arguments import make_parser, make_run_parser  # noqa: PLC0415
    from mistral_conformance.cli.calibrating import calibrate_command  # noqa: PLC0415
    from mistral_conformance.cli.endings import run_to_end  # noqa: PLC0415
    from mistral_conformance.cli.recordings import judge_command  # noqa: PLC0415
    from mistral_conformance.cli.settings import complete  # noqa: PLC0415

    parser = make_parser(
        run=commands.run_command,
        clean=commands.clean_command,
        rules=knowledge.rules_command,
        model=knowledge.model_command,
        explain=knowledge.explain_command,
        calibrate=calibrate_command,
        fuzz=fuzzing.fuzz_command,
        judge=judge_command,
        plan=commands.plan_command,
        merge=comparing.merge_command,
        compare=comparing.compare_command,
        mutants=commands.mutants_command,
        add_mutants=commands.add_mutants_arguments if given[:1] == ["mutants"] else None,
        add_fuzz=fuzzing.add_fuzz_arguments,
    )

    def command() -> int:
        whole = given
        if given[:1] in (["run"], ["plan"], ["calibrate"], ["fuzz"]):
            whole = [given[0], *complete(given[1:], make_run_parser())]
        options = parser.parse_args(whole)
        with watch_signals():
            code: int = options.command(options)
        return code

    return run_to_end(command)


def _silence() -> None:
    """Nobody reads any more, as after `| head`: what is still buffered goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
