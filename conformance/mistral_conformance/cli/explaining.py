"""What `mistral-conformance explain` tells of a rule or law: demand, level, sources, a breach."""

from __future__ import annotations

import textwrap
from functools import partial
from typing import TYPE_CHECKING

from mistral_conformance.laws.annotations import load_breaches
from mistral_conformance.model.places import find_place
from mistral_conformance.rules.common.breaches import load_breaches as load_breaches_of_rules
from mistral_conformance.verdict.citations import Weight, read_citations
from mistral_conformance.verdict.requirement import Level

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.laws.law import Law
    from mistral_conformance.model.document import Document
    from mistral_conformance.session.rule import Rule
    from mistral_conformance.verdict.citations import Citation

WIDTH = 80
REASONS = {
    Level.MUST: "A server that breaks it makes the run fail.",
    Level.SHOULD: "A server that breaks it is told, and the run does not fail.",
    Level.MAY: "It is worth knowing and nobody's fault.",
}
STANDS_ON = {
    Weight.HARM: "breaking it does harm, whoever says so",
    Weight.PUBLISHED: "what is published says so",
    Weight.CHOICE: "nothing published decides it",
    Weight.OWN: "whoever wrote it says so",
}


def explain_rule(rule: Rule, document: Document) -> str:
    """Return a rule, as text of 80 columns."""
    citations = read_citations(rule.source, partial(find_place, document))
    where = ", ".join(rule.operations) or "each operation that it applies to"
    needs = [f"Needs: {', '.join(rule.needs)}"] if rule.needs else []
    lines = [
        f"{rule.id}  {rule.level}",
        *_wrapped(rule.sentence),
        *_wrapped(f"About: {where}"),
        *needs,
        "",
        *_level(rule.level, citations),
        *_sources(citations),
        *_breach(load_breaches_of_rules().get(rule.id, "")),
    ]
    return "\n".join(lines) + "\n"


def explain_law(law: Law, document: Document) -> str:
    """Return a law, as text of 80 columns."""
    citations = read_citations(law.source, partial(find_place, document))
    lowered = (
        []
        if law.harm or law.level is not Level.MUST
        else _wrapped("Where the declaration that it stands on is our choice, it is a SHOULD.")
    )
    lines = [
        *_wrapped(f"{law.id} {law.level}, a law over all that the document declares"),
        *_wrapped(law.sentence),
        "",
        *_level(law.level, citations),
        *lowered,
        *_sources(citations),
        *_breach(_breach_of_law(law)),
    ]
    return "\n".join(lines) + "\n"


def _breach_of_law(law: Law) -> str:
    """Return a server that breaks a law, told of laws of this suite."""
    from mistral_conformance.campaign import sequences  # noqa: PLC0415 - it would load some laws first

    return sequences.BREACH if law.id == sequences.ID else load_breaches().get(law.id, "")


def _breach(told: str) -> Iterator[str]:
    if told:
        yield "A server that breaks it:"
        yield from _wrapped(told, "  ")


def _level(level: Level, citations: tuple[Citation, ...]) -> Iterator[str]:
    weights = {each.weight for each in citations}
    heaviest = next(each for each in STANDS_ON if each in weights)
    yield from _wrapped(f"Why {level}: {STANDS_ON[heaviest]}. {REASONS[level]}")


def _sources(citations: tuple[Citation, ...]) -> Iterator[str]:
    yield "Sources:"
    for each in citations:
        yield from _wrapped(each.text, "  ")
        for line in each.found:
            if line != each.text:
                yield from _wrapped(line, "    ")


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=indent, subsequent_indent=indent, break_long_words=False
    )
