"""The fault script: what goes wrong on purpose, by operation and count.

A script is a JSON list of objects:

    [{"operation": "files.*", "call": 2, "times": 3, "status": 503},
     {"operation": "chat.complete", "drop": true, "after_events": 4},
     {"stall_s": 5}]

`operation` is a pattern for operation ids (all by default), `call` the first matching call that
suffers (1 by default), `times` how many calls suffer (1 by default, null for all that follow).
With `probability`, from 0 to 1, each call from that one on suffers with this chance, by the mock's
seed, and `times` has no end by default.
What happens is one of: `status` (with `body` and `headers`), `drop` (the connection ends without
an answer), or `stall_s` (a pause, in seconds, then all goes on). A `body` that is a text is sent as
it is, as plain text unless `headers` name a content type, so that it may be the HTML of a proxy or
an event stream; any other body is sent as JSON. `when: "after"` lets the operation
act first, so that its effect stays though its answer is lost. `after_events` moves a drop or a
stall into an event stream, after so many events.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Literal

from attrs import Factory, asdict, define, field, fields, frozen, validators

from mistral_mock import json_text
from mistral_mock.answers import JSON, PLAIN, encode
from mistral_mock.completion.dice import Dice
from mistral_mock.operations import check_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path


CHANCES = 1_000_000
BODILESS = (204, 304)
FRAMING = ("connection", "content-length", "transfer-encoding")
TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
VALUE = re.compile(r"[\x21-\x7e]([\t\x20-\x7e]*[\x21-\x7e])?|")


class FaultScriptError(ValueError):
    """The script cannot be read; the message says where and why."""


def _is(*types: type) -> Any:  # noqa: ANN401 - attrs declares its validators so
    """Return a validator; unlike `isinstance` it takes no boolean for a number."""

    def check(_: object, attribute: Any, value: object) -> None:  # noqa: ANN401 - attrs' signature
        if type(value) not in types:
            raise ValueError(f"{attribute.name} is {value!r}")

    return check


@frozen(kw_only=True)
class Fault:
    """One entry of a script; the module's docstring explains the fields."""

    operation: str = field(default="*", validator=_is(str))
    call: int = field(default=1, validator=[_is(int), validators.ge(1)])
    probability: float | None = field(default=None, validator=_is(int, float, type(None)))
    times: int | None = field(
        default=Factory(lambda self: None if self.probability is not None else 1, takes_self=True),
        validator=_is(int, type(None)),
    )
    status: int | None = field(default=None, validator=_is(int, type(None)))
    body: Any = None
    headers: Mapping[str, str] = field(
        factory=dict,
        validator=validators.deep_mapping(
            key_validator=_is(str), value_validator=_is(str), mapping_validator=_is(dict)
        ),
    )
    drop: bool = field(default=False, validator=_is(bool))
    stall_s: float = field(default=0.0, validator=[_is(int, float), validators.ge(0)])
    when: Literal["before", "after"] = field(
        default="before", validator=validators.in_(("before", "after"))
    )
    after_events: int | None = field(default=None, validator=_is(int, type(None)))

    def __attrs_post_init__(self) -> None:
        if self.probability is not None and not 0 <= self.probability <= 1:
            raise ValueError(f"probability is {self.probability}, not from 0 to 1")
        effects = [self.status is not None, self.drop, self.stall_s > 0]
        if sum(effects) != 1:
            raise ValueError("a fault has exactly one of status, drop and stall_s")
        if self.status is not None and not 200 <= self.status <= 599:
            raise ValueError(f"status is {self.status}")
        if self.after_events is not None and self.status is not None:
            raise ValueError("after_events goes with drop or stall_s")
        if self.body is not None and self.status in BODILESS:
            raise ValueError(f"status {self.status} has no body")
        _check_body(self.body)
        check_headers(self.headers)

    def spell_body(self) -> tuple[bytes, str | None]:
        """Return the body's bytes and their media type; None when there is no body."""
        if self.body is None:
            return b"", None
        if isinstance(self.body, str):
            return self.body.encode(), PLAIN
        return encode(self.body), JSON


def _check_body(body: object) -> None:
    """Lets a body pass that can be sent: a text of whole characters, or a JSON value."""
    try:
        if isinstance(body, str):
            body.encode()
        else:
            json_text.check(body)
    except (TypeError, ValueError) as error:
        raise ValueError(f"body cannot be sent: {error}") from None


