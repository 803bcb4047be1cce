"""What a caller adds to a request beyond the document: fields of the body, of the query."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import attr

from mistral_generated.types import UNSET
from mistral_generated.wire import query, whole_body

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mistral_client.adapters import AnyCall
    from mistral_client.options import Options


def extended(call: AnyCall, options: Options) -> AnyCall:
    """Return the call with `extra_body` and `extra_query` over what it has.

    Raises:
        TypeError: A value cannot travel, or there are fields for a body that is no object.
        ValueError: A value cannot travel.

    """
    if options.extra_query:
        added = query(*((name, value) for name, value in options.extra_query.items()))
        kept = [pair for pair in call.params if pair[0] not in options.extra_query]
        call = attr.evolve(call, params=[*kept, *added])
    if options.extra_body:
        call = _with_body(call, options.extra_body)
    return call


def _with_body(call: AnyCall, fields: Mapping[str, object]) -> AnyCall:
    if call.form is not None:
        added = query(*((name, value) for name, value in fields.items()))
        kept = [pair for pair in call.form.fields if pair[0] not in fields]
        form = attr.evolve(call.form, fields=[*kept, *added])
        return attr.evolve(call, form=form)
    body = {} if call.json is UNSET else call.json
    if not isinstance(body, dict):
        raise TypeError(f"{call.operation.id}() sends no object that extra_body could add to")
    added_body = cast("dict[str, object]", whole_body("extra_body", dict(fields)))
    return attr.evolve(call, json={**cast("dict[str, object]", body), **added_body})
