"""API keys that a function gives: short-lived tokens, out of a vault or an identity service."""

from __future__ import annotations

from inspect import isawaitable, iscoroutine
from typing import TYPE_CHECKING, Final, cast

from mistral_client.checks import configuration_error
from mistral_client.servers import check_key

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import httpx

    from mistral_client.steps import Ask

# How many keys are remembered, so that none of them appears in an error.
_REMEMBERED: Final = 8


class KeySource:
    """A function that gives the key; it is called before each request, also of a retry."""

    def __init__(self, make: Callable[[], object]) -> None:
        self.make = make
        self.given: tuple[str, ...] = ()

    def __reduce__(self) -> tuple[type[KeySource], tuple[Callable[[], object]]]:
        """Pickle the function, not the keys that it gave."""
        return KeySource, (self.make,)

    def sign(self, request: httpx.Request, value: object) -> None:
        """Put the key that the function gave into a request, and remember it.

        Raises:
            ConfigurationError: It cannot be used.

        """
        if not isinstance(value, str):
            raise configuration_error(f"api_key() must give text, not {type(value).__name__}.")
        if not value.strip():
            raise configuration_error("api_key() gave an empty key.")
        key = check_key(value.strip())
        if key not in self.given:
            self.given = (*self.given[1 - _REMEMBERED :], key)
        request.headers["authorization"] = f"Bearer {key}"


def ask(step: Ask) -> None:
    """Sign a request.

    Raises:
        ConfigurationError: There is no key, or it cannot be used.

    """
    value = step.source.make()
    if isawaitable(value):
        if iscoroutine(value):
            value.close()
        raise configuration_error("api_key() has to be awaited: use AsyncMistral.")
    step.source.sign(step.request, value)


async def ask_async(step: Ask) -> None:
    """Sign a request; the function may be asynchronous."""
    value = step.source.make()
    if isawaitable(value):
        value = await cast("Awaitable[object]", value)
    step.source.sign(step.request, value)
