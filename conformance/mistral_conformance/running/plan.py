"""Which rules a run judges, in which order: rules and selected operations."""

from __future__ import annotations

import tomllib
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from attrs import field, frozen

from mistral_conformance.laws.law import QUICK, Law
from mistral_conformance.model import model_of
from mistral_conformance.session.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mistral_conformance.laws.law import Depth
    from mistral_conformance.model.document import Document, Operation

WHOLE = "whole"
OFFERED = "offered"
"""The family of laws that are judged before the others: what does not exist is not judged."""
SEEN = "seen"
"""The family of laws that are judged after all others: by what these were answered."""


class WrongSelection(ValueError):  # noqa: N818 - read as a sentence by the command line
    """A selection that selects nothing; the message says what to choose from."""


@frozen
class Case:
    """One rule to judge, together with the operation or the subject that it is applied to."""

    rule: Rule
    operation: Operation | None = None
    subject: str = ""

    @property
    def name(self) -> str:
        """The case in one line, such as `schema.status[models.list]`."""
        subject = self.operation.id if self.operation else self.subject
        return f"{self.rule.id}[{subject}]" if subject else self.rule.id


@frozen
class Profile:
    """A named choice of operations: what it is for, ids or patterns, and what these leave out.

    Rules about the operations may also touch those `around` them, which are not judged alone. One
    profile is the `default`.
    """

    about: str
    operations: tuple[str, ...] = field(converter=tuple)
    without: tuple[str, ...] = field(default=(), converter=tuple)
    around: tuple[str, ...] = field(default=(), converter=tuple)
    default: bool = False


@cache
def load_profiles() -> dict[str, Profile]:
    """Return the profiles by name, see `profiles.toml`."""
    text = files("mistral_conformance").joinpath("profiles.toml").read_text("utf-8")
    return {name: Profile(**each) for name, each in tomllib.loads(text).items()}


def default_profile(patterns: Sequence[str] = ()) -> str:
    """Return the profile that is meant if none is named: operations are looked for everywhere."""
    return WHOLE if patterns else next(n for n, each in load_profiles().items() if each.default)


def select_operations(document: Document, profile: str, patterns: Sequence[str] = ()) -> list[str]:
    """Return the ids of the profile's operations that match a pattern, or all without patterns.

    Raises:
        WrongSelection: there is no such profile, or a pattern matches nothing in it.

    """
    operations = [document.operations[each] for each in profile_operations(document, profile)]
    for pattern in patterns:
        if not any(each.matches([pattern]) for each in operations):
            raise WrongSelection(
                f"no operation of profile {profile!r} matches {pattern!r}: "
                "see `mistral-conformance rules`"
            )
    return [each.id for each in operations if not patterns or each.matches(patterns)]


def profile_operations(document: Document, name: str) -> list[str]:
    """Return the ids of a profile's operations, in the document's order.

    Raises:
        WrongSelection: there is no such profile; the message names those that are.

    """
    profiles = load_profiles()
    if name not in profiles:
        raise WrongSelection(f"no profile {name!r}: choose from {', '.join(profiles)}")
    profile = profiles[name]
    left_out = set(document.select(profile.without))
    return [each for each in document.select(profile.operations) if each not in left_out]


def profile_reach(document: Document, name: str) -> set[str]:
    """Return the ids of all operations that a server has to have for the profile's rules.

    Raises:
        WrongSelection: as in `profile_operations`.

    """
    operations = profile_operations(document, name)
    return {*operations, *document.select(load_profiles()[name].around)}


def select_rules(rules: Iterable[Rule | Law], patterns: Sequence[str] = ()) -> list[Rule | Law]:
    """Return the rules and laws whose id matches a pattern, or all without patterns.

    Raises:
        WrongSelection: a pattern matches none.

    """
    known = list(rules)
    for pattern in patterns:
        if not any(fnmatchcase(each.id, pattern) for each in known):
            raise WrongSelection(f"no rule matches {pattern!r}: see `mistral-conformance rules`")
    return [
        each for each in known if not patterns or any(fnmatchcase(each.id, one) for one in patterns)
    ]


def leave_out_rules(rules: Iterable[Rule | Law], patterns: Sequence[str] = ()) -> list[Rule | Law]:
    """Return the rules and laws whose id matches none of the patterns.

    Raises:
        WrongSelection: a pattern matches none.

    """
    known = list(rules)
    left_out = {each.id for each in select_rules(known, patterns)} if patterns else set()
    return [each for each in known if each.id not in left_out]


def make_plan(
    document: Document,
    rules: Iterable[Rule | Law],
    operations: Sequence[str],
    profile: str = WHOLE,
    depth: Depth = QUICK,
) -> list[Case]:
    """Return the cases: per operation what holds everywhere, then the rules that name theirs, laws.

    A rule that names operations runs when one of them is selected and all are within the profile:
    a server that offers the profile alone is not judged by what it does not have.

    Raises:
        WrongSelection: there is no such profile.

    """
    reach = profile_reach(document, profile)
    chosen = list(rules)
    known = [each for each in chosen if isinstance(each, Rule) and each.fits(document.era)]
    everywhere = [each for each in known if each.over_each_operation]
    per_operation = [
        Case(rule, document.operations[each])
        for each in operations
        for rule in everywhere
        if rule.applies(document.operations[each])
    ]
    named = [
        each
        for each in known
        if set(each.operations) & set(operations) and set(each.operations) <= reach
    ]
    laws = sorted((e for e in chosen if isinstance(e, Law)), key=_turn)
    subjects = [
        Case(rule, subject=subject)
        for law in laws
        for rule, subject in law.cases(model_of(document), depth)
        if set(rule.operations) & set(operations) and set(rule.operations) <= reach
    ]
    return [*per_operation, *(Case(each) for each in named), *subjects]


def _turn(law: Law) -> int:
    """Return when a law's turn is, to be compared."""
    return {OFFERED: 0, SEEN: 2}.get(law.family, 1)


def leave_out(plan: Sequence[Case], patterns: Sequence[str]) -> list[Case]:
    """Return the cases without those whose rule, or one of whose operations, matches a pattern.

    Raises:
        WrongSelection: a pattern matches none.

    """
    for pattern in patterns:
        if not any(_matches(each, pattern) for each in plan):
            raise WrongSelection(
                f"--exclude {pattern!r} matches no selected rule or operation: "
                "see `mistral-conformance rules`"
            )
    return [each for each in plan if not any(_matches(each, one) for one in patterns)]


def _matches(case: Case, pattern: str) -> bool:
    operations = (case.operation.id,) if case.operation else case.rule.operations
    return any(fnmatchcase(each, pattern) for each in (case.rule.id, case.name, *operations))
