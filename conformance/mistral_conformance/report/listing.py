"""The list of rules, as `mistral-conformance rules` prints it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from mistral_conformance.laws.law import FULL, Law
from mistral_conformance.model import model_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from mistral_conformance.model.document import Document
    from mistral_conformance.session.rule import Rule


def print_rules(
    console: Console, rules: Sequence[Rule | Law], document: Document, operations: Sequence[str]
) -> None:
    """Print id, level, source, sentence and operations of the rules that meet the operations.

    A table on a terminal; elsewhere one line per rule, its fields separated by tabs.
    """
    rows = [
        (rule.id, str(rule.level), rule.source, rule.sentence, ", ".join(covered))
        for rule in rules
        if (covered := _covered(rule, document, operations))
    ]
    if not console.is_terminal:
        for row in rows:
            console.print("\t".join(row), soft_wrap=True, markup=False)
        return
    table = Table("id", "level", "source", "sentence", "operations", show_lines=True)
    for row in rows:
        table.add_row(*row)
    console.print(table)


def _covered(rule: Rule | Law, document: Document, operations: Sequence[str]) -> list[str]:
    if isinstance(rule, Law):
        cases = [each for each, _ in rule.cases(model_of(document), FULL)]
        return sorted({each for case in cases for each in case.operations} & set(operations))
    if not rule.over_each_operation:
        return list(rule.operations) if set(rule.operations) & set(operations) else []
    covered = [each for each in operations if rule.applies(document.operations[each])]
    return ["each"] if len(covered) == len(operations) else covered
