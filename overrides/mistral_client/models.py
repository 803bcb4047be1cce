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
    """Load a model; a class that another client has by this name is an error that names ours."""
    try:
        return getattr(_models, name)
    except AttributeError:
        from mistral_client.other_names import class_for  # noqa: PLC0415 - for errors only

        ours = class_for(name, __dir__())
        if not ours:
            raise
        # `from ... import` hides the text of an AttributeError
        raise ImportError(
            f"cannot import name {name!r} from {__name__!r}; here it is {ours}"
        ) from None


def __dir__() -> list[str]:
    return sorted({*__all__, *dir(_models)})
