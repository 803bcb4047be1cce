"""What nobody is shown: keys, cookies, signatures, and what is called a secret.

Journal, page and recordings go by this.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from mistral_mock import json_text

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

HIDDEN = "***"
SECRET_HEADERS = frozenset(
    {
        *("authorization", "proxy-authorization", "cookie", "set-cookie"),
        *("x-api-key", "api-key"),
    }
)
SECRET_FIELD = re.compile(
    r"(^|[_-])(api[_-]?key|authorization|password|passphrase|secret|client[_-]?secret"
    r"|private[_-]?key|(access|refresh|auth|bearer|id)[_-]?token)$",
    re.IGNORECASE,
)
IN_QUERIES = re.compile(
    r"(?i)([?&](?:sig|signature|token|key|code|api[_-]?key|access[_-]?token"
    r"|x-(?:amz|goog)-(?:signature|credential|security-token))=)[^&\s\"'<>#]+"
)
IN_TEXTS = re.compile(r"(?i)\b(bearer\s+)(?=[A-Za-z0-9._~+/-]*[0-9])[A-Za-z0-9._~+/-]{8,}=*")
IN_HOSTS = re.compile(r"(?i)\b([a-z][a-z0-9+.-]{1,20}://)[^/\s:@\"']+:[^/\s@\"']+@")


def is_secret(name: str, beside: Mapping[str, Any]) -> bool:
    """Say whether a text is a secret, by its name and by what stands beside it.

    A `key` beside its `key_id` is one that was just made, a `value` may say so itself, and a
    `token` is one for signing in unless it has a probability.
    """
    if SECRET_FIELD.search(name) or name.lower() in SECRET_HEADERS:
        return True
    if name == "key":
        return "key_id" in beside or "hidden_key" in beside
    if name == "value":
        return beside.get("is_secret") is True or beside.get("isSecret") is True
    return name == "token" and "logprob" not in beside


def redact(value: Any, keys: Collection[str] = ()) -> Any:  # noqa: ANN401 - JSON
    """Return a copy of a JSON value without secrets, and without the keys wherever they stand."""
    if isinstance(value, dict):
        return {
            redact_text(str(name), keys): redact_field(str(name), one, value, keys)
            for name, one in value.items()
        }
    if isinstance(value, list):
        return [redact(one, keys) for one in value]
    return redact_text(value, keys) if isinstance(value, str) else value


def redact_field(
    name: str,
    value: Any,  # noqa: ANN401 - JSON
    beside: Mapping[str, Any],
    keys: Collection[str],
) -> Any:  # noqa: ANN401 - JSON
    """Return a field of an object without secrets."""
    if isinstance(value, str) and is_secret(name, beside):
        return HIDDEN
    if name == "credentials" and isinstance(value, dict):
        return hide_texts(value)
    return redact(value, keys)


def hide_texts(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Return a value all of whose texts are secrets."""
    if isinstance(value, dict):
        return {name: hide_texts(one) for name, one in value.items()}
    if isinstance(value, list):
        return [hide_texts(one) for one in value]
    return HIDDEN if isinstance(value, str) else value


def redact_text(text: str, keys: Collection[str] = ()) -> str:
    """Return a text without secrets; JSON in it, such as the arguments of a call, stays JSON."""
    if text[:1] in {"{", "["}:
        try:
            value = json_text.read(text.encode("utf-8", "surrogatepass"))
        except ValueError:
            pass
        else:
            clean = redact(value, keys)
            return text if clean == value else json.dumps(clean, ensure_ascii=False)
    for key in keys:
        text = text.replace(key, HIDDEN)
    if "=" in text:
        text = IN_QUERIES.sub(rf"\1{HIDDEN}", text)
    if "://" in text:
        text = IN_HOSTS.sub(rf"\1{HIDDEN}@", text)
    return IN_TEXTS.sub(rf"\1{HIDDEN}", text) if "earer" in text else text
