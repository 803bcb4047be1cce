"""Rules and laws over traffic that somebody recorded: what can be judged without a request.

A module here judges rules and laws of the suite under their own ids, so that a recording gets the
verdicts, levels and sources of a run. `load_checks()` gives them all.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from mistral_conformance.seen.check import CHECKS
from mistral_conformance.verdict.registry import import_modules

if TYPE_CHECKING:
    from mistral_conformance.seen.check import Check


@cache
def load_checks() -> dict[str, Check]:
    """Return the checks by the id of the rule or law that each judges."""
    import_modules(__name__)
    return dict(CHECKS)
