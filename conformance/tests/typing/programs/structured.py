"""An answer in the form of a class."""

from dataclasses import dataclass

from mistral_client import Mistral, StructuredOutputError


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
