"""A typed client for the Mistral AI HTTP API.

    from mistral_client import Mistral

    with Mistral() as client:
        for library in client.beta.libraries.list_all():
            print(library.name)

What is listed here is the public surface; the models are in `mistral_client.models`.
"""

from typing import TYPE_CHECKING

from mistral_client.client import Mistral
from mistral_client.settings import __version__
from mistral_generated.types import UNSET, Event, Unset

if TYPE_CHECKING:
    from mistral_client import errors, models
    from mistral_client.allowances import Allowance
    from mistral_client.async_client import AsyncMistral
    from mistral_client.contexts import ClientOptions
    from mistral_client.errors import (
        AnswerTooLarge,
        APIStatusError,
        AuthenticationFailed,
        BadRequest,
        ConfigurationError,
        Conflict,
        ConnectionFailed,
        DecodeError,
        EventTooLarge,
        MistralError,
        NotFound,
        NotSupported,
        PagingError,
        PermissionDenied,
        ProcessingFailed,
        RateLimited,
        RequestTooLarge,
        ServerError,
        StreamError,
        StreamTimedOut,
        StructuredOutputError,
        TimedOut,
        UploadFailed,
        ValidationFailed,
    )
    from mistral_client.problems import Detail, Problem
    from mistral_client.rate_limits import RateLimit
    from mistral_client.raw import Raw
    from mistral_client.retries import Retries
    from mistral_client.tool_calls import new_tool_call_id
    from mistral_generated.files import File

__all__ = [
    "UNSET",
    "APIStatusError",
    "Allowance",
    "AnswerTooLarge",
    "AsyncMistral",
    "AuthenticationFailed",
    "BadRequest",
    "ClientOptions",
    "ConfigurationError",
    "Conflict",
    "ConnectionFailed",
    "DecodeError",
    "Detail",
    "Event",
    "EventTooLarge",
    "File",
    "Mistral",
    "MistralError",
    "NotFound",
    "NotSupported",
    "PagingError",
    "PermissionDenied",
    "Problem",
    "ProcessingFailed",
    "RateLimit",
    "RateLimited",
    "Raw",
    "RequestTooLarge",
    "Retries",
    "ServerError",
    "StreamError",
    "StreamTimedOut",
    "StructuredOutputError",
    "TimedOut",
    "Unset",
    "UploadFailed",
    "ValidationFailed",
    "__version__",
    "errors",
    "models",
    "new_tool_call_id",
]

_LATER = {
    "Allowance": "mistral_client.allowances",
    "AsyncMistral": "mistral_client.async_client",
    "ClientOptions": "mistral_client.contexts",
    "Detail": "mistral_client.problems",
    "File": "mistral_generated.files",
    "Problem": "mistral_client.problems",
    "RateLimit": "mistral_client.rate_limits",
    "Raw": "mistral_client.raw",
    "Retries": "mistral_client.retries",
    "new_tool_call_id": "mistral_client.tool_calls",
}

_MODULES = ("errors", "models")


def __dir__() -> list[str]:
    """Return the public names, loaded or not, and what every module has."""
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})


if not TYPE_CHECKING:  # type checkers know every name

    def __getattr__(name: str) -> object:
        """Load the names that a first call does without; those that are nowhere else are errors."""
        from importlib import import_module  # noqa: PLC0415 - only these names need it

        if name in _MODULES:
            return import_module(f"{__name__}.{name}")
        if name not in __all__:
            others = import_module("mistral_client.other_names")
            raise others.no_name(__name__, name, import_module("mistral_client.models"))
        return getattr(import_module(_LATER.get(name, "mistral_client.errors")), name)
