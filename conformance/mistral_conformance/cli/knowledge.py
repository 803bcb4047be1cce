"""The commands that tell what the suite knows: rules, resources, and the reasons of a rule."""

from __future__ import annotations

import sys
from difflib import get_close_matches
from typing import TYPE_CHECKING

from mistral_conformance.cli.explaining import explain_law, explain_rule
from mistral_conformance.cli.selection import selected_operations
from mistral_conformance.laws import load_laws
from mistral_conformance.model import load_model
from mistral_conformance.model.document import load_document
from mistral_conformance.own import load_own
from mistral_conformance.report.knowledge import tell_resource, tell_resources
from mistral_conformance.report.listing import print_rules
from mistral_conformance.report.terminal import make_console
from mistral_conformance.rules import load_rules
from mistral_conformance.running.plan import WrongSelection, select_rules
from mistral_conformance.verdict.exit_codes import ExitCode

if TYPE_CHECKING:
    import argparse

CLOSE = 0.75
"""How alike two ids are, from 0 to 1, of which one may be a slip for the other."""


def rules_command(options: argparse.Namespace) -> int:
    """List the rules.

    Raises:
        WrongSelection, WrongModule: wrong use.

    """
    load_own(options.rules_from)
    selected = selected_operations(options)
    rules = select_rules([*load_rules(), *load_laws()], options.rules)
    print_rules(make_console(), rules, load_document(options.era), selected)
    return ExitCode.HOLDS


def model_command(options: argparse.Namespace) -> int:
    """Tell what is known of a resource, or the names of all.

    Raises:
        WrongSelection: there is no such resource.

    """
    model = load_model()
    if options.resource and options.resource not in model.resources:
        raise WrongSelection(f"no resource {options.resource!r}: see `mistral-conformance model`")
    told = tell_resource(model, options.resource) if options.resource else tell_resources(model)
    sys.stdout.write(told)
    return ExitCode.HOLDS


def explain_command(options: argparse.Namespace) -> int:
    """Tell a rule or law; of a case of a report, its rule.

    Raises:
        WrongSelection: there is none of that id.
        WrongModule: see `load_own`.

    """
    from mistral_conformance.campaign.sequences import sequence_law  # noqa: PLC0415 - seldom needed

    load_own(options.rules_from)
    wanted = options.id.partition("[")[0]
    laws = {each.id: each for each in (*load_laws(), sequence_law())}
    rules = {each.id: each for each in load_rules()}
    if wanted in laws:
        told = explain_law(laws[wanted], load_document())
    elif wanted in rules:
        told = explain_rule(rules[wanted], load_document())
    else:
        raise WrongSelection(f"no rule or law {wanted!r}: {_hint(wanted, [*laws, *rules])}")
    sys.stdout.write(told)
    return ExitCode.HOLDS


def _hint(wanted: str, ids: list[str]) -> str:
    """Return what may have been meant by an id that nothing has, or where to look."""
    near = get_close_matches(wanted, ids, n=3, cutoff=CLOSE)
    if near:
        return f"is it {' or '.join(near)}?"
    family = wanted.partition(".")[0]
    if any(each.startswith(f"{family}.") for each in ids):
        return f"see `mistral-conformance rules --rules '{family}.*'`"
    return "see `mistral-conformance rules`; rules of your own need --rules-from"
