"""Values that a JSON schema accepts: `make_value`.

Made by construction and then checked by a validator; what construction gets wrong (conditions,
negations, several tangled unions) is tried again with other choices.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jsonschema_rs

from mistral_mock.completion.values.maker import Maker
from mistral_mock.completion.values.outcome import InvalidSchemaError, UnsatisfiableError

if TYPE_CHECKING:
    from mistral_mock.completion.dice import Dice
    from mistral_mock.completion.vocabulary import Vocabulary

__all__ = ["InvalidSchemaError", "UnsatisfiableError", "compile_schema", "make_value"]

ATTEMPTS = 16
BACKTRACKING = 100_000


def make_value(schema: dict[str, Any] | bool, dice: Dice, words: Vocabulary) -> object:
    """A value that the schema accepts.

    Raises:
        InvalidSchemaError: The schema is none.
        UnsatisfiableError: No value was found that the schema accepts.

    """
    validator = compile_schema(schema)
    reason = "the schema accepts no value"
    for attempt in range(ATTEMPTS):
        maker = Maker(schema, dice.fork("attempt", attempt), words, modest=attempt % 4 == 3)
        try:
            value = maker.make(schema)
        except UnsatisfiableError as problem:
            reason = str(problem)
            continue
        if validator.is_valid(value):
            return value
    raise UnsatisfiableError(reason)


def compile_schema(schema: dict[str, Any] | bool) -> jsonschema_rs.Validator:
    """The schema's validator; formats count.

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
    """Fetches nothing: a schema has to hold all that it refers to.

    Raises:
        ValueError: Always.

    """
    raise ValueError(f"{uri} is outside of the schema")
