"""What answers of models cost, in US dollars, by the prices of `prices.toml`.

What has no known price is said to have none; it is never taken for free.
"""

from __future__ import annotations

import json
import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from attrs import frozen

from mistral_conformance.record.events import EVENT_STREAM

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from mistral_conformance.record.exchange import Exchange

Usage = dict[str, float]
COUNTED = {
    "prompt_tokens": "in",
    "completion_tokens": "out",
    "prompt_audio_seconds": "second",
    "pages_processed": "page",
    "pages_processed_annotation": "annotated_page",
}
"""The fields of answers that tell what was used, by the unit of the price."""
PLACES = ("usage", "usage_info")


@frozen
class Prices:
    """The price of one unit by model, and the day on which these prices were published."""

    day: date
    models: dict[str, dict[str, float]]

    def of(self, model: str, usage: Mapping[str, float]) -> float | None:
        """Return what a usage costs, None where its price is not known.

        What a model counts in two units, such as sound in seconds and in tokens, it asks for both;
        units that have no price beside one that has are free.
        """
        price = self.models.get(model)
        asked = [amount * price[unit] for unit, amount in usage.items() if price and unit in price]
        return sum(asked) if asked else None

    @property
    def highest(self) -> dict[str, float]:
        """The highest price of each unit: what is unknown is taken to cost no more."""
        found: dict[str, float] = {}
        for price in self.models.values():
            found = {unit: max(found.get(unit, 0), price.get(unit, 0)) for unit in {*found, *price}}
        return found


@cache
def load_prices() -> Prices:
    """Return the prices that this distribution carries."""
    data = _read()
    models = {
        name: {unit: amount / data["per"][unit] for unit, amount in each["price"].items()}
        for each in data["models"]
        for name in each["names"]
    }
    return Prices(data["date"], models)


@cache
def untold_costs() -> frozenset[str]:
    """Return the operations that make models work later, so that no answer tells what it costs."""
    data = _read()
    return frozenset(data["untold"])


@cache
def _read() -> dict[str, Any]:
    """Return the data file."""
    return tomllib.loads(
        files("mistral_conformance.session").joinpath("prices.toml").read_text("utf-8")
    )


@cache
def _spoken() -> dict[str, str]:
    """By operation that speaks a text, the field that holds it."""
    data = _read()
    found: dict[str, str] = data["spoken"]
    return found


def usage_of(exchange: Exchange) -> Usage:
    """Return what an answer says that it used, by unit; empty where it says nothing."""
    if not exchange.ok or exchange.method != "POST":
        return {}
    if spoken := _spoken().get(exchange.operation):
        return {"char_out": float(len(str(_sent(exchange).get(spoken, ""))))}
    if b'"usage' not in exchange.content:
        return {}
    used: Usage = {}
    for body in _bodies(exchange):
        for place in PLACES:
            told = body.get(place)
            used |= _amounts(told) if isinstance(told, dict) else {}
    return used


def model_of(exchange: Exchange) -> str:
    """Return the model that was asked, as the request or the answer names it.

    Empty where neither does.
    """
    named = _sent(exchange).get("model")
    if isinstance(named, str) and named:
        return named
    return next((str(each["model"]) for each in _bodies(exchange) if each.get("model")), "")


def highest_cost_of(exchange: Exchange) -> float:
    """Return what an exchange costs at most, in US dollars."""
    usage = usage_of(exchange)
    if not usage:
        return 0.0
    known = load_prices().of(model_of(exchange), usage)
    highest = load_prices().highest
    return sum(n * highest.get(u, 0.0) for u, n in usage.items()) if known is None else known


def _amounts(told: Mapping[str, Any]) -> Usage:
    return {
        unit: float(told[name])
        for name, unit in COUNTED.items()
        if isinstance(told.get(name), int | float) and not isinstance(told[name], bool)
    }


def _bodies(exchange: Exchange) -> Iterator[dict[str, Any]]:
    texts = [exchange.text]
    if exchange.media_type == EVENT_STREAM:
        texts = [each.data for each in exchange.events]
    for text in texts:
        found = _parse(text)
        if isinstance(found, dict):
            yield found


def _sent(exchange: Exchange) -> dict[str, Any]:
    found = _parse(exchange.request_content.decode("utf-8", "replace"))
    return found if isinstance(found, dict) else {}


def _parse(text: str) -> object:
    try:
        found: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found
