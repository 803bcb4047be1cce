"""Reading what answers carry inside a value: JSON in a text, so many items, what is wrong.

The form of the answer itself is watched by `reading`; what is read here no schema describes.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeVar

from mistral_conformance.record.exchange import picked
from mistral_conformance.record.reading import read_body
from mistral_conformance.verdict.outcome import Failed, Skipped

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.session.context import Context

LONGEST_NUMBER = 40
T = TypeVar("T")


def exactly(count: int, items: Iterable[T], what: str, *seen: Exchange) -> list[T]:
    """Return the items, as many as are due.

    Raises:
        Failed: there are more or fewer.

    """
    found = list(items)
    if len(found) != count:
        raise Failed(f"{len(found)} {what} came where {count} are due", *seen)
    return found


def some(items: Iterable[T], what: str, *seen: Exchange) -> list[T]:
    """Return the items, at least one.

    Raises:
        Failed: there is none.

    """
    found = list(items)
    if not found:
        raise Failed(f"no {what} came", *seen)
    return found


def column(answer: Exchange, items: str, field: str) -> list[Any]:
    """Return one field of all items that an answer lists."""
    return picked(each[field] for each in answer[items])


def read_text(text: object, what: str, *seen: Exchange) -> Any:  # noqa: ANN401 - JSON
    """Return the JSON value that a text of an answer holds.

    Raises:
        Failed: it is no text, or holds no JSON.

    """
    if not isinstance(text, str):
        raise Failed(f"{what} is no text", *seen)
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Failed(f"{what} is not JSON: {text[:60]!r}", *seen) from error


def read_integer(text: object, what: str, *seen: Exchange) -> int:
    """Return the integer that an answer tells as text, or as a number, of which 5.0 is one too.

    Raises:
        Failed: it is none.

    """
    if isinstance(text, float) and text % 1 == 0:
        return int(text)
    if isinstance(text, int) and not isinstance(text, bool):
        return text
    if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < LONGEST_NUMBER:
        return int(text)
    raise Failed(f"{what} is {text!r}, which is no integer", *seen)


def read_lines(answer: Exchange) -> list[Any]:
    """Return the objects of a file of JSON Lines, watched like answers.

    Raises:
        Failed: a line is not JSON, or no object.

    """
    found = [read_body(line, answer) for line in answer.text.split("\n") if line.strip()]
    if not all(isinstance(each, dict) for each in found):
        raise Failed("a line of the file is no JSON object", answer)
    return found


def within(value: Any, *names: str) -> Any:  # noqa: ANN401 - JSON
    """Return what stands below nested objects of an answer.

    Raises:
        Skipped: on the way stands null, or nothing where nothing may stand.
        Failed: on the way stands no object.

    """
    for name in names:
        if not isinstance(value, dict):
            raise Failed(f"what should hold `{name}` is no object")
        value = value[name]
        if value is None:
            raise Skipped(f"`{name}` is null: there is nothing to judge")
    return value


def texts_at(objects: Any, name: str, what: str) -> list[str]:  # noqa: ANN401 - JSON
    """Return one text of each of some objects which the document leaves to their author.

    Raises:
        Failed: they are no list of objects with such a text.

    """
    found = (
        [each.get(name) for each in objects if isinstance(each, dict)]
        if isinstance(objects, list)
        else []
    )
    texts = [each for each in found if isinstance(each, str)]
    if not isinstance(objects, list) or len(texts) < len(objects):
        raise Failed(f"{what} have no text in `{name}`")
    return texts


def expect_sum(ctx: Context, usage: Any, parts: Iterable[str], *seen: Exchange) -> None:  # noqa: ANN401 - JSON
    """Hold a usage's total to be the sum of its parts; null counts nothing.

    Raises:
        Skipped: it is not, and a part is left out.

    """
    names = list(parts)
    found, total = sum(usage.get(name) or 0 for name in names), usage["total_tokens"]
    absent = [name for name in names if name not in usage]
    if found != total and absent:
        raise Skipped(f"the usage leaves out {', '.join(absent)}", *seen)
    ctx.expect(found == total, f"the total of the usage is {total}, not {found}", *seen)


def problems_of(answer: Exchange) -> list[dict[str, Any]]:
    """Return the mistakes that a refusal lists in `detail`, at its top or within `message`.

    None are listed where it says in words what is wrong, which is a documented shape too.
    """
    body = answer.json()
    message = body.get("message") if isinstance(body, dict) else None
    holder = message if isinstance(message, dict) else body
    detail = holder.get("detail") if isinstance(holder, dict) else None
    return [each for each in detail if isinstance(each, dict)] if isinstance(detail, list) else []
