"""How the API's resources behave: one module for one noun, each registers its handlers."""

from __future__ import annotations

import pkgutil
from importlib import import_module


def load() -> None:
    """Import every module of this package, however deep, so that its handlers are registered."""
    for module in pkgutil.walk_packages(__path__, f"{__name__}."):
        import_module(module.name)
