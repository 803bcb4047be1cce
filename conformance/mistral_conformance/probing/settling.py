"""Waits until an object that processes something is at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from mistral_conformance.probing.samples import Sample, load_samples
from mistral_conformance.verdict.outcome import Skipped, Unjudged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mistral_conformance.model import States
    from mistral_conformance.record.exchange import Signal
    from mistral_conformance.session.context import Context

T = TypeVar("T")

LIMIT_S = 120
SHOWN_S = 10
"""How long to wait until what was done before is seen, such as the record of a chat."""
STUCK_S = 5
"""How long to wait for more of what has not come to its end before."""


def wait_for_end(
    context: Context, states: States, look: Callable[[], object], also: Iterable[str] = ()
) -> None:
    """Wait until the state that `look` tells is an end, on the server's clock where it has one.

    A state that is in `also` will do as well.

    An end that is spelled with other capitals is one: its spelling is for rules over schemas.

    Raises:
        Unjudged: that takes longer than two minutes of the server's time.
        Skipped: the server has no clock that could be moved on, and it takes longer.

    """
    ends = {each.casefold() for each in (*states.ends, *also)}
    key = (wait_for_end, states.resource)
    limit_s = STUCK_S if key in context.session.memory else LIMIT_S
    for _ in range(limit_s):
        if str(look()).casefold() in ends:
            context.session.memory.pop(key, None)
            return
        context.pass_time(1)
    context.session.memory[key] = True
    raise without_end(context, f"within {limit_s} s")


def without_end(context: Context, when: str) -> Signal:
    """Return what ends a rule whose object has not come to its end.

    A server may take hours for it, so without its clock nothing is wrong.
    """
    said, shown = f"no end state {when}", context.exchanges[-1:]
    if context.session.clock is None:
        return Skipped(f"{said}: {context.session.lacks_clock}", *shown)
    return Unjudged(said, *shown)


def ask_built_on(
    context: Context, operation: str, ask: Callable[[], T], shows: Callable[[T], bool]
) -> T:
    """Return what a request gives; where its sample builds on something, once that can be seen."""
    if load_samples().get(operation, Sample()).before:
        return ask_until_shown(context, operation, ask, shows)
    return ask()


def ask_until_shown(
    context: Context, operation: str, ask: Callable[[], T], shows: Callable[[T], bool]
) -> T:
    """Return what a request gives that builds on what was done before, once that can be seen.

    Where a server never shows it the wait is spent once in a run for each operation.
    """
    answer = ask()
    key = (ask_until_shown, operation)
    for _ in range(SHOWN_S):
        if shows(answer) or key in context.session.memory:
            return answer
        context.pass_time(1)
        answer = ask()
    if not shows(answer):
        context.session.memory[key] = True
    return answer
