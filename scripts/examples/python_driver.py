"""Runs the Python examples of one session in one namespace; a program of its own.

Called with two files: the session as JSON (`[{"place", "line", "code"}]`) and the place for the
outcome, rewritten after each example (`["", "Traceback ..."]`: empty text for success), so that
an example that never ends leaves the outcomes before it.
"""

from __future__ import annotations

import json
import linecache
import sys
import traceback
from pathlib import Path


def run(place: str, line: int, code: str, namespace: dict[str, object]) -> str:
    """Run one example; its traceback, with the page's line numbers, or nothing."""
    linecache.cache[place] = (
        len(code),
        None,
        [*["\n"] * (line - 1), *code.splitlines(keepends=True)],
        place,
    )
    try:
        exec(compile("\n" * (line - 1) + code, place, "exec"), namespace)  # noqa: S102 - its task
    except SystemExit as end:
        return "" if end.code in {None, 0} else f"the example exited with {end.code!r}"
    except BaseException as error:  # noqa: BLE001 - whatever an example raises is its outcome
        here = error.__traceback__
        return "".join(traceback.format_exception(error.with_traceback(here and here.tb_next)))
    return ""


def main() -> None:
    """Run all examples in order; a failed one does not stop the rest."""
    session, outcome = Path(sys.argv[1]), Path(sys.argv[2])
    namespace: dict[str, object] = {"__name__": "__main__"}
    outcomes: list[str] = []
    for example in json.loads(session.read_text(encoding="utf-8")):
        outcomes.append(run(example["place"], example["line"], example["code"], namespace))
        outcome.write_text(json.dumps(outcomes), encoding="utf-8")


if __name__ == "__main__":
    main()
