"""Why there is no value for a schema."""

from __future__ import annotations


class InvalidSchemaError(ValueError):
    """The schema is not a JSON schema; the message says where."""


class UnsatisfiableError(ValueError):
    """No value was found that the schema accepts; the message says why."""
