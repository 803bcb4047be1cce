"""Steps that many rules take: change, refuse, compare, share, ask a model."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from mistral_conformance.record.comparison import differing, first_difference
from mistral_conformance.record.exchange import picked
from mistral_conformance.rules.common.names import (
    GET_LIBRARY,
    LIST_ACCESSES,
    SHARE,
    UNSHARE,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.record.reading import Place
    from mistral_conformance.session.api import Api
    from mistral_conformance.session.context import Context


def unknown_id(ctx: Context) -> str:
    """Return an id of the right form that no object has."""
    return str(uuid.UUID(int=ctx.random.getrandbits(128), version=4))


def word(ctx: Context) -> str:
    """Return a word that no other rule uses."""
    return f"w{ctx.random.getrandbits(40):010x}"


def watch(
    ctx: Context,
    look: Callable[[], Exchange],
    goes_on: Callable[[Exchange], bool],
    step_s: float = 1,
    most: int = 120,
) -> list[Exchange]:
    """Return what is told until something ends, or so many times, the last answer at the end."""
    seen = [look()]
    while goes_on(seen[-1]) and len(seen) < most:
        ctx.pass_time(step_s)
        seen.append(look())
    return seen


def expect_refused(ctx: Context, exchange: Exchange, what: str) -> Exchange:
    """Hold the server to any 4xx, where the documents demand a refusal but name no status."""
    said = f"{what}: answered {exchange.status} where a refusal (4xx) is due"
    ctx.expect(400 <= exchange.status < 500, said, exchange)
    return exchange


def expect_equal(ctx: Context, found: object, wanted: object, what: str, *seen: Exchange) -> None:
    """Hold two values to be equal in what the document knows; say both when they are not."""
    place = first_difference(found, wanted)
    if place is None:
        return
    where = f"{what}, at {'.'.join(map(str, place))}," if place else what
    shown = f"{_short(_at(found, place))}, not {_short(_at(wanted, place))}"
    ctx.expect(False, f"{where} is {shown}", *seen)  # noqa: FBT003 - the condition is known


def expect_same_fields(ctx: Context, before: Exchange, after: Exchange) -> None:
    """Hold two answers to show the same object."""
    old, new = before.json(), after.json()
    shown = isinstance(old, dict) and isinstance(new, dict)
    ctx.expect(shown, "an answer is no object", before, after)
    changed = sorted(differing(old, new))
    ctx.expect(not changed, f"the answers differ in {', '.join(changed)}", before, after)


def read_library(ctx: Context, library_id: str) -> Exchange:
    """Return the library as the default caller sees it now."""
    return ctx.prepare(GET_LIBRARY, library_id=library_id)


def entity(ctx: Context, who: str, kind: str = "User") -> dict[str, str]:
    """Return what names an identity, its workspace or its organisation in a share."""
    fact = {"User": "user", "Workspace": "workspace", "Org": "org"}[kind]
    return {"share_with_type": kind, "share_with_uuid": ctx.identity(who).known(fact)}


def share(api: Api, library_id: str, with_: Mapping[str, str], level: str) -> Exchange:
    """Give an entity a level on a library."""
    return api.call(SHARE, library_id=library_id, json={**with_, "level": level})


def unshare(api: Api, library_id: str, with_: Mapping[str, str]) -> Exchange:
    """Take an entity's access to a library away."""
    return api.call(UNSHARE, library_id=library_id, json=dict(with_))


def entries(api: Api, library_id: str) -> tuple[Exchange, list[dict[str, Any]]]:
    """Return the accesses of a library, with the exchange that shows them."""
    answer = api.call(LIST_ACCESSES, library_id=library_id)
    return answer, list(answer["data"])


def entries_of(found: Iterable[Mapping[str, Any]], who: Mapping[str, str]) -> list[Any]:
    """Return those entries that name the entity."""
    return picked(each for each in found if all(each[key] == who[key] for key in who))


def _at(value: Any, place: Place) -> object:  # noqa: ANN401 - JSON
    """Return what stands at a place, None where nothing does."""
    for key in place:
        value = value.get(key) if isinstance(value, dict) else value[key]
    return value


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
