"""The models, under the name that the official documentation imports them from.

`from mistral_client.models import File, Library` works; each model is loaded when it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_generated import models as _models
from mistral_generated.files import File
from mistral_generated.types import UNSET, Event, Unset

if TYPE_CHECKING:
    from mistral_generated.models import *  # noqa: F403 - every model, for type checkers

__all__ = ["UNSET", "Event", "File", "Unset"]
if TYPE_CHECKING:
    __all__ += _models.__all__  # what type checkers take as public


def __getattr__(name: str) -> object:
    return getattr(_models, name)


def __dir__() -> list[str]:
    return sorted({*__all__, *dir(_models)})
