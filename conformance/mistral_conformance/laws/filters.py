"""What a filter can be asked for, how that is spelled, and which items fit it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from mistral_conformance.laws.reading import read_time
from mistral_conformance.model.schemas import facet, items_of, types

if TYPE_CHECKING:
    from mistral_conformance.laws.populations import Population
    from mistral_conformance.laws.world import World
    from mistral_conformance.model import Filter
    from mistral_conformance.model.document import Json

Values = list[Any]
PARTS = (
    "{word} Alpha report",
    "Alpha",
    "alpha",
    "REPORT",
    "100%_done",
    "%",
    "_",
    "b*c",
    "ï ç",
    "Ï Ç",
    "x",
)
"""What is searched for, beside the word of the population."""
SEARCHED = 3
"""So many texts that were not made by the suite are searched for, as a whole and in parts."""
NOTHING = (None, False, 0)
"""Values that a careless server takes for none."""
MOST = 8
"""So many values of one filter are asked for."""
DAY_S = 86_400
AHEAD = timedelta(hours=5)
"""How far the clocks of a zone are from UTC in which times are spelled too."""
SOON_S = 1
"""Times that are nearer are taken for the same: some answers tell whole seconds."""


class Unheard(str):
    """A word that stands in no text on the server, not even where items do not show it."""

    __slots__ = ()


def values_of(
    world: World, each: Filter, population: Population, items: tuple[Json, ...]
) -> Values:
    """Return the values to ask for: those that items have, and one that none has.

    None without items.
    """
    found = [value for item in items for value in _told(item, each)]
    return _values_of(world, each, population, found) if found else []


def _values_of(world: World, each: Filter, population: Population, found: Values) -> Values:
    renamed = population.renamed if set(population.renamed) & set(map(str, found)) else ()
    if each.compare in {"contains", "begins"}:
        return [*_parts(population, found), *renamed, Unheard(world.values.word())]
    if each.values:
        return list(each.values)
    if each.compare in {"after", "before"}:
        moments = sorted({moment for value in found if (moment := read_time(value)) is not None})
        least, most = moments[0], moments[-1]
        plain = [spell_time(moment) for moment in (least, most, least - DAY_S)]
        return [*plain, spell_time(least, AHEAD), spell_time(most, -AHEAD)]
    if each.compare == "holds":
        return _entries(sorted(found, key=lambda value: str(value).isascii()))
    distinct = list(dict.fromkeys(value for value in found if isinstance(value, str | bool)))
    if "boolean" in types(world.document, each.schema):
        return [True, False]
    return [*distinct[:MOST], *_absent(world, each, distinct), *renamed]


def _entries(found: Values) -> Values:
    """Return maps that items have, and maps with one more entry, which none has.

    An entry that is null, false or nothing is not one that is absent. Where all values are texts,
    other ones may be refused.
    """
    free = [each for each in found if not all(isinstance(value, str) for value in each.values())]
    absent = ("has this", "", *(NOTHING if free else ()))
    plain: Json = next((each for each in found if each not in free), {})
    return [*found[:2], *free[:1], *({**plain, "nobody": value} for value in absent)]


def _parts(population: Population, found: Values) -> list[str]:
    """Return what to look for in texts: in those of the population, or in some that there are."""
    if any(population.word in str(value) for value in found):
        return [population.word, *(part.format(word=population.word) for part in PARTS)]
    texts = list(dict.fromkeys(map(str, found)))[:SEARCHED]
    return list(
        dict.fromkeys(
            part for text in texts for part in (text, text[:4], text[1:5], text[1:5].upper())
        )
    )


def spell(each: Filter, values: Values) -> Any:  # noqa: ANN401 - what httpx takes
    """Return the values as a query carries them."""
    if each.compare == "holds":
        return json.dumps(values[0])
    return values if each.repeats else values[0]


def spell_time(moment: float, ahead: timedelta = timedelta()) -> str:
    """Return a moment as RFC 3339 text, as clocks show it that are so much ahead of UTC."""
    zone = timezone(ahead)
    return datetime.fromtimestamp(moment, zone).isoformat().replace("+00:00", "Z")


def fits(each: Filter, values: Values, item: Json) -> bool | None:
    """Say whether an item fits a filter.

    None where nobody says, such as for letters of other case.
    """
    if each.values:
        values = [each.values[value] for value in values if value in each.values]
        if not values or None in values:
            return True
    told = [_fits(each, field, values, item) for field in (each.field, *each.others)]
    if True in told:
        return True
    if each.beyond and isinstance(values[0], Unheard):
        return False
    return None if each.beyond or None in told else False


def _fits(each: Filter, field: str, values: Values, item: Json) -> bool | None:
    """Say whether one field of an item fits."""
    found = value_at(item, field)
    if found is None:
        told = not each.told_by and field.partition(".")[0] in item
        return False if told else None
    if each.compare in {"after", "before"}:
        return _is_on_side(each, str(values[0]), found)
    if each.compare == "holds":
        return isinstance(found, dict) and found.items() >= values[0].items()
    if each.compare == "equals":
        own = found if isinstance(found, list) else [found]
        fitting = {value in values for value in own}
        if {True: "some", False: "none"}.get(bool(fitting)) in each.unsure and len(fitting) != 1:
            return None
        return (all if each.every else any)(value in own for value in values)
    return _is_like(each, str(values[0]), str(found))


def value_at(item: Json, path: str) -> Any:  # noqa: ANN401 - JSON
    """Return what stands at a dotted path of an item, or is told of it; None where nothing is."""
    if path in item:
        return item[path]
    found: Any = item
    for name in path.split("."):
        if isinstance(found, list):
            found = [each.get(name) for each in found if isinstance(each, dict)]
        else:
            found = found.get(name) if isinstance(found, dict) else None
    return found


def _told(item: Json, each: Filter) -> Values:
    """Return the values of the field, or of its items where it is an array, the last first."""
    told = [value_at(item, field) for field in (each.field, *each.others)]
    lists = [each if isinstance(each, list) else [each] for each in told if each not in (None, {})]
    return [value for each in lists for value in reversed(each)]


def _absent(world: World, each: Filter, found: Values) -> Values:
    """Return a value that no item has, where there is one, and most of a text that one has."""
    listed = items_of(world.document, each.schema) or each.schema
    is_id = facet(world.document, listed, "format") == "uuid"
    choices = facet(world.document, listed, "enum")
    if choices or is_id:
        told = choices or [world.values.uuid()]
        return [value for value in told if value is not None and value not in found][:1]
    cut = [value[:-1] for value in found if isinstance(value, str) and len(value) > 1][:1]
    return [f"none/{world.values.word()}", *(each for each in cut if each not in found)]


def _is_on_side(each: Filter, asked: str, found: object) -> bool | None:
    moment, other = read_time(found), read_time(asked)
    if moment is None or other is None:
        return None
    if abs(moment - other) < SOON_S:
        return True if each.inclusive and found == asked else None
    return (moment > other) is (each.compare == "after")


def _is_like(each: Filter, part: str, text: str) -> bool | None:
    """Say whether a text has a part, anywhere or at its beginning."""

    def has(whole: str, some: str) -> bool:
        return whole.startswith(some) if each.compare == "begins" else some in whole

    if has(text, part):
        return True
    if has(text.lower(), part.lower()):
        return {"ignored": True, "kept": False}.get(each.case)
    return None if has(text.casefold(), part.casefold()) else False
