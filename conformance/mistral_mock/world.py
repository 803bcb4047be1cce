"""Everything that one running mock owns. Two worlds share nothing."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from mistral_mock import fixtures
from mistral_mock.agenda import Agenda
from mistral_mock.clock import make_clock
from mistral_mock.faults import Faults
from mistral_mock.ids import Ids
from mistral_mock.journal.journal import Journal
from mistral_mock.rates import Rates
from mistral_mock.replies.book import Book
from mistral_mock.router import Router, offered
from mistral_mock.signing import Signer
from mistral_mock.state_file import StateFile, StateFileError
from mistral_mock.store import Store

if TYPE_CHECKING:
    import asyncio

    from mistral_mock.identities import Identity
    from mistral_mock.recording.player import Player
    from mistral_mock.settings import Settings

LIGHT_BYTES = 256 * 1024
LIGHT_RECORDS = 1000


class World:
    """The state, time and sources of one mock."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.root = self
        """This one, also for the views that transactions have of it."""
        self._fixtures = fixtures.read_fixtures(settings.world_file)
        self.clock = make_clock(settings.clock)
        self.ids = Ids(settings.seed)
        self.file = None if settings.state_file is None else StateFile(settings.state_file)
        self.unsaved = False
        """The last attempt to save failed."""
        self.store = self._fill_store()
        self._weighed, self._has_few = -1, True
        """The version of the store whose records were counted, and whether these are few."""
        self.taken_in = 0
        """Bytes of all that was sent to it."""
        self.agenda = Agenda()
        self.leader: asyncio.Event | None = None
        """Set at the end of the work that one request does for all, see `agenda.py`."""
        self.signer = Signer(settings.seed, self.clock)
        self.rates = Rates(settings, self.clock)
        self.faults = Faults(settings.faults, settings.seed)
        self.callers = {identity.key: identity for identity in settings.identities}
        self.router = Router(offered(settings))
        self.replies = Book(settings)
        self.journal = Journal(settings.journal)
        self.player = None if settings.replay is None else make_player(settings, self.router)
        if self.file is not None:
            self.ids.drawn = self.file.drawn
            self.clock.resume(self.file.moment)
        if self.file is None or self.file.fresh:
            self._seed()

    def _seed(self) -> None:
        """Put the fixture world into an empty store."""
        fixtures.load(self._fixtures, self)
        self.save()

    def _fill_store(self) -> Store:
        try:
            return Store(self.file)
        except StateFileError:
            self.close()
            raise

    @property
    def is_light(self) -> bool:
        """It holds so little, and asks nobody else, that no operation takes long on it."""
        if self.settings.urls == "fetch":
            return False
        if self._weighed != self.store.version:
            self._has_few = len(self.store) <= LIGHT_RECORDS
            self._weighed = self.store.version
        return self.taken_in <= LIGHT_BYTES and self._has_few

    def find_caller(self, key: str) -> Identity | None:
        """Return who has the key, or None."""
        return self.callers.get(key)

    def save(self, *, always: bool = False) -> None:
        """Write what changed to the state file, when there is one; `always` writes time too.

        Raises:
            StateFileError: The disk refuses. The changes stay in memory, the next call tries
                again; the first failure is reported on stderr.

        """
        if self.file is None:
            return
        try:
            self.store.flush(self.ids.drawn, self.clock.now(), always=always)
        except StateFileError as error:
            if not self.unsaved:
                sys.stderr.write(f"mistral-mock: {error}; changes are kept in memory\n")
            self.unsaved = True
            raise
        self.unsaved = False

    def reset(self) -> None:
        """Back to the start: fixture world, first id, first moment, first faults."""
        self.store.clear()
        self.taken_in = 0
        self.agenda.clear()
        self.ids.reset()
        self.clock.reset()
        self.rates.reset()
        self.faults.reset()
        self.replies.reset()
        self.journal.clear()
        if self.player is not None:
            self.player.reset()
        fixtures.load(self._fixtures, self)
        self.save(always=True)

    def close(self) -> None:
        """Lets go of the state file; every request has saved its changes already."""
        if self.file is not None:
            self.file.close()


def make_player(settings: Settings, router: Router) -> Player:
    """Return what answers from recordings, and records."""
    from mistral_mock.recording.player import Player  # noqa: PLC0415 - few need it, all would wait

    return Player(settings, router)
