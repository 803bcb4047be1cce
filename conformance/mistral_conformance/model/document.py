"""The curated document, as the suite reads it: operations by id, references resolved on demand."""

from __future__ import annotations

from difflib import get_close_matches
from fnmatch import fnmatchcase
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from attrs import field, frozen

from mistral_openapi.eras import TODAY, find_era

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from mistral_openapi.eras import Era

Json = dict[str, Any]
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
FORMS = ("x-mistral-stream", "x-mistral-structured")
"""What names another method of clients for the same operation."""


@frozen(eq=False)
class Operation:
    """One operation of the document. `path` is the template, `item` its object in the document."""

    id: str
    method: str
    path: str
    item: Json = field(repr=False)
    parameters: tuple[Json, ...] = field(repr=False)
    body: Json | None = field(repr=False)

    @property
    def names(self) -> tuple[str, ...]:
        """The id, and the names of clients' other methods for it, such as `chat.stream`."""
        group, _, _ = self.id.rpartition(".")
        methods = [
            self.item[form]["method"] for form in FORMS if "method" in self.item.get(form, {})
        ]
        return self.id, *(f"{group}.{method}" for method in methods)

    @property
    def pointer(self) -> str:
        """The JSON pointer of the operation in the document."""
        escaped = self.path.replace("~", "~0").replace("/", "~1")
        return f"/paths/{escaped}/{self.method.lower()}"

    @property
    def path_ids(self) -> tuple[str, ...]:
        """The names of the path parameters."""
        return tuple(each["name"] for each in self.parameters if each["in"] == "path")

    def matches(self, patterns: Sequence[str]) -> bool:
        """Say whether any of the shell-style patterns names the operation."""
        return any(fnmatchcase(name, each) for name in self.names for each in patterns)

    def body_schema(self, media_type: str) -> Json | None:
        """Return the schema of a request body of that media type, None if it takes none."""
        content = self.body["content"] if self.body else {}
        schema: Json | None = content.get(media_type, {}).get("schema")
        return schema

    def url(self, ids: Mapping[str, str]) -> str:
        """Return the path with its parameters filled in and quoted.

        Raises:
            WrongCall: a path parameter is missing.

        """
        url = self.path
        for name in self.path_ids:
            if name not in ids:
                raise WrongCall(f"{self.id} needs the path parameter {name!r}")
            url = url.replace("{" + name + "}", quote(ids[name], safe=""))
        return url


def tell_unknown(operation_id: str, known: Iterable[str]) -> str:
    """Return, in words, that there is no such operation, and which may be meant."""
    like = get_close_matches(operation_id, list(known), n=1)
    return f"no operation {operation_id!r}" + "".join(f"; is it {each}?" for each in like)


class WrongCall(LookupError):  # noqa: N818 - read as a sentence in reports
    """A call of what the document does not have; the message says what that is."""


class Operations(dict[str, "Operation"]):
    """Operations by id."""

    def __missing__(self, operation_id: str) -> Operation:
        """Tell which operation may be meant.

        Raises:
            WrongCall: always.

        """
        raise WrongCall(tell_unknown(operation_id, self))


class Document:
    """A document and its operations by id, in the document's order."""

    def __init__(self, raw: Json, era: Era | None = None) -> None:
        self.raw = raw
        self.era = era or find_era()

    @cached_property
    def operations(self) -> dict[str, Operation]:
        """Operations by id; to look up another id raises `WrongCall`."""
        return Operations((each.id, each) for each in self._read_operations())

    def operations_at(self, path: str) -> list[Operation]:
        """Return the operations of one path, in the document's order."""
        return [each for each in self.operations.values() if each.path == path]

    def resolve(self, node: Json) -> Json:
        """Return the node itself, or what its `$ref` (and that one's, and so on) points to.

        Raises:
            KeyError: the reference leads nowhere.

        """
        while "$ref" in node:
            node = self._follow(node["$ref"])
        return node

    def select(self, patterns: Sequence[str]) -> list[str]:
        """Return the ids of what any of the shell-style patterns names, in the document's order."""
        return [each.id for each in self.operations.values() if each.matches(patterns)]

    def _follow(self, reference: str) -> Json:
        node: Any = self.raw
        for part in reference.removeprefix("#/").split("/"):
            node = node[part.replace("~1", "/").replace("~0", "~")]
        found: Json = node
        return found

    def _read_operations(self) -> Iterator[Operation]:
        for path, item in self.raw["paths"].items():
            shared = item.get("parameters", [])
            for method in METHODS:
                if method in item:
                    yield self._read(path, method, item[method], shared)

    def _read(self, path: str, method: str, item: Json, shared: list[Json]) -> Operation:
        parameters = tuple(self.resolve(each) for each in [*shared, *item.get("parameters", [])])
        body = self.resolve(item["requestBody"]) if "requestBody" in item else None
        return Operation(item["operationId"], method.upper(), path, item, parameters, body)


def is_endless(operation: Operation) -> bool:
    """Say whether the operation answers with a stream that the document gives no end."""
    stream = operation.item.get("x-mistral-stream", {})
    return bool(stream) and not stream.get("end") and not stream.get("end_events")


@cache
def load_document(era: str = TODAY) -> Document:
    """Return the document that this distribution carries, as it is in an era.

    Every call for an era returns the same object.
    """
    found = find_era(era)
    return Document(found.judging, found)
