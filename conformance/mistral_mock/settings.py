"""What a mock can be told before it starts. Times are in seconds, sizes in bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from attrs import field, frozen, validators

from mistral_mock.hosts import parse_host
from mistral_mock.identities import CARRIED, DEFAULT, Identity
from mistral_mock.operations import load_operations
from mistral_openapi.eras import TODAY, find_era

if TYPE_CHECKING:
    from pathlib import Path

    from attrs import Attribute

    from mistral_mock.faults import Fault
    from mistral_mock.operations import Operation
    from mistral_mock.pace import Pace
    from mistral_openapi.eras import Era

MEGABYTE = 1024 * 1024
JOB_DELAY_S = 1.0
LONGEST_PAUSE_S = 366 * 24 * 3600.0


def _check_pause(_: object, attribute: Attribute[float], value: float) -> None:
    if not 0 <= value <= LONGEST_PAUSE_S:
        raise ValueError(f"{attribute.name} is {value}, not from 0 to {LONGEST_PAUSE_S} seconds")


def _check_host_name(_: object, __: Attribute[str], value: str) -> None:
    try:
        known = parse_host(f"[{value}]" if value.count(":") > 1 else value).name == value
    except ValueError:
        known = False
    if not known:
        raise ValueError(f"{value!r} is not just the name of a host, such as mock or mock.test")


def _check_token(_: object, __: Attribute[str | None], value: str | None) -> None:
    if value is not None and not CARRIED.fullmatch(value):
        raise ValueError("a control token is visible ASCII without spaces")  # and stays unsaid


def find_turning_deletes() -> list[Operation]:
    """Return the deletes that may answer with what is gone, or with nothing."""
    both = {"200", "204"}
    return [
        one
        for one in load_operations()
        if one.method == "DELETE" and both <= one.object["responses"].keys()
    ]


@frozen(kw_only=True)
class Settings:
    """One mock's settings; two mocks share nothing, whatever their settings."""

    identities: tuple[Identity, ...] = (DEFAULT,)
    seed: int = 0
    clock: Literal["real", "manual"] = field(
        default="real", validator=validators.in_(("real", "manual"))
    )
    era: str = TODAY
    """The state of the API that is served: a day of its history, `today` or `announced`."""
    without_deprecated: bool = False
    """What is deprecated is not there, whether its removal is announced or not."""
    delete_answers: Literal[200, 204] = field(default=200, validator=validators.in_((200, 204)))
    """How deletes answer of which the document has both, such as those of libraries."""
    closed_libraries: Literal["empty", "refused"] = field(
        default="empty", validator=validators.in_(("empty", "refused"))
    )
    """What agents meet in a library that no administrator has opened to them:
    nothing, or a 403 at the start of the conversation."""
    without_put: bool = False
    """The deprecated PUT twins of PATCH are left out."""
    without_patch: bool = False
    """The PATCH twins of PUT are left out, as before June 2026."""
    retired: Literal["answer", "refuse"] = field(
        default="answer", validator=validators.in_(("answer", "refuse"))
    )
    """What models do whose day has come."""
    unknown_models: Literal["refuse", "accept"] = field(
        default="refuse", validator=validators.in_(("refuse", "accept"))
    )
    """What happens to the name of a model that nobody knows."""
    urls: Literal["invent", "refuse", "fetch"] = field(
        default="invent", validator=validators.in_(("invent", "refuse", "fetch"))
    )
    """What happens to addresses of documents, images and recordings on other servers."""
    processing_delay_s: float | None = field(
        default=None, validator=validators.optional(_check_pause)
    )
    """From the upload of a document to the end of its processing, and how long jobs take; None is
    no time for a document, and JOB_DELAY_S for jobs."""
    latency_s: float = field(default=0.0, validator=_check_pause)
    """Waited before each answer, in real time."""
    event_gap_s: float = field(default=0.0, validator=_check_pause)
    """Waited before each event of a stream after the first, in real time."""
    pace: Pace | None = None
    """How fast the events of every stream come; a reply may have a pace of its own."""
    replies: tuple[Path, ...] = ()
    """Files of replies, or folders of them, see `replies/`."""
    strict_replies: bool = False
    """What a model answers has to be a reply's; without one the request is refused."""
    journal: int = field(default=1000, validator=validators.ge(0))
    """How many requests and answers are kept for tests to look at; 0 keeps none."""
    replay: Path | None = None
    """A folder of recordings that answer, or a HAR archive, see `recording/`."""
    missing: Literal["refuse", "record", "engine"] = field(
        default="refuse", validator=validators.in_(("refuse", "record", "engine"))
    )
    """What happens to requests that no recording answers; `record` asks `upstream`."""
    replay_pace: float = field(default=0.0, validator=validators.ge(0))
    """How fast recordings answer: 1 as they were recorded, 2 twice as fast, 0 at once."""
    upstream: str | None = None
    """The address of the server that is recorded."""
    record_afresh: bool = False
    """Every request goes to `upstream`; its recordings take the place of older ones."""
    yes_live: bool = False
    """The vendor's own servers may be recorded, which costs money and changes real data."""
    faults: tuple[Fault, ...] = ()
    allowed_hosts: tuple[str, ...] = field(
        default=(), validator=validators.deep_iterable(_check_host_name)
    )
    """Names of the mock, in lower case, beside those of the machine itself, see `hosts.py`."""
    control_token: str | None = field(default=None, repr=False, validator=_check_token)
    """What the control routes ask for; they need one where other machines reach the mock."""
    state_file: Path | None = None
    world_file: Path | None = None
    """A fixture world in YAML; None is the one that ships."""
    max_upload: int = field(default=100 * MEGABYTE, validator=validators.gt(0))
    """The largest document (documents.size-limit)."""
    max_file: int = field(default=512 * MEGABYTE, validator=validators.gt(0))
    """The largest file of `files.upload`."""
    max_body: int = field(default=10 * MEGABYTE, validator=validators.gt(0))
    """The largest JSON body."""
    rate_limit: int | None = field(default=None, validator=validators.optional(validators.gt(0)))
    """Requests per minute and key; None means no limit."""
    rate_limit_shape: Literal["gateway", "api"] = field(
        default="gateway", validator=validators.in_(("gateway", "api"))
    )
    """Which of the two attested bodies a 429 carries (errors.rate-limit)."""
    refused_types: tuple[str, ...] = ()
    """MIME types that `files.upload` refuses with a 422 whose detail is a text."""

    def __attrs_post_init__(self) -> None:
        """Refuses what cannot be served: an era that is not known, recording without a place."""
        if self.delete_answers == 204 and not any(
            find_era(self.era).has(one.id, "answer/204") for one in find_turning_deletes()
        ):
            raise ValueError(f"in the era {self.era} no delete that answers 200 can answer 204")
        records = self.missing == "record" or self.record_afresh
        if records and (self.upstream is None or self.replay is None):
            raise ValueError("recording needs the address of a server and a folder")
        if self.replay is not None and self.upstream is not None and self.replay.is_file():
            raise ValueError(f"{self.replay} is an archive: recordings go into a folder")

    @property
    def the_era(self) -> Era:
        """The state of the API that is served."""
        return find_era(self.era, without_deprecated=self.without_deprecated)

    @property
    def document_delay_s(self) -> float:
        """From the upload of a document to the end of its processing."""
        return self.processing_delay_s or 0.0

    @property
    def job_delay_s(self) -> float:
        """What batch jobs, imports and campaigns take."""
        return JOB_DELAY_S if self.processing_delay_s is None else self.processing_delay_s
