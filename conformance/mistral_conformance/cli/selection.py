"""The cases that the command line selects, and about what they cost."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from mistral_conformance.laws import load_laws
from mistral_conformance.laws.law import FULL
from mistral_conformance.model.document import load_document
from mistral_conformance.rules import load_rules
from mistral_conformance.running.estimate import Estimate, estimate
from mistral_conformance.running.plan import (
    WHOLE,
    WrongSelection,
    default_profile,
    leave_out,
    make_plan,
    select_operations,
    select_rules,
)
from mistral_openapi.eras import TODAY

if TYPE_CHECKING:
    import argparse

    from mistral_conformance.running.plan import Case


def selected_operations(options: argparse.Namespace) -> list[str]:
    """Return the operations that are judged.

    Raises:
        WrongSelection: a pattern or a profile is none.

    """
    return select_operations(load_document(options.era), profile_of(options), options.operations)


def profile_of(options: argparse.Namespace) -> str:
    """Return the name of the profile that is judged."""
    return options.profile or default_profile(options.operations)


def plan_run(options: argparse.Namespace) -> list[Case]:
    """Return the cases that the options ask for, whatever the shard.

    Raises:
        WrongSelection: they ask for none, or require what is not judged.

    """
    operations = selected_operations(options)
    for pattern in options.require:
        if not any(fnmatchcase(each, pattern) for each in operations):
            raise WrongSelection(f"--require {pattern!r} matches no operation that is judged")
    rules = select_rules([*load_rules(), *load_laws()], options.rules)
    document = load_document(options.era)
    plan = make_plan(document, rules, operations, profile_of(options), options.depth)
    plan = leave_out(plan, options.exclude)
    if not plan:
        raise WrongSelection("no selected rule says anything about a selected operation")
    return plan


def every_case(era: str) -> set[str]:
    """Return the names of all cases that runs can have, today and in an era."""
    rules = [*load_rules(), *load_laws()]
    documents = [load_document(each) for each in dict.fromkeys((era, TODAY))]
    return {
        case.name
        for document in documents
        for case in make_plan(document, rules, select_operations(document, WHOLE), WHOLE, FULL)
    }


def estimate_of(options: argparse.Namespace, plan: list[Case]) -> Estimate:
    """About what a plan would send and cost."""
    models = dict(options.model)
    return estimate(load_document(), plan, models, read_only=options.read_only)
