"""Models by what the run or the server's list says that they can do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve

from mistral_conformance.probing.targets import items_in, load_targets
from mistral_conformance.rules.common.names import LIST_MODELS
from mistral_conformance.session.capabilities import trained_last

if TYPE_CHECKING:
    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context


def able_model(ctx: Context, capability: str) -> str:
    """Return the model that the run names for it, else the first of the list that can do it.

    The list is asked once a run; skips where no model can.
    """
    named = _named_model(ctx, capability)
    if named:
        return named
    held = ctx.session.memory.get((able_model, capability))
    if held is None:
        able = able_cards(ctx.prepare(LIST_MODELS), capability)
        if not able:
            ctx.skip(f"no model of the list has the capability {capability}")
        held = ctx.session.memory[able_model, capability] = able[0]["id"]
    return str(held)


def able_cards(listed: Exchange, capability: str) -> list[dict[str, Any]]:
    """Return the cards of a list of models that say so; the form of the others is judged apart."""
    cards = items_in(evolve(listed, form=None).json(), "data")
    cards = [each for each in cards if isinstance(each.get("id"), str)]
    able = {each["id"]: each.get("capabilities") for each in cards}
    can = {name for name, said in able.items() if isinstance(said, dict) and said.get(capability)}
    return [each for each in trained_last(cards, capability) if each["id"] in can]


def _named_model(ctx: Context, capability: str) -> str:
    told = f"capabilities.{capability}"
    able = (each.ability for each in load_targets().values() if told in each.where)
    return ctx.session.models.get(next(able, ""), "")
