"""What options may be: each check returns a value as it is used, or says what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mistral_client.errors import ConfigurationError
    from mistral_client.retries import Retries

_HEADER_NAME: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_HEADER_VALUE: Final = re.compile(r"[\t\x20-\x7e]*")

# Headers that describe the body: a wrong one would break the connection for others.
_OUR_HEADERS: Final = frozenset({"content-length", "transfer-encoding"})

# More seconds than any clock of an operating system takes; three years.
_LONGEST_S: Final = 1e8


def check_timeout(name: str, value: object) -> float | None:
    """Return a time in seconds.

    Raises:
        TypeError: It is neither a number nor None.
        ValueError: It is not above 0 and finite.

    """
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        hint = ": give value.total_seconds()" if hasattr(value, "total_seconds") else ""
        raise TypeError(f"{name} must be a number of seconds or None, not {value!r}{hint}")
    if not 0 < value <= _LONGEST_S:
        raise ValueError(f"{name} must be above 0 and at most 1e8 seconds, or None for no limit")
    return float(value)


def check_max_answer_bytes(value: object) -> int | None:
    """Return a size in bytes, or None for no limit.

    Raises:
        TypeError: It is neither a whole number nor None.
        ValueError: It is not above 0.

    """
    if value is None:
        return None
    if type(value) is not int:
        raise TypeError(f"max_answer_bytes must be a whole number or None, not {value!r}")
    if value <= 0:
        raise ValueError(f"max_answer_bytes must be above 0, or None for no limit, not {value!r}")
    return value


def check_headers(value: Mapping[str, str] | None) -> dict[str, str]:
    """Return extra headers as a dict.

    Raises:
        TypeError: They do not map text to text; values are not repeated.
        ValueError: One cannot be a header, or is not for the caller to set; values are not
            repeated.

    """
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise TypeError(f"headers must map text to text, not be a {type(value).__name__}")
    headers = dict(value)
    for name, text in headers.items():
        if not isinstance(name, str) or not isinstance(text, str):
            raise TypeError(f"headers must map text to text; look at {_named(name)}")
        if not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(text):
            raise ValueError(f"header {name!r} holds characters that a header cannot hold")
        if name.lower() in _OUR_HEADERS:
            raise ValueError(f"header {name!r} follows from the body and cannot be set")
    return headers


def _named(name: object) -> str:
    """Return the name of a header for a message; what is no name may be a secret."""
    return repr(name) if isinstance(name, str) else f"a name of type {type(name).__name__}"


def check_strict(value: object) -> bool:
    """Return whether to read strictly.

    Raises:
        TypeError: It is neither True nor False.

    """
    if isinstance(value, bool):
        return value
    raise TypeError(f"strict must be True or False, not {value!r}")


def check_retries(value: Retries | int) -> Retries | int:
    """Return a policy or a count for the default policy.

    Raises:
        TypeError: It is neither.
        ValueError: The count is negative.

    """
    if type(value) is int and value >= 0:
        return value
    from mistral_client.retries import Retries  # noqa: PLC0415 - a plain count does without

    return Retries.of(value)


def configuration_error(message: str) -> ConfigurationError:
    """Return the error for a client that is set up wrongly."""
    from mistral_client.errors import ConfigurationError  # noqa: PLC0415 - for errors only

    return ConfigurationError(message)
