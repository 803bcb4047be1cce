"""The exceptions behind an error, without secrets: tracebacks and crash reports show them too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

import httpx

if TYPE_CHECKING:
    from mistral_client.redaction import Redactor

AnException = TypeVar("AnException", bound=BaseException)

# Where exceptions of the standard library keep texts, besides arguments and attributes.
_PARTS: Final = ("strerror", "filename", "filename2", "object", "reason")


def clean(error: AnException, redactor: Redactor) -> AnException:
    """Return an exception without secrets in what it, and all that led to it, says or keeps.

    It is changed in place: types, tracebacks and causes stay. Requests lose their bodies and the
    values of secret headers.
    """
    left: list[BaseException] = [error]
    seen: set[int] = set()
    while left:
        each = left.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        for name in (*vars(each), *_PARTS):
            value = getattr(each, name, None)
            cleaned = _cleaned(value, redactor)
            if cleaned is not value:
                setattr(each, name, cleaned)
        each.args = tuple(_cleaned(part, redactor) for part in each.args)
        near = (each.__cause__, each.__context__, *each.args)
        left += [other for other in near if isinstance(other, BaseException)]
    return error


def _cleaned(part: object, redactor: Redactor) -> object:
    """Return a text or a request without secrets; whatever has none, and all else, as it is."""
    if isinstance(part, str):
        text = redactor.text(part)
        return part if text == part else text
    if isinstance(part, bytes):
        before = part.decode("utf-8", "surrogateescape")
        after = redactor.text(before)
        return part if after == before else after.encode("utf-8", "surrogateescape")
    if isinstance(part, httpx.Request):
        url, headers = redactor.text(str(part.url)), redactor.headers(part.headers)
        return httpx.Request(part.method, url, headers=headers)
    if isinstance(part, httpx.Response) and "_request" in vars(part):
        part.request = _cleaned(part.request, redactor)  # type: ignore[assignment]
    return part
