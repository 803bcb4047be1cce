"""What other clients of this API, and of those like it, call things, and what they are here.

Only errors read this: each names what to write instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from types import ModuleType

ARGUMENTS: Final = {
    "async_client": "AsyncMistral(http_client=...)",
    "auth_token": "api_key=...",
    "client": "http_client=...",
    "default_headers": "headers=...",
    "default_query": "extra_query=... of a call",
    "extra_headers": "headers=...",
    "http_headers": "headers=...",
    "max_completion_tokens": "max_tokens=...",
    "max_retries": "retries=...",
    "proxies": "proxy=...",
    "retry_config": "retries=Retries(...)",
    "seed": "random_seed=...",
    "server_url": "base_url=...",
    "stop_sequences": "stop=...",
    "stream": "a method of its own, such as chat.stream(...)",
    "timeout_ms": "timeout=..., in seconds",
}

FIELDS: Final = {**ARGUMENTS, "schema_definition": "schema"}
"""Fields inside of arguments too."""

CLASSES: Final = {
    "APIConnectionError": "ConnectionFailed of mistral_client",
    "APIError": "MistralError of mistral_client",
    "APITimeoutError": "TimedOut of mistral_client",
    "AuthenticationError": "AuthenticationFailed of mistral_client",
    "BackoffStrategy": "Retries of mistral_client",
    "BadRequestError": "BadRequest of mistral_client",
    "ChatMessage": "UserMessage, AssistantMessage and so on, or a dict",
    "CompletionEvent": "Event",
    "HTTPValidationError": "ValidationFailed of mistral_client",
    "InternalServerError": "ServerError of mistral_client",
    "JSONSchema": "JsonSchema",
    "MistralAPIException": "APIStatusError of mistral_client",
    "MistralAsyncClient": "AsyncMistral of mistral_client",
    "MistralClient": "Mistral of mistral_client",
    "MistralConnectionException": "ConnectionFailed of mistral_client",
    "MistralError": "MistralError of mistral_client",
    "MistralException": "MistralError of mistral_client",
    "NoResponseError": "ConnectionFailed of mistral_client",
    "NotFoundError": "NotFound of mistral_client",
    "PermissionDeniedError": "PermissionDenied of mistral_client",
    "RateLimitError": "RateLimited of mistral_client",
    "ResponseValidationError": "DecodeError of mistral_client",
    "RetryConfig": "Retries of mistral_client",
    "SDKError": "APIStatusError of mistral_client",
    "UnprocessableEntityError": "ValidationFailed of mistral_client",
}

ON_CLIENTS: Final = {
    "aclose": "close()",
    "batches": "batch.jobs",
    "close": "aclose()",
    "completions": "chat.complete(...)",
    "copy": "with_options(...)",
    "jobs": "batch.jobs or fine_tuning.jobs",
    "messages": "chat.complete(...)",
    "moderations": "classifiers.moderate(...)",
    "responses": "beta.conversations.start(...)",
    "vector_stores": "beta.libraries",
    "with_raw_response": "raw(...) of the client, which takes the method and its arguments",
    "with_streaming_response": "the method stream(...) of a group",
}

ON_STREAMS: Final = {
    "aclose": "close()",
    "close": "aclose()",
    "get_final_completion": "final()",
    "get_final_message": "final()",
    "get_final_response": "final()",
    "get_final_text": "final().text",
    "headers": "response.headers",
    "text_deltas": "text()",
    "text_stream": "text()",
    "until_done": "final()",
}

ON_ERRORS: Final = {
    "code": "problem.code",
    "param": "problem.param",
    "raw_response": "status, headers and body",
    "response": "status, headers and body",
    "retry_after": "retry_after_s of RateLimited",
    "status_code": "status",
    "type": "problem.type",
}


def ours_for(name: str, names: Mapping[str, str] = ARGUMENTS) -> str:
    """Return the rest of a message about an unknown name: ours for it, if it has one."""
    return f"; here it is {names[name]}" if name in names else ""


def class_for(name: str, known: Collection[str]) -> str:
    """Return ours for a class of another client, or an empty text.

    Releases 1.x of the official SDK end in `In` and `Out` what is sent and what is answered.
    """
    if name in CLASSES:
        return CLASSES[name]
    sent, answered = name.removesuffix("In"), name.removesuffix("Out")
    guesses = [f"{sent}Request", sent] if sent != name else [answered]
    return next((one for one in guesses if one in known and one != name), "")


def no_name(module: str, name: str, models: ModuleType) -> ImportError | AttributeError:
    """Return the error for a name that a module does not have; one that names ours is for imports.

    `from ... import` hides the text of an AttributeError. `models` is the module of the models.
    """
    known = () if name.startswith("__") else dir(models)
    ours = class_for(name, known)
    if not ours and name in known and module != models.__name__:
        ours = f"{name} of {models.__name__}"
    if ours:
        return ImportError(f"cannot import name {name!r} from {module!r}; here it is {ours}")
    return AttributeError(f"module {module!r} has no attribute {name!r}", name=name)


def no_attribute(owner: object, name: str, names: Mapping[str, str]) -> AttributeError:
    """Return the error for an attribute that an object does not have."""
    said = f"{type(owner).__name__!r} object has no attribute {name!r}{ours_for(name, names)}"
    return AttributeError(said, name=name, obj=owner)
