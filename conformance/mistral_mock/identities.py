"""Who calls: the user, workspace and organisation behind an API key."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, UUID, uuid5

from attrs import frozen

from mistral_mock.short_cache import cache_short

if TYPE_CHECKING:
    from collections.abc import Collection

FLAGS = ("admin", "private")
DEFAULT_NAMES = ("user", "workspace", "organisation")
CARRIED = re.compile(r"[!-~]+")
"""The keys that an Authorization header can carry: visible ASCII without spaces."""
SYNTAX = "KEY[=USER,WORKSPACE,ORGANISATION[,admin][,private]]"


@frozen
class Identity:
    """One API key and who stands behind it; the three ids are UUIDs."""

    key: str
    user_id: str
    workspace_id: str
    organisation_id: str
    admin: bool = False
    """The user administers the organisation."""
    private: bool = False
    """The key may create libraries of its user alone."""


def stable_id(kind: str, name: str) -> str:
    """Return the UUID of a user, workspace or organisation: the name itself if it is one."""
    try:
        return str(UUID(name))
    except ValueError:
        return _make_id(f"mistral-mock:{kind}:{name}")


@cache_short(4096)
def _make_id(text: str) -> str:
    return str(uuid5(NAMESPACE_URL, text))


def make_identity(
    key: str,
    user: str,
    workspace: str,
    organisation: str,
    flags: Collection[str] = (),
) -> Identity:
    """Return an identity from plain names or UUIDs.

    The same name is the same UUID in every process.
    """
    return Identity(
        key,
        stable_id("user", user),
        stable_id("workspace", workspace),
        stable_id("organisation", organisation),
        admin="admin" in flags,
        private="private" in flags,
    )


def parse_identity(text: str) -> Identity:
    """Return the identity that a `--key` option spells.

    Raises:
        ValueError: The text is not spelled like SYNTAX.

    """
    key, equals, rest = text.partition("=")
    words = [word.strip() for word in rest.split(",")] if equals else []
    names, flags = words[:3], tuple(words[3:])
    wrong = [flag for flag in flags if flag not in FLAGS]
    if not CARRIED.fullmatch(key) or "" in words or wrong or len(names) not in {0, 3}:
        raise ValueError(f"{text!r} is not {SYNTAX}")
    user, workspace, organisation = names or DEFAULT_NAMES
    return make_identity(key, user, workspace, organisation, flags)


DEFAULT = parse_identity(f"mock-key={','.join(DEFAULT_NAMES)},admin")
"""Whoever starts a mock without keys is an administrator, alone in an organisation."""
