"""Models by what the server's list says that they can do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.rules.common.names import LIST_MODELS

if TYPE_CHECKING:
    from mistral_conformance.session.context import Context


def able_model(ctx: Context, capability: str) -> str:
    """The first model that can do something; asked once a run, skips where there is none."""
    held = ctx.session.memory.get((able_model, capability))
    if held is None:
        cards = ctx.need(ctx.api.call(LIST_MODELS), 200)["data"]
        able = [each["id"] for each in cards if (each.get("capabilities") or {}).get(capability)]
        if not able:
            ctx.skip(f"no model of the list has the capability {capability}")
        held = ctx.session.memory[able_model, capability] = able[0]
    return str(held)
