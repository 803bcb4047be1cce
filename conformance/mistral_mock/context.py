"""What a handler gets: the caller, the checked input, and the mock's world."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mistral_mock.clock import Clock
    from mistral_mock.identities import Identity
    from mistral_mock.ids import Ids
    from mistral_mock.replies.book import Given
    from mistral_mock.settings import Settings
    from mistral_mock.store import Record, Store, Table
    from mistral_mock.world import World

    R = TypeVar("R", bound=Record)


@frozen
class Upload:
    """A file part of a form."""

    name: str
    mime_type: str | None
    """As the part says it; None when the part does not say."""
    content: bytes


@frozen(kw_only=True)
class Context:
    """One request whose input holds what the document asks for."""

    world: World
    caller: Identity
    request_id: str
    base_url: str
    """Scheme, host and port as the caller addressed them, without a slash at the end."""
    operation_id: str = ""
    """Empty when a signed URL is served."""
    headers: Mapping[str, str] = field(factory=dict)
    """By name in lower case."""
    path: Mapping[str, str] = field(factory=dict)
    """Path parameters; UUIDs in lower case."""
    query: Mapping[str, Any] = field(factory=dict)
    """Every query parameter of the operation, typed; the document's default when not sent."""
    sent: frozenset[str] = frozenset()
    """The query parameters that were sent."""
    foreign: Mapping[str, str] = field(factory=dict)
    """Query parameters that the operation does not have, for habits of other clients."""
    body: Any = None
    """The JSON body, or a form's text fields, typed."""
    files: Mapping[str, Upload] = field(factory=dict)
    """A form's file parts."""
    readings: dict[tuple[str, ...], Any] = field(factory=dict)
    """What messages bring, as it was read for this request."""
    given: Given | None = None
    """What a reply answers, in the place of the mock's own answer."""

    @property
    def settings(self) -> Settings:
        """How the mock was started."""
        return self.world.settings

    @property
    def store(self) -> Store:
        """The mock's state."""
        return self.world.store

    @property
    def clock(self) -> Clock:
        """The mock's time."""
        return self.world.clock

    @property
    def ids(self) -> Ids:
        """The source of ids."""
        return self.world.ids

    def table(self, cls: type[R]) -> Table[R]:
        """Return the table of a record class."""
        return self.world.store.table(cls)

    def now(self) -> datetime:
        """Return the present moment by the mock's clock."""
        return self.world.clock.now()

    def spend(self, unit: str, cost: int) -> tuple[tuple[str, str], ...]:
        """Count what the request has used of a unit of `rates`; the headers that tell it."""
        return self.world.rates.spend(self.caller.key, unit, cost)

    def signed_url(self, kind: str, key: str, lifetime_s: float) -> str:
        """Return a URL that serves the object without a key for its lifetime in seconds."""
        return self.base_url + self.world.signer.sign(kind, key, lifetime_s)
