"""Deletes what a run left behind that could not clean up itself, by its ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from mistral_conformance.running.run import open_session

if TYPE_CHECKING:
    from collections.abc import Callable

    from mistral_conformance.running.run import RunOptions
    from mistral_conformance.session.creations import Leftover
    from mistral_conformance.session.ledger import Account


@frozen
class Cleaning:
    """How many objects were found, and which of them are still there.

    `undeletable` are those that no operation deletes.
    """

    found: int
    leftovers: list[Leftover]
    undeletable: list[Leftover]


def clean_up(account: Account, options: RunOptions, tell: Callable[[str], object]) -> Cleaning:
    """Delete all that a run made and that is still there, as the run's own identities.

    Raises:
        LiveRefused, Unreachable, KeyRefused: see `open_session`.

    """
    own = evolve(options, run_id=account.run_id, ledger=None)
    with open_session(own, tell) as session:
        for made in account.made:
            session.creations.restore(made)
        leftovers = session.finish()
        undeletable = session.creations.undeletable
    return Cleaning(session.creations.noted, leftovers, undeletable)