def check_headers(headers: Mapping[str, str]) -> None:
    """Lets through what HTTP can carry and what the server does not write itself.

    Raises:
        ValueError: A name or a value cannot be sent, or a name stands there twice.

    """
    if len({name.lower() for name in headers}) < len(headers):
        raise ValueError("headers name one header twice")
    for name, value in headers.items():
        if not TOKEN.fullmatch(name) or not VALUE.fullmatch(value):
            raise ValueError(f"header {name!r}: {value!r} cannot be sent")
        if name.lower() in FRAMING:
            raise ValueError(f"header {name!r} is written by the server")


@define
class Armed:
    """A fault and how many matching calls it has seen."""

    fault: Fault
    dice: Dice
    seen: int = 0
    struck: int = 0

    def meet(self, operation: str) -> bool:
        """Count a call; tell whether it suffers."""
        if not fnmatchcase(operation, self.fault.operation):
            return False
        self.seen += 1
        if self.fault.probability is None:
            return suffers(self.fault, self.seen)
        return self._suffers_by_chance(self.fault.probability)

    def _suffers_by_chance(self, probability: float) -> bool:
        due = self.seen >= self.fault.call and self.struck != self.fault.times
        hit = due and self.dice.below(CHANCES) < probability * CHANCES
        self.struck += hit
        return hit


def suffers(fault: Fault, seen: int) -> bool:
    """Say whether the matching call with this number is one that the fault strikes."""
    since = seen - fault.call
    return since >= 0 and (fault.times is None or since < fault.times)


class Faults:
    """The script of one mock, as it stands."""

    def __init__(self, script: Iterable[Fault], seed: int = 0) -> None:
        self._seed = seed
        self._script = tuple(script)
        self._armed: list[Armed] = []
        self.reset()

    def strike(self, operation: str) -> Fault | None:
        """Return the fault that the call suffers: the first one in the script that is due."""
        if not self._armed:
            return None
        struck = [armed.fault for armed in self._armed if armed.meet(operation)]
        return struck[0] if struck else None

    def add(self, faults: Iterable[Fault]) -> None:
        """Put faults at the end of the script; they count calls from now on."""
        self._armed += self._arm(faults)

    def clear(self) -> None:
        """End all faults."""
        self._armed = []

    def reset(self) -> None:
        """Back to the script that the mock was started with."""
        self._armed = []
        self._armed = self._arm(self._script)

    def _arm(self, faults: Iterable[Fault]) -> list[Armed]:
        dice = Dice(str(self._seed).encode())
        first = len(self._armed)
        return [Armed(fault, dice.fork("fault", first + n)) for n, fault in enumerate(faults)]

    def as_json(self) -> list[dict[str, Any]]:
        """Return the script as it stands, each entry with the number of calls `seen`."""
        return [{**asdict(armed.fault), "seen": armed.seen} for armed in self._armed]


def parse_script(value: object) -> list[Fault]:
    """Return the faults of a script, a list of objects or one object.

    Raises:
        FaultScriptError: An entry has an unknown field or a wrong value.

    """
    entries = value if isinstance(value, list) else [value]
    return [_parse_entry(number, entry) for number, entry in enumerate(entries, start=1)]


def read_script(path: Path) -> list[Fault]:
    """Return the faults of a script file.

    Raises:
        FaultScriptError: The file cannot be read, is not JSON, or holds a wrong entry.

    """
    try:
        return parse_script(json_text.read(path.read_bytes()))
    except FaultScriptError as error:
        raise FaultScriptError(f"{path}: {error}") from error
    except OSError as error:
        raise FaultScriptError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise FaultScriptError(f"{path} is not JSON: {error}") from error


def _parse_entry(number: int, entry: object) -> Fault:
    if not isinstance(entry, dict):
        raise FaultScriptError(f"entry {number} is not an object")
    unknown = sorted(entry.keys() - {a.name for a in fields(Fault)})
    if unknown:
        raise FaultScriptError(f"entry {number} has unknown fields: {', '.join(unknown)}")
    try:
        fault = Fault(**entry)
        check_pattern(fault.operation)
    except (ValueError, TypeError) as error:
        raise FaultScriptError(f"entry {number}: {error}") from error
    return fault
