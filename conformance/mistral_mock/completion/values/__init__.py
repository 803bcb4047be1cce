"""Values that a JSON schema accepts: `make_value`.

Made by construction and then checked by a validator; what construction gets wrong (conditions,
negations, several tangled unions) is tried again with other choices.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_mock.completion.values.checking import compile_schema
from mistral_mock.completion.values.maker import Maker
from mistral_mock.completion.values.outcome import InvalidSchemaError, UnsatisfiableError

if TYPE_CHECKING:
    from mistral_mock.completion.dice import Dice
    from mistral_mock.completion.vocabulary import Vocabulary

__all__ = ["InvalidSchemaError", "UnsatisfiableError", "compile_schema", "make_value"]

ATTEMPTS = 16


def make_value(schema: dict[str, Any] | bool, dice: Dice, words: Vocabulary) -> object:
    """Return a value that the schema accepts.

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
