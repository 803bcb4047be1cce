"""The rule families: one module each; importing a module registers its rules."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING

from mistral_conformance.session.rule import RULES

if TYPE_CHECKING:
    from mistral_conformance.session.rule import Rules


def load_rules() -> Rules:
    """All rules of all families, in the order of the families' names."""
    for module in sorted(each.name for each in pkgutil.iter_modules(__path__)):
        importlib.import_module(f"{__name__}.{module}")
    return RULES
