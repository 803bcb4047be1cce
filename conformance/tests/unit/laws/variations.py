"""Answers that differ from the mock's: freely, as a correct server may, and brokenly."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from random import Random
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

if TYPE_CHECKING:
    from tests.unit.laws.altering import Alter, Answer

RETYPED: tuple[Any, ...] = (None, 0, "text", [], {}, True, [1], {"x": 1})
THE_CLIENTS = frozenset({"attributes"})
"""Maps whose keys are not the server's to add to."""
ZONE = timezone(timedelta(hours=2))


def varying(seed: int) -> Alter:
    """Unknown fields, another order of keys, other spellings of times, headers in capitals.

    400 where the mock says 422, and a word of its own for what waits.
    """
    random = Random(seed)  # noqa: S311 - test data

    def alter(answer: Answer) -> None:
        answer.headers = {name.upper(): each for name, each in answer.headers.items()}
        answer.status = 400 if answer.status == 422 else answer.status
        if is_json(answer):
            answer.content = answer.content.replace(b'"todo"', b'"queued"')
            answer.body = varied(answer.body, random)

    return alter


def reordering(seed: int) -> Alter:
    """Another order of keys in each answer."""
    random = Random(seed)  # noqa: S311 - test data

    def alter(answer: Answer) -> None:
        if is_json(answer):
            answer.body = reordered(answer.body, random)

    return alter


def reordered(value: Any, random: Random) -> Any:
    if isinstance(value, list):
        return [reordered(each, random) for each in value]
    if isinstance(value, dict):
        names = sorted(value, key=lambda _: random.random())
        return {name: reordered(value[name], random) for name in names}
    return value


def varied(value: Any, random: Random) -> Any:
    if isinstance(value, list):
        return [varied(each, random) for each in value]
    if isinstance(value, dict):
        names = sorted(value, key=lambda _: random.random())
        found = {
            name: value[name] if name in THE_CLIENTS else varied(value[name], random)
            for name in names
        }
        return {"unknown_field": random.randrange(10_000), **found}
    return spelled(value, random)


def spelled(value: Any, random: Random) -> Any:
    """A time in another zone."""
    if isinstance(value, str) and value.endswith("Z") and value[:2] == "20" and len(value) > 18:
        moment = datetime.fromisoformat(value)
        return moment.astimezone(ZONE).isoformat() if random.random() < 0.5 else value
    return value


def breaking(seed: int) -> Alter:
    """One field of many an answer is left out or of another type."""
    random = Random(seed)  # noqa: S311 - test data

    def alter(answer: Answer) -> None:
        if is_json(answer) and random.random() < 0.3:
            body = answer.body
            places = list(containers(body))
            if places:
                holder, key = random.choice(places)
                mangle(holder, key, random)
            answer.body = body if random.random() < 0.95 else random.choice(RETYPED)

    return alter


def containers(value: Any) -> Any:
    """Every object or array of a body with each of its keys."""
    keys = value.keys() if isinstance(value, dict) else range(len(value))
    for key in list(keys):
        yield value, key
        if isinstance(value[key], dict | list):
            yield from containers(value[key])


def mangle(holder: Any, key: Any, random: Random) -> None:
    if random.random() < 0.5:
        del holder[key]
    else:
        holder[key] = random.choice(RETYPED)


def is_json(answer: Answer) -> bool:
    found = {name.lower(): each for name, each in answer.headers.items()}
    is_object = answer.content[:1] in {b"{", b"["}
    return "json" in found.get("content-type", "") and is_object


def answering_otherwise(answer: Answer) -> None:
    """Another text where a text to stop at is asked for, as of a model that reads its options."""
    if answer.is_("POST", "/chat/completions") and answer.sent_body.get("stop"):
        body = answer.body
        for choice in body["choices"]:
            choice["message"]["content"] = "8 * 9 = 72"
        answer.body = body


def telling_an_end(answer: Answer) -> None:
    """URLs with a time that their server does not read: what ends them is known to it alone."""
    if answer.is_("GET", "/url"):
        _, _, rest = answer.body["url"].partition("://")
        answer.body = {"url": f"{answer.own_url}/{rest.partition('/')[2]}&told=2000000000"}


def counting_from_one(answer: Answer) -> None:
    """The versions of agents, counted from 1 where the mock begins with 0."""
    if not answer.path.startswith("/v1/agents"):
        return
    shifted = _earlier(answer)
    if shifted != (answer.path, answer.query):
        path, query = shifted
        again = answer.again(answer.method, f"{path}?{urlencode(query, doseq=True)}")
        answer.status, answer.content = again.status_code, again.content
    if answer.status < 300 and is_json(answer):
        answer.body = _later(answer.body)


def _earlier(answer: Answer) -> tuple[str, dict[str, list[str]]]:
    """The path and the query of a request with the numbers of versions that the mock has."""
    head, _, last = answer.path.rpartition("/")
    counted = head.endswith("/versions") and last.isdigit()
    path = f"{head}/{int(last) - 1}" if counted else answer.path
    query = {
        name: [
            str(int(each) - 1) if "version" in name and each.isdigit() else each for each in told
        ]
        for name, told in answer.query.items()
    }
    return path, query


def _later(value: Any) -> Any:
    if isinstance(value, list):
        return [_later(each) for each in value]
    if not isinstance(value, dict):
        return value
    found = {**value, **({"version": value["version"] + 1} if "version" in value else {})}
    if "versions" in value:
        found["versions"] = [each + 1 for each in value["versions"]]
    return {**found, "data": _later(value["data"])} if "data" in value else found
