"""The models, under the name that the official documentation imports them from.

`from mistral_client.models import File, Library` works; each model is loaded when it is asked for.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from mistral_generated import models as _models
from mistral_generated.files import File
from mistral_generated.types import UNSET, Event, Unset

if TYPE_CHECKING:
    from mistral_generated.models import *  # noqa: F403 - every model, for type checkers

__all__ = ["UNSET", "Event", "File", "Unset"]
__all__ += _models.__all__


if not TYPE_CHECKING:  # type checkers know every name

    def __getattr__(name: str) -> object:
        """Load a model; for a class that another client has, the error names ours."""
        found = None if name.startswith("__") else getattr(_models, name, None)
        if found is not None:
            return found
        from mistral_client.other_names import no_name  # noqa: PLC0415 - for errors only

        raise no_name(__name__, name, sys.modules[__name__])


def __dir__() -> list[str]:
    return sorted({*__all__, *dir(_models)})
