"""Deployments of workflows, and whether live workers serve them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mistral_mock.world import World


def is_served(_world: World, _workspace_id: str, _name: str) -> bool:
    """Whether a live worker serves the deployment with this name."""
    return True
