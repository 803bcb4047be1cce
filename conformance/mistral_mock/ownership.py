"""What belongs to a workspace, and who sees it.

Most groups of the API do not say who sees what; here everything belongs to the workspace of the
key that made it (our choice), and fixtures of no workspace are everyone's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from attrs import frozen

from mistral_mock.errors import not_found
from mistral_mock.store import Record

if TYPE_CHECKING:
    from collections.abc import Callable

    from mistral_mock.context import Context
    from mistral_mock.errors import APIError


@frozen(kw_only=True)
class Owned(Record):
    """The base of records that belong to a workspace; empty for everyone's."""

    workspace_id: str

    @property
    def parent_id(self) -> str:
        """The workspace; a subclass with a nearer parent says so itself."""
        return self.workspace_id


W = TypeVar("W", bound=Owned)


def may_see(ctx: Context, record: Owned) -> bool:
    """Say whether the record is the caller's workspace's, or everyone's."""
    return record.workspace_id in {"", ctx.caller.workspace_id}


def visible(ctx: Context, cls: type[W]) -> list[W]:
    """Return all records of a class that the caller sees, oldest first."""
    return [record for record in ctx.table(cls) if may_see(ctx, record)]


def find(
    ctx: Context,
    cls: type[W],
    id_: str,
    detail: str,
    error: Callable[[str], APIError] = not_found,
) -> W:
    """Return the record with the id.

    Raises:
        APIError: `error(detail)` when there is none that the caller sees; 404 by default.

    """
    record = ctx.table(cls).get(id_)
    if record is None or not may_see(ctx, record):
        raise error(detail)
    return record
