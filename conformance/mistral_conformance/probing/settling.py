"""Waits until an object that processes something is at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.verdict.outcome import Unjudged

if TYPE_CHECKING:
    from collections.abc import Callable

    from mistral_conformance.model import States
    from mistral_conformance.session.context import Context

LIMIT_S = 120


def wait_for_end(context: Context, states: States, look: Callable[[], object]) -> None:
    """Wait until the state that `look` tells is an end, on the server's clock where it has one.

    Raises:
        Unjudged: that takes longer than two minutes of the server's time.

    """
    for _ in range(LIMIT_S):
        if look() in states.ends:
            return
        context.pass_time(1)
    raise Unjudged(f"no end state within {LIMIT_S} s", *context.exchanges[-1:])
