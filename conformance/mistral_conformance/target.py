"""Is there a server, and does it take the keys? Asked once, before any rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.outcome import Unjudged
from mistral_conformance.wire import Message

if TYPE_CHECKING:
    from mistral_conformance.session import Session

CHECK_PATH = "/v1/models"


class Unreachable(Exception):  # noqa: N818 - read as a sentence by the command line
    """Nothing answers; the message says where and what to do."""


class KeyRefused(Exception):  # noqa: N818 - read as a sentence by the command line
    """The server refuses a key; the message says whose and what to do."""


def check_target(session: Session) -> None:
    """Ask for the models as every identity, and the clock for the time.

    Raises:
        Unreachable: nothing answers.
        KeyRefused: the server refuses the key of one of the identities.

    """
    for identity in session.identities.values():
        exchange = session.send(Message("GET", CHECK_PATH), identity.name)
        if exchange.failure:
            raise Unreachable(
                f"no server answers at {session.wire.base_url} ({exchange.failure}): "
                "check --base-url and that the server runs"
            )
        if exchange.status in {401, 403}:
            raise KeyRefused(
                f"the server at {session.wire.base_url} refuses the key of {identity.name!r} "
                f"(status {exchange.status}): check the environment variable {identity.variable}"
            )
    if session.clock:
        try:
            session.clock.now  # noqa: B018 - asking is the point
        except Unjudged as error:
            raise Unreachable(f"{error}: check --clock-url") from error
