"""Whether a value is one that a schema accepts."""

from __future__ import annotations

from typing import Any

import jsonschema_rs

from mistral_mock.completion.values.outcome import InvalidSchemaError

BACKTRACKING = 100_000


def compile_schema(schema: dict[str, Any] | bool) -> jsonschema_rs.Validator:
    """Return the schema's validator; formats count.

    Raises:
        InvalidSchemaError: The schema breaks its meta-schema or refers to what it does not hold.

    """
    try:
        return jsonschema_rs.validator_for(
            schema,
            validate_formats=True,
            retriever=refuse_reference,
            pattern_options=jsonschema_rs.FancyRegexOptions(backtrack_limit=BACKTRACKING),
        )
    except (ValueError, jsonschema_rs.ReferencingError) as error:
        raise InvalidSchemaError(str(error).partition("\n")[0]) from error


def refuse_reference(uri: str) -> Any:  # noqa: ANN401 - the validator's protocol
    """Fetch nothing: a schema has to hold all that it refers to.

    Raises:
        ValueError: Always.

    """
    raise ValueError(f"{uri} is outside of the schema")
