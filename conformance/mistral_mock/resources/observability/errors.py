"""Errors of the observability group, whatever part of the mock gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_mock.errors import APIError
from mistral_mock.registry import ErrorShape, shapes_errors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mistral_mock.errors import Problem


def observability_error(status: int, message: str, code: str | None) -> APIError:
    """Return an error of the group; the codes are listed in `ObservabilityErrorCode`."""
    return APIError(status, {"detail": {"message": message, "error_code": code}})


def invalid(problems: Sequence[Problem]) -> APIError:
    """Return 422 with all problems in a sentence (errors.validation)."""
    message = "; ".join(f"{'.'.join(map(str, one.loc))}: {one.msg}" for one in problems)
    return observability_error(422, message, "VALIDATION_ERROR")


def failed() -> APIError:
    """500 for what the mock did not expect."""
    return observability_error(500, "Internal server error", "UNKNOWN_ERROR")


shapes_errors("v1", "observability", shape=ErrorShape(observability_error, invalid, failed))
