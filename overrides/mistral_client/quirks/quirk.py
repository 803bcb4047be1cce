"""What a quirk is: a known difference between servers, and what the client does about it."""

from __future__ import annotations

import attr

from mistral_client.adapters import Adapter


@attr.frozen(kw_only=True)
class Quirk(Adapter):
    """One quirk: why it is, since when, and when it can go; the registry has its operations.

    `is_curated` says that the document is corrected for it too, in a curation of the same name.
    """

    id: str
    reason: str
    source: str
    since: str
    remove_when: str
    is_curated: bool
