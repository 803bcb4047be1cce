"""May the suite talk to the server, is it there, does it take the keys? Asked before any rule."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

import httpx

from mistral_conformance.model.document import is_endless
from mistral_conformance.record.wire import Message
from mistral_conformance.verdict.outcome import Unjudged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mistral_conformance.model.document import Document
    from mistral_conformance.session.session import Session

CHECK_PATH = "/v1/models"
REFUSED = (401, 403)
VENDOR = "mistral.ai"


class Unreachable(Exception):  # noqa: N818 - read as a sentence by the command line
    """Nothing answers; the message says where and what to do."""


class KeyRefused(Exception):  # noqa: N818 - read as a sentence by the command line
    """The server refuses a key; the message says whose and what to do."""


class LiveRefused(Exception):  # noqa: N818 - read as a sentence by the command line
    """The target is the vendor's own API and nobody has said that this is meant."""


def is_live(url: str) -> bool:
    """Say whether a URL names a host of the vendor, however it is spelt."""
    host = httpx.URL(url).raw_host.decode("ascii")
    for _ in range(host.count("%") + 1):
        host = unquote(host)
    name = host.lower().rstrip(".")
    return name == VENDOR or name.endswith(f".{VENDOR}")


def require_consent(url: str, *, yes_live: bool) -> None:
    """Let nobody talk to the vendor's own API by accident.

    Raises:
        LiveRefused: the URL names a host of the vendor, and `yes_live` is false.

    """
    if is_live(url) and not yes_live:
        raise LiveRefused(
            f"{url} is the vendor's own API: what is sent there costs money, and changes the "
            "account of the key; `mistral-conformance plan` tells how much. "
            "Add --yes-live if you mean it"
        )


def check_target(session: Session, operations: Sequence[str] = ()) -> None:
    """Ask for the models as every identity, and the clock for the time.

    A server may lack models, and refuse what it lacks: who is refused there is asked for a list of
    the run's operations, too.

    Raises:
        Unreachable: nothing answers.
        KeyRefused: the server refuses the key of one of the identities.

    """
    other = _readable(session.document, operations)
    for identity in session.identities.values():
        exchange = session.send(Message("GET", CHECK_PATH), identity.name)
        if exchange.status in REFUSED and other:
            exchange = session.send(Message("GET", other), identity.name)
        if exchange.failure:
            raise Unreachable(
                f"no server answers at {session.wire.base_url} ({exchange.failure}): "
                "check --base-url and that the server runs"
            )
        if exchange.status in REFUSED:
            raise KeyRefused(
                f"the server at {session.wire.base_url} refuses the key of {identity.name!r} "
                f"(status {exchange.status}): check the environment variable {identity.variable}"
            )
    if session.clock:
        try:
            session.clock.now  # noqa: B018 - asking is the point
        except Unjudged as error:
            raise Unreachable(f"{error}: check --clock-url") from error


def _readable(document: Document, operations: Sequence[str]) -> str:
    """Return the path of the first operation that only reads and needs nothing to do so, if any."""
    for spec in (document.operations[each] for each in operations):
        plain = not any(each.get("required") for each in spec.parameters)
        if spec.method == "GET" and plain and not is_endless(spec):
            return spec.path
    return ""
