"""The one reader of laws: whatever an answer holds, it gives a value or fails with a sentence."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

from mistral_conformance.record.moments import read_moment
from mistral_conformance.verdict.outcome import Failed

if TYPE_CHECKING:
    from mistral_conformance.model.document import Json
    from mistral_conformance.record.exchange import Exchange

NAMES = {dict: "an object", list: "an array", str: "a text", bool: "a boolean", int: "a number"}


def read_object(exchange: Exchange, path: str = "") -> Json:
    """Return the object at a dotted path of an answer."""
    found: Json = _typed(exchange, path, dict)
    return found


def read_items(exchange: Exchange, path: str = "") -> list[Json]:
    """Return the objects of the array at a dotted path of an answer."""
    found = _typed(exchange, path, list)
    for each in found:
        if not isinstance(each, dict):
            raise Failed(f"an item of {path or 'the answer'} is {kind(each)}, no object", exchange)
    return list(found)


def read_count(exchange: Exchange, path: str) -> int:
    """Return the whole number, not below 0, at a dotted path of an answer."""
    found = exchange.at(path)
    if isinstance(found, bool) or not isinstance(found, int) or found < 0:
        raise Failed(f"`{path}` is {kind(found)} where a count is due", exchange)
    return found


def find(exchange: Exchange, path: str) -> Any:  # noqa: ANN401 - JSON
    """Return what stands at a dotted path, None where nothing does: for what may be left out."""
    value: Any = exchange.json()
    for name in path.split(".") if path else ():
        value = value.get(name) if isinstance(value, dict) else None
    return value


def values_at(value: Any, path: str) -> list[Any]:  # noqa: ANN401 - JSON
    """Return all that stands at a dotted path, `*` for each item of an array."""
    found = [value]
    for name in path.split("."):
        if name == "*":
            found = [item for each in found if isinstance(each, list) for item in each]
        else:
            found = [each[name] for each in found if isinstance(each, dict) and name in each]
    return found


def read_time(value: object) -> float | None:
    """Return seconds since 1970 of a time in either spelling, None for what is no time."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, str):
        return None
    try:
        moment = read_moment(value)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def kind(value: object) -> str:
    """Return what a JSON value is, in words."""
    if value is None:
        return "null"
    return next((words for each, words in NAMES.items() if isinstance(value, each)), "a number")


def _typed(exchange: Exchange, path: str, wanted: type) -> Any:  # noqa: ANN401 - JSON
    found = exchange.at(path)
    if not isinstance(found, wanted):
        where = f"`{path}`" if path else "the answer"
        raise Failed(f"{where} is {kind(found)} where {NAMES[wanted]} is due", exchange)
    return found
