"""Every operation wants a key that somebody was given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.probing.probe import shots
from mistral_conformance.session.rule import EACH, rule
from mistral_conformance.verdict.requirement import MUST

if TYPE_CHECKING:
    from mistral_conformance.session.context import Context


@rule(MUST, "errors.unauthorized", EACH, id="auth.key-wanted")
def request_without_key_is_refused(ctx: Context) -> None:
    """A valid request without a key is answered with 401."""
    for shot in shots(ctx, "keyless"):
        ctx.expect_status(shot.exchange, 401)


@rule(MUST, "errors.unauthorized", EACH, id="auth.key-checked")
def request_with_wrong_key_is_refused(ctx: Context) -> None:
    """A valid request with a key that nobody was given is answered with 401."""
    for shot in shots(ctx, "misskeyed"):
        ctx.expect_status(shot.exchange, 401)
