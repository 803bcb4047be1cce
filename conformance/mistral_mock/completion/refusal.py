"""What the inference layer refuses, in the reported shapes and codes (errors.object-shape)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_mock.errors import Problem, inference_error, invalid

if TYPE_CHECKING:
    from mistral_mock.errors import APIError


def unknown_model(model: str) -> APIError:
    """Return 400 for a model that does not exist or does not chat."""
    return inference_error(400, f"Invalid model: {model}", "invalid_model", "1500")


def wrong_order(message: str) -> APIError:
    """Return 400 for messages that cannot follow each other."""
    return inference_error(400, message, "invalid_request_message_order", "3230")


def missing_call_id() -> APIError:
    """Return 400 for the result of a tool that does not say which call it answers."""
    message = "Tool call id has to be defined."
    return inference_error(400, message, "invalid_function_call", "3280")


def wrong_call_id(id_: str) -> APIError:
    """Return 400 for the id of a tool call that is not 9 letters and digits."""
    message = f"Tool call id was {id_} but must be a-z, A-Z, 0-9, with a length of 9."
    return inference_error(400, message, "invalid_function_call", "3280")


def empty_assistant() -> APIError:
    """Return 400 for an assistant message that says nothing and calls nothing."""
    message = "Assistant message must have either content or tool_calls, but not none."
    return inference_error(400, message, "invalid_request_assistant_message", "3240")


def bad_request(message: str) -> APIError:
    """Return 400 for anything else that a model cannot do."""
    return inference_error(400, message, "invalid_request_error")


def missing(*loc: str, given: object) -> APIError:
    """Return 422 for a field that only some requests need; what is given lacks it."""
    return invalid(Problem(("body", *loc), "Field required", "missing", given))


def too_many_choices(count: int, limit: int) -> APIError:
    """Return 422 for an `n` beyond what the mock makes."""
    message = f"Input should be less than or equal to {limit}"
    return invalid(Problem(("body", "n"), message, "less_than_equal", count, {"le": limit}))
