"""Plain Schemathesis beside the suite: its own requests, its own checks, nothing of ours."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.core.failures import Failure, FailureGroup

from mistral_conformance.model.document import load_document
from mistral_conformance.model.views import answer_view
from mistral_conformance.session.identities import CALLER

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mistral_conformance.session.session import Session

UNCHECKED = (HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large)
TIMEOUT_S = 10.0


def failing_checks(session: Session, operations: Sequence[str], count: int) -> frozenset[str]:
    """Return the checks that fail over so many requests, each with its operation and status."""
    share = max(1, count // len(operations))
    return frozenset(failure for each in operations for failure in _failures(session, each, share))


@cache
def _schema() -> Any:  # noqa: ANN401 - a schema of Schemathesis
    view = answer_view(load_document().raw, open_enums=True)
    return schemathesis.openapi.from_dict(view, config=schemathesis.Config())


def _failures(session: Session, operation: str, count: int) -> Iterator[str]:
    found: set[str] = set()
    headers = {"Authorization": f"Bearer {session.identities[CALLER].key}"}
    target = _schema().find_operation_by_id(operation)

    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=UNCHECKED,
    )
    @given(target.as_strategy())
    def judge(case: Any) -> None:  # noqa: ANN401 - a case of Schemathesis
        try:
            response = case.call(base_url=session.wire.base_url, headers=headers, timeout=TIMEOUT_S)
            case.validate_response(response, headers=headers)
        except (Failure, FailureGroup) as failure:
            found.update(_names(operation, failure))
        except requests.RequestException as failure:
            found.add(f"{operation}: {type(failure).__name__}")

    with suppress(Unsatisfiable):
        judge()
    yield from found


def _names(operation: str, failure: Failure | FailureGroup) -> Iterator[str]:
    inner = failure.exceptions if isinstance(failure, FailureGroup) else (failure,)
    for each in inner:
        yield f"{operation}: {type(each).__name__}"
