"""What a run would send, make and cost, as a person reads it in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.record.counting import counted
from mistral_conformance.report.wrapping import print_wrapped
from mistral_conformance.running.measures import measurements
from mistral_conformance.session.prices import load_prices

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rich.console import Console

    from mistral_conformance.running.estimate import Asked, Estimate

UNITS = {
    "in": "tokens read",
    "out": "tokens written",
    "second": "seconds of sound",
    "page": "pages",
    "annotated_page": "annotated pages",
    "char_out": "letters spoken",
}


def print_estimate(console: Console, found: Estimate) -> None:
    """Print an estimate."""
    for each in _lines(found):
        words = each.lstrip()
        start = " " * (len(each) - len(words))
        print_wrapped(console, words, start, f"{start}  ")


def _lines(found: Estimate) -> Iterator[str]:
    yield f"{counted(found.cases, 'case')}, about {counted(found.total, 'request')}"
    yield from _counts({kind: found.requests[kind] for kind in sorted(found.requests)})
    if found.creations:
        yield "creates, and deletes again as far as the API can, about"
        yield from _counts(found.creations)
    yield from _spending(found)
    yield from _sources()


def _counts(counts: Mapping[str, int]) -> Iterator[str]:
    for name, count in counts.items():
        yield f"  {count:>7} {name}"


def _spending(found: Estimate) -> Iterator[str]:
    if not found.asked and not found.untold:
        yield "asks no model for anything, as far as is known"
        return
    low, high = found.cost
    yield f"costs about {_dollars(low, high)}, as far as prices are known:"
    yield from (f"  {_spend(each)}" for each in found.asked)
    if found.unknown:
        yield "not in this sum, as no price is known: " + ", ".join(
            f"{each.operation} ({each.model or each.ability})" for each in found.unknown
        )
    if found.untold:
        yield "not in this sum, as models work later and no answer tells what that costs:"
        yield from _counts(found.untold)
    missing = sorted({each.ability for each in found.asked if not each.model})
    if missing:
        named = " ".join(f"--model {each}=NAME" for each in missing)
        yield f"the server's list decides which models are asked; {named} settles it"


def _spend(each: Asked) -> str:
    used = ", ".join(
        f"{amount:,.0f} {UNITS.get(unit, unit)}" for unit, amount in each.used.items() if amount
    )
    cost = _dollars(*each.cost) if each.cost else "at an unknown price"
    return f"{each.operation}: {used or 'nothing'}, {each.model or 'a model'}, {cost}"


def _dollars(low: float, high: float) -> str:
    one, other = f"${low:.4f}", f"${high:.4f}"
    return one if one == other else f"{one} to {other}"


def _sources() -> Iterator[str]:
    yield (
        f"requests as measured on the mock on {measurements()['measured']}, another server may get "
        f"more or fewer; prices as published on {load_prices().day}, without any discount"
    )
