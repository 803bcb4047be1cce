"""Early ends of commands: each kind of error with its exit code and one clear line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.campaign.corpus import WrongCorpus
from mistral_conformance.campaign.pools import NoScheduler, WorkerDied
from mistral_conformance.cli.connecting import WrongConnection
from mistral_conformance.cli.settings import WrongSettings
from mistral_conformance.cli.workers import WrongWorkers
from mistral_conformance.own import WrongModule
from mistral_conformance.record.recorded import RecordingError
from mistral_conformance.report.folders import Unwritable
from mistral_conformance.report.reading import WrongReport
from mistral_conformance.running.plan import WrongSelection
from mistral_conformance.running.target import KeyRefused, LiveRefused, Unreachable
from mistral_conformance.session.budget import Spent
from mistral_conformance.session.identities import WrongIdentity
from mistral_conformance.session.ledger import WrongLedger
from mistral_conformance.verdict.baseline import WrongBaseline
from mistral_conformance.verdict.exit_codes import ExitCode, tell_end

if TYPE_CHECKING:
    from collections.abc import Callable

WRONG = (
    LiveRefused,
    RecordingError,
    WrongBaseline,
    WrongConnection,
    WrongCorpus,
    WrongIdentity,
    WrongLedger,
    WrongModule,
    WrongReport,
    WrongSelection,
    WrongSettings,
    WrongWorkers,
    Unwritable,
)
ABSENT = (Unreachable, KeyRefused, NoScheduler, WorkerDied)


def run_to_end(command: Callable[[], int]) -> int:
    """Return the exit code of a command, also where it ends early, which is told in one line."""
    try:
        return command()
    except WRONG as error:
        return tell_end(error, ExitCode.WRONG_USE)
    except ABSENT as error:
        return tell_end(error, ExitCode.NO_TARGET)
    except Spent as error:
        return tell_end(f"{error}: that is before anything could be judged", ExitCode.STOPPED)
