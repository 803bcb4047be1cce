"""The rule families: one module each; importing a module registers its rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.session.rule import RULES
from mistral_conformance.verdict.registry import import_modules

if TYPE_CHECKING:
    from mistral_conformance.session.rule import Rules


def load_rules() -> Rules:
    """Return all rules of all families, in the order of the families' names."""
    import_modules(__name__)
    return RULES
