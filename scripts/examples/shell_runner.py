"""Runs shell examples: each alone in bash, with real curl, its HTTP status looked at."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from examples.answers import missing_keys
from examples.example import Example, Language, Result, Verdict
from examples.process import run, run_until
from examples.table import first
from examples.workplace import ended_early, environment

if TYPE_CHECKING:
    from pathlib import Path

    from examples.process import Finished
    from examples.workplace import Prepared, Settings

STATUS_MARK = "EXAMPLE-HTTP-STATUS"
# Read by curl from its home folder: the example's own command line stays as the page has it.
CURL_SETTINGS = f"""silent
show-error
write-out = "%{{stderr}}\\n{STATUS_MARK} %{{http_code}}\\n"
"""


def run_shell(folder: Path, before: str, ready: list[Prepared], settings: Settings) -> list[Result]:
    """Return the one shell example of its session, run by bash with real curl."""
    (one,) = ready
    (folder / ".curlrc").write_text(CURL_SETTINGS, encoding="utf-8")
    command = ["bash", "-e", "-u", "-o", "pipefail", "-c", f"{before}\n{one.code}"]
    seen = environment(folder, settings)
    serve = first(settings.table.serve, Language.SHELL, one.code)
    if serve is not None:
        done = run_until(command, folder, seen, settings.timeout_s, serve.until)
    else:
        inside = first(settings.table.folder, Language.SHELL, one.code) is not None
        done = run(command, settings.project if inside else folder, seen, settings.timeout_s)
    allowed = {
        row.key for row in settings.table.absent if row.covers(Language.SHELL, one.example.code)
    }
    reason = shell_failure(one.example, done, allowed)
    verdict = Verdict.FAIL if reason else Verdict.PASS
    return [Result(one.example, verdict, reason, done.stdout + done.stderr)]


def shell_failure(example: Example, done: Finished, allowed: set[str]) -> str:
    """Return why a shell example failed; empty when it did not. `allowed` keys may be missing."""
    statuses = [int(status) for status in re.findall(rf"{STATUS_MARK} (\d+)", done.stderr)]
    refused = next((status for status in statuses if status >= 400), None)
    if refused is not None:
        return f"HTTP status {refused}"
    if done.code != 0:
        return ended_early(done)
    if example.status is not None and statuses and statuses[-1] != example.status:
        return f"HTTP status {statuses[-1]}, the page shows {example.status}"
    came = parsed(done.stdout)
    missing = [key for shown in example.answers for key in missing_keys(shown, came)]
    missing = [key for key in missing if key not in allowed]
    return f"the answer lacks what the page shows: {', '.join(missing)}" if missing else ""


def parsed(text: str) -> Any:  # noqa: ANN401 - any JSON
    """Return the text as JSON, or None when it is none (an empty answer shows nothing)."""
    try:
        return json.loads(text)
    except ValueError:
        return None
