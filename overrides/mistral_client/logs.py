"""Debug lines about requests, on the logger `mistral_client`: never a body, never a secret."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from mistral_client.problems import request_id

if TYPE_CHECKING:
    from mistral_client.redaction import Redactor
    from mistral_generated.types import Response

logger = logging.getLogger("mistral_client")


def log_answer(
    operation: str, response: Response, *, elapsed_s: float, attempt: int, redactor: Redactor
) -> None:
    """Note an answer: operation, status, duration since the first sending, attempt, request id."""
    logger.debug(
        "%s: status %d after %.3f s (attempt %d, request id %s)",
        operation,
        response.status_code,
        elapsed_s,
        attempt,
        redactor.text(request_id(response.headers) or "unknown"),
    )


def log_failure(operation: str, failure: Exception, *, elapsed_s: float, attempt: int) -> None:
    """Note a request that got no answer, by the kind of its failure."""
    kind = type(failure).__name__
    logger.debug(
        "%s: %s after %.3f s (attempt %d)",
        operation,
        kind,
        elapsed_s,
        attempt,
    )


def log_retry(operation: str, delay_s: float) -> None:
    """Note that the request goes again after `delay_s` seconds."""
    logger.debug("%s: again in %.3f s", operation, delay_s)
