"""What the curated document has to be, rule by rule.

`validity` is what every OpenAPI document must be, the other modules are this project's own rules.
Each rule is a function from the document to its findings; `RULES` is all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from document.lint.behaviour import BEHAVIOUR
from document.lint.examples import EXAMPLES
from document.lint.finding import Finding, Rule
from document.lint.names import NAMES
from document.lint.shapes import SHAPES
from document.lint.validity import VALIDITY, completed
from document.lint.words import WORDS, copied_sentences

if TYPE_CHECKING:
    from document.tree import Tree

__all__ = ["RULES", "Finding", "Rule", "copied_sentences", "invalid", "lint"]

RULES: tuple[Rule, ...] = (
    *VALIDITY,
    *NAMES,
    *SHAPES,
    *WORDS,
    *EXAMPLES,
    *BEHAVIOUR,
)
"""Every rule; those of validity come first."""


def lint(document: Tree) -> list[Finding]:
    """Return what breaks a rule, in the order of the rules.

    A document that is not valid OpenAPI is judged no further: the other rules rely on its shape.
    Descriptions of answers and parameters of paths that are missing are left to the other rules.
    """
    basic = invalid(document)
    rest = [rule for rule in RULES if rule not in VALIDITY]
    return basic or [finding for rule in rest for finding in rule(document)]


def invalid(document: Tree) -> list[Finding]:
    """Return what makes it no valid OpenAPI document."""
    complete = completed(document)
    return [finding for rule in VALIDITY for finding in rule(complete)]
