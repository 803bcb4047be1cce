"""An answer in the form of a class."""

from dataclasses import dataclass
from typing import NamedTuple, NotRequired, TypedDict

from mistral_client import AsyncMistral, Mistral, StructuredOutputError


@dataclass
class Book:
    title: str
    year: int


def find(client: Mistral) -> Book | None:
    question = [{"role": "user", "content": "Name a book."}]
    try:
        book = client.chat.parse(
            model="mistral-small-latest", messages=question, response_format=Book
        )
    except StructuredOutputError as error:
        print(error.content, error.finish_reason)
        return None
    print(book.title.upper(), book.year + 1)
    return book


def follow(client: Mistral) -> int:
    question = [{"role": "user", "content": "Name a book."}]
    with client.chat.stream(
        model="mistral-small-latest", messages=question, response_format=Book
    ) as events:
        for piece in events.text():
            print(piece.strip())
        book = events.final()
    return book.year + len(book.title)


async def follow_agent(client: AsyncMistral) -> str:
    question = [{"role": "user", "content": "Name a book."}]
    async with client.agents.stream(
        agent_id="ag", messages=question, response_format=Book
    ) as events:
        return (await events.final()).title


def follow_plain(client: Mistral) -> int:
    question = [{"role": "user", "content": "Name a book."}]
    with client.chat.stream(
        model="m", messages=question, response_format={"type": "json_object"}
    ) as events:
        return (events.final().usage.total_tokens or 0) + 1


class Place(TypedDict):
    town: str
    country: NotRequired[str]


class Span(NamedTuple):
    first: int
    last: int


def find_place(client: Mistral) -> str:
    question = [{"role": "user", "content": "Name a place."}]
    place = client.chat.parse(model="m", messages=question, response_format=Place)
    return place["town"] + place.get("country", "")


def find_span(client: Mistral) -> int:
    question = [{"role": "user", "content": "Name pages."}]
    with client.chat.stream(model="m", messages=question, response_format=Span) as events:
        first, last = events.final()
    return last - first
