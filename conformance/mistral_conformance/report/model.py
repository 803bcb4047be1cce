"""A report as values: what `report.json` holds, and what the other reports are made from.

The names of the fields are those of the JSON; `schema.json` beside this module describes it.
`VERSION` counts incompatible changes: a reader of one version takes fields that it does not know.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
from attrs import frozen

from mistral_conformance.report.symptoms import Symptom  # noqa: TC001 - cattrs reads the types
from mistral_conformance.session.coverage import Row  # noqa: TC001 - as above
from mistral_conformance.verdict.outcome import PREVENTED, RED, Status
from mistral_conformance.verdict.requirement import Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

VERSION = 3
Json = dict[str, Any]
Counts = dict[str, int]
Headers = tuple[tuple[str, str], ...]


@frozen
class RunInfo:
    """What was run and how it ended. `elapsed_s` is in seconds, `started` RFC 3339.

    `shard` is the part of the plan that was judged, such as `3/8`, empty for all of it; `planned`
    is how many cases that is, `requests` how many judging them took.
    """

    id: str
    suite: str
    started: str
    elapsed_s: float
    seed: int
    max_examples: int
    profile: str
    operations: tuple[str, ...]
    rules: tuple[str, ...]
    interrupted: bool
    holds: bool
    stopped: str = ""
    shard: str = ""
    planned: int = 0
    requests: int = 0
    settings: dict[str, str] = attrs.field(factory=dict)
    """The options that shaped the run, by their names; no secrets."""


@frozen
class Target:
    """The server that was judged, as whom, and what it offers as far as the run has seen.

    `missing` are operations that it does not have, `models` are by what they are able to do,
    `features` are streams and options of requests, each with whether the server takes it.
    """

    base_url: str
    clock: bool
    identities: tuple[str, ...]
    missing: tuple[str, ...] = ()
    models: dict[str, str] = attrs.field(factory=dict)
    features: dict[str, bool] = attrs.field(factory=dict)


@frozen
class Body:
    """A body as text where it is UTF-8, else in base64. `size` is that of the whole, in bytes."""

    encoding: str
    content: str
    size: int
    cut: bool


@frozen
class Request:
    """What was sent, keys replaced by the environment variables that hold them."""

    method: str
    url: str
    headers: Headers
    body: Body


@frozen
class Response:
    """What was answered."""

    status: int
    headers: Headers
    body: Body


@frozen
class Evidence:
    """One exchange; without a `response`, `failure` says what came instead."""

    number: int
    identity: str
    operation: str
    request: Request
    response: Response | None
    failure: str
    elapsed_s: float
    curl: str


@frozen
class CaseResult:
    """One judged case: a rule, or a rule and the operation or subject that it was judged on."""

    id: str
    name: str
    subject: str
    family: str
    sentence: str
    level: Level
    source: str
    operations: tuple[str, ...]
    status: Status
    reason: str
    blocked_by: str
    cause: str
    reproduce: str
    elapsed_s: float
    evidence: tuple[Evidence, ...]
    known: str = ""
    """Why a failure is no news, by the baseline of the run; empty for others."""
    position: int = 0
    """The place in the whole plan, from 1, the same in every shard."""
    requests: int = 0
    hindrance: str = ""
    """The operation whose answer kept the case from being judged; empty for others."""
    symptom: Symptom | None = None
    """What a red case shows."""

    @property
    def answered(self) -> str:
        """The operation whose answer shows the reason best; empty where none does."""
        return self.evidence[0].operation if self.evidence else ""

    @property
    def red(self) -> bool:
        """Whether the server broke the rule."""
        return self.status in RED

    @property
    def weak(self) -> bool:
        """Whether a red case leaves the run as it is: no MUST is broken, or it is known."""
        return self.red and (self.level is not Level.MUST or bool(self.known))

    @property
    def broken(self) -> bool:
        """Whether the case fails the run: a red MUST or one that was kept from being judged."""
        must = self.level is Level.MUST and (self.red or self.prevented)
        return (must or self.status is Status.ERROR) and not self.known

    @property
    def prevented(self) -> bool:
        """Whether the case could not be judged, though nothing that it needs was absent."""
        return self.status in PREVENTED


@frozen
class CauseEntry:
    """What several red cases have in common: one thing to mend."""

    id: str
    level: Level
    operations: tuple[str, ...]
    summary: str
    cases: tuple[str, ...]
    reproduce: str = ""
    """The script that shows it, below the report folder; empty where there is none."""


@frozen
class LeftoverEntry:
    """An object that the run could not delete."""

    identity: str
    delete: str
    path: str
    reason: str


@frozen
class Cleanup:
    """How many objects the run created, and which are still there.

    `undeletable` are those that no operation deletes: they are only brought to their end.
    """

    created: int
    leftovers: tuple[LeftoverEntry, ...]
    undeletable: tuple[LeftoverEntry, ...] = ()

    @property
    def deleted(self) -> int:
        """How many of the objects are gone."""
        return self.created - len(self.leftovers) - len(self.undeletable)


@frozen
class Report:
    """A whole report."""

    run: RunInfo
    target: Target
    summary: dict[Level, Counts]
    must_unjudged: int
    causes: tuple[CauseEntry, ...]
    rules: tuple[CaseResult, ...]
    coverage: tuple[Row, ...]
    cleanup: Cleanup
    overdue: tuple[str, ...] = ()
    """What has to be taken out of the baseline."""
    version: int = VERSION

    @property
    def lacks_all(self) -> bool:
        """Whether the server has nothing of what was to be tried, and so nothing was judged."""
        return lacks_all((each.status for each in self.rules), self.target.missing)

    def to_json(self) -> Json:
        """Return the report as plain data, ready to be written as JSON."""
        plain: Json = _plain(self)
        return {"version": plain.pop("version"), **plain}


def lacks_all(statuses: Iterable[Status], missing: Sequence[str]) -> bool:
    """Say whether nothing was judged, because operations are missing."""
    return bool(missing) and {*statuses} <= {Status.SKIP, Status.NOT_OFFERED}


def _plain(value: Any) -> Any:  # noqa: ANN401 - values of the model, down to JSON
    if attrs.has(type(value)):
        return {
            each.metadata.get("json", each.name): _plain(getattr(value, each.name))
            for each in attrs.fields(type(value))
        }
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    return str(value) if isinstance(value, Status | Level) else value
