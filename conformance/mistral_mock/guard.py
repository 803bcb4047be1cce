"""Who may use the control routes: programs on this machine, and those that have the token.

A page in a browser is neither, whatever it calls itself. What a browser says about the page that
sends a request, and what a page cannot send without being asked, keep pages out.
"""

from __future__ import annotations

import hmac
from base64 import b64decode
from typing import TYPE_CHECKING

from mistral_mock.errors import APIError, forbidden, unsupported_media_type
from mistral_mock.hosts import is_own

if TYPE_CHECKING:
    from starlette.datastructures import Headers

    from mistral_mock.app import Request
    from mistral_mock.settings import Settings

JSON = "application/json"
OWN_PAGES = frozenset({"same-origin", "none"})
"""What `Sec-Fetch-Site` says of the mock's own pages, and of what a person types."""
CLOSED = (
    "The mock listens beyond this machine, and its control routes are closed: "
    "start it with --control-token"
)
ASKING = 'Basic realm="mistral-mock: the control token is the password", charset="UTF-8"'
NO_TOKEN = "Send the control token: Authorization: Bearer TOKEN"  # noqa: S105 - says where one goes


def check_source(request: Request, settings: Settings) -> None:
    """Lets through what comes from no foreign page.

    Raises:
        APIError: 403, the host or the page is not the mock's own.

    """
    if not is_own(request.host.name, request.server.name, settings.allowed_hosts):
        raise forbidden(
            "The Host is not one of this mock's: use its address, or start it with --allowed-host"
        )
    origin = request.headers.get("origin")
    own = {f"{scheme}://{request.host}" for scheme in ("http", "https")}
    if origin is not None and origin.lower() not in own:
        raise forbidden("The control routes take no requests from pages of other origins")
    if request.headers.get("sec-fetch-site", "none") not in OWN_PAGES:
        raise forbidden("The control routes take no requests from pages of other sites")


def check_token(
    headers: Headers, token: str | None, *, exposed: bool, browser: bool = False
) -> None:
    """Lets through whoever has the token; on this machine alone there need be none.

    A browser asks people for it, as for a password; the name may be anything.

    Raises:
        APIError: 401 without the token, 403 where one is due and the mock was given none.

    """
    if token is None:
        if exposed:
            raise forbidden(CLOSED)
        return
    if not hmac.compare_digest(read_token(headers).encode(), token.encode()):
        raise APIError(
            401, {"detail": NO_TOKEN}, (("www-authenticate", ASKING if browser else "Bearer"),)
        )


def check_media_type(headers: Headers, *, due: bool) -> None:
    """Lets through JSON that says so, which no page sends to others without being asked first.

    Raises:
        APIError: 415, the request has another media type, or none where a body is due.

    """
    media_type = headers.get("content-type", "" if due else JSON)
    if media_type.partition(";")[0].strip().lower() != JSON:
        raise unsupported_media_type([JSON])


def read_token(headers: Headers) -> str:
    """Return the token that the request carries: a bearer's, or the password of a URL.

    Empty for none.
    """
    scheme, _, value = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        return b64decode(value, validate=True).decode().partition(":")[2]
    except ValueError:
        return ""
