"""What a function needs to be called, and whether somebody has said it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from attrs import evolve

from mistral_mock.completion.vocabulary import (
    CODE_NAMES,
    LINKS,
    find_numbers,
    find_pieces,
    read_vocabulary,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mistral_mock.completion.request import Function
    from mistral_mock.completion.vocabulary import Vocabulary

FORM = re.compile(r"[A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*")
"""Names of classes, such as `Book`."""
STEM = 5
"""Words are the same when they begin with as many same letters."""
WORD = re.compile(r"[A-Z]?[a-z]{2,}|[A-Z]{4,}|[^\W\da-zA-Z_]{4,}")
SHORTEST = 4
COMMON = frozenset(
    {
        *("about", "and", "any", "are", "could", "each", "find", "for", "from", "function", "gets"),
        *("give", "given", "have", "here", "into", "more", "name", "need", "please", "result"),
        *("return", "returns", "should", "some", "tell", "that", "their", "them", "then", "there"),
        *("they", "this", "tool", "used", "user", "uses", "value", "want", "what", "when", "where"),
        *("which", "will", "with", "would", "your"),
    }
)
"""Words that say nothing about a function."""
FILLERS = frozenset(
    {
        *("hello", "thanks", "thank", "good", "morning", "the", "how", "who", "why", "can", "you"),
        *("get", "let", "show", "see", "check", "look", "know", "like", "had", "has", "was", "not"),
        *(
            "but",
            "out",
            "our",
            "its",
            "his",
            "her",
            "him",
            "she",
            "now",
            "use",
            "all",
            "may",
            "too",
        ),
        *("yes", "much", "many", "very", "just", "also", "okay", "lookup", "fetch", "make"),
        *("today", "tomorrow", "yesterday", "tonight", "been", "does", "did"),
    }
)
"""Words that no argument is."""
NUMBERS = ["integer", "number"]  # a type may be a list, which a set cannot look for
MAILS = re.compile(r"(^|_)e?mail(_address)?$")
PLACES = re.compile(r"(^|_)(city|location|place|country|town|destination|origin|airport)(_|$)")
NAMED = re.compile(r"(^|_)(name|title|company|person|symbol|ticker|currency)(_|$)")


def find_stems(text: str) -> frozenset[str]:
    """Return the beginnings of the telling words of a text."""
    words = (word.lower() for word in WORD.findall(text))
    return frozenset(word[:STEM] for word in words if len(word) >= SHORTEST and word not in COMMON)


def find_required(function: Function) -> dict[str, Mapping[str, Any]]:
    """Return the schemas of the parameters that a call must have, where they are plain."""
    parameters = function.parameters
    known, required = parameters.get("properties"), parameters.get("required")
    if not isinstance(known, dict) or not isinstance(required, list):
        return {}
    return {
        name: known[name]
        for name in required
        if isinstance(name, str) and isinstance(known.get(name), dict)
    }


def are_named(function: Function, text: str) -> bool:
    """Say whether the text names all that the function needs: codes, places, names or numbers."""
    required = find_required(function)
    words = evolve(read_vocabulary(text), numbers=find_numbers(text))
    return bool(required) and all(is_named(*one, words) for one in required.items())


def is_named(name: str, schema: Mapping[str, Any], words: Vocabulary) -> bool:
    """Say whether the words have what is unmistakably this parameter."""
    if isinstance(schema.get("enum"), list):
        return any(words.mentions(one) for one in schema["enum"])
    if schema.get("type") != "string":
        return schema.get("type") in NUMBERS and bool(words.numbers)
    if CODE_NAMES.search(name):
        return bool(words.codes)
    return bool((PLACES.search(name) or NAMED.search(name)) and words.names)


def is_form(function: Function) -> bool:
    """Say whether the function is named like a class: it takes an answer, not an action's needs."""
    return FORM.fullmatch(function.name) is not None


def find_lacking(function: Function, words: Vocabulary) -> list[str]:
    """Return the names of the parameters that the function needs and the words do not have."""
    required = {} if is_form(function) else find_required(function)
    lacking = [name for name, schema in required.items() if not is_said(name, schema, words)]
    numbers = [name for name, schema in required.items() if schema.get("type") in NUMBERS]
    places = [name for name in required if PLACES.search(name) and name not in lacking]
    said = len(words.numbers) or len(words.codes)
    return list(
        dict.fromkeys((*lacking, *numbers[said:], *places[len(words.names or words.words) :]))
    )


def is_said(name: str, schema: Mapping[str, Any], words: Vocabulary) -> bool:
    """Say whether the words have something that may be meant by the parameter.

    What can be guessed counts.
    """
    if "enum" in schema or "const" in schema or "default" in schema:
        return True
    if schema.get("type") in NUMBERS:
        return bool(words.numbers or words.codes)
    if schema.get("type") != "string" or "format" in schema or "pattern" in schema:
        return True
    if CODE_NAMES.search(name):
        return bool(words.codes)
    if LINKS.search(name) or MAILS.search(name):
        return bool(words.links if LINKS.search(name) else words.addresses)
    return bool(words.names or words.words or words.codes)


def read_words(said: Sequence[str], function: Function) -> Vocabulary:
    """Return the words from which arguments are taken: not those that only name the function.

    Of all that the user has said, the latest first, the first that has codes or names counts.
    """
    found = read_vocabulary(said[0])
    for text in said:
        if found.codes or found.names:
            break
        found = read_vocabulary(text)
    known = COMMON | FILLERS
    telling = tuple(
        word
        for word in (found.words or read_vocabulary(said[0]).words)
        if word.lower() not in known and word.lower()[:STEM] not in stems_of(function)
    )
    numbers = next((numbers for text in said if (numbers := find_numbers(text))), ())
    names = tuple(
        one for one in found.names if not find_stems(one) or find_stems(one) - stems_of(function)
    )
    whole, pieces = " ".join(said[0].split()), find_pieces("\n".join(said))
    return evolve(found, names=names, words=telling, numbers=numbers, text=whole, pieces=pieces)


def stems_of(function: Function) -> frozenset[str]:
    """Return the beginnings of the telling words of a function."""
    return find_stems(f"{function.name} {function.description}")
