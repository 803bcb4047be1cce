"""The options of one call, checked before any request."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, cast

import attr

from mistral_client.checks import (
    check_headers,
    check_max_answer_bytes,
    check_retries,
    check_timeout,
)
from mistral_client.settings import DEFAULT_MAX_ANSWER_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable

    from mistral_client.deadlines import Deadline
    from mistral_client.retries import Retries
    from mistral_client.settings import Settings, Timeouts
    from mistral_generated.types import CallOptions


_KNOWN_OPTIONS = frozenset(
    {
        "deadline",
        "extra_body",
        "extra_query",
        "headers",
        "max_answer_bytes",
        "resumes",
        "retries",
        "timeout",
    }
)

_BEYOND: Final = "; what this client does not know goes into extra_body=... or extra_query=..."


@attr.frozen(slots=False, eq=False, repr=False)
class Options:
    """The options of one call, checked, with the client's defaults filled in."""

    timeouts: Timeouts
    retries: Retries | int
    headers: Mapping[str, str]
    resumes: int = 0
    max_answer_bytes: int | None = DEFAULT_MAX_ANSWER_BYTES
    deadline: Deadline | None = None
    extra_body: Mapping[str, object] | None = None
    extra_query: Mapping[str, object] | None = None


def read_options(
    settings: Settings,
    operation: str,
    options: CallOptions,
    now: Callable[[], float] = time.monotonic,
) -> Options:
    """Return the options of one call, which starts now.

    Raises:
        TypeError: An option is unknown, or a value is of the wrong type.
        ValueError: A value is bad.

    """
    for name in options:
        if name not in _KNOWN_OPTIONS:
            from mistral_client.other_names import ours_for  # noqa: PLC0415 - for errors only

            raise TypeError(
                f"{operation}() got an unexpected keyword argument {name!r}"
                f"{ours_for(name) or _BEYOND}"
            )
    given = cast("dict[str, object]", options)
    return Options(
        timeouts=settings.timeouts.changed(given),
        retries=_read_retries(settings.retries, options.get("retries")),
        headers=check_headers(options.get("headers")),
        resumes=_read_resumes(options.get("resumes", 0)),
        max_answer_bytes=check_max_answer_bytes(
            options.get("max_answer_bytes", settings.max_answer_bytes)
        ),
        deadline=_read_deadline(options.get("deadline"), now),
        extra_body=_read_extra("extra_body", options.get("extra_body")),
        extra_query=_read_extra("extra_query", options.get("extra_query")),
    )


def _read_deadline(value: object, now: Callable[[], float]) -> Deadline | None:
    limit_s = check_timeout("deadline", value)
    if limit_s is None:
        return None
    from mistral_client.deadlines import Deadline  # noqa: PLC0415 - hardly any call has one

    return Deadline.of(limit_s, now)


def _read_extra(name: str, value: object) -> Mapping[str, object] | None:
    """Return fields beyond the document.

    Raises:
        TypeError: Their names are not text.

    """
    if value is None:
        return None
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise TypeError(f"{name} must map names to values, not be a {type(value).__name__}")
    return cast("Mapping[str, object]", value)


def _read_resumes(value: object) -> int:
    if type(value) is not int:
        raise TypeError(f"resumes must be a whole number, not {value!r}")
    if value < 0:
        raise ValueError(f"resumes must not be negative, not {value!r}")
    return value


def _read_retries(default: Retries | int, given: Retries | int | None) -> Retries | int:
    """Return the policy of one call: a number changes only the count of the client's policy."""
    if given is None:
        return default
    checked = check_retries(given)
    if isinstance(checked, int) and not isinstance(default, int):
        return attr.evolve(default, count=checked)
    return checked
