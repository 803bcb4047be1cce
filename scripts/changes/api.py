"""A document as its operations: parameters, bodies, answers, with every reference followed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
from document.folding import PLACEHOLDER
from document.tree import METHODS, Tree, follow

from changes.values import Located, escaped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_IGNORED_HEADERS = frozenset({"accept", "content-type", "authorization"})
"""Header parameters that OpenAPI takes no notice of."""
_STYLES = {"query": "form", "cookie": "form", "path": "simple", "header": "simple"}


@attrs.frozen(eq=False)
class Parameter:
    """One parameter of an operation."""

    name: str
    place: str
    """query, path, header or cookie."""
    at: str
    node: Tree
    schema: Located

    @property
    def required(self) -> bool:
        """Whether it has to be sent."""
        return self.node.get("required") is True or self.place == "path"

    @property
    def style(self) -> str:
        """How a list or an object is written."""
        style = self.node.get("style") or _STYLES[self.place]
        explode = self.node.get("explode", style == "form")
        return f"{style}, {'exploded' if explode else 'joined'}"

    @property
    def media(self) -> str | None:
        """The media type that its text is written in, where it is."""
        return next(iter(self.node.get("content") or ()), None)


@attrs.frozen(eq=False)
class Media:
    """The content of a body or an answer of one media type."""

    at: str
    schema: Located
    encoding: Tree


@attrs.frozen(eq=False)
class Answer:
    """What a status answers."""

    at: str
    content: dict[str, Media]
    headers: dict[str, Located]
    """By name in small letters; the node is the header."""
    links: Tree
    node: Tree


@attrs.frozen(eq=False)
class Endpoint:
    """An operation with all that belongs to it."""

    path: str
    """As it is written, a `#fragment` included."""
    method: str
    at: str
    node: Tree
    parameters: dict[tuple[str, str], Parameter]
    """By place and name; those of a path by their position."""
    body: dict[str, Media] | None
    body_required: bool
    answers: dict[str, Answer]
    security: list[Tree]
    servers: list[str]
    """The addresses that it has of its own, or its path; those of the document are everywhere."""

    @property
    def name(self) -> str:
        """What a person calls it: `GET /v1/models`."""
        return f"{self.method.upper()} {self.path}"

    @property
    def id(self) -> str | None:
        """Its operationId."""
        return self.node.get("operationId")

    @property
    def deprecated(self) -> bool:
        """Whether it is announced to go."""
        return self.node.get("deprecated") is True

    def with_variants(self, variants: Iterable[Endpoint]) -> Endpoint:
        """Return the operation that also answers and takes what its variants do."""
        answers, body = dict(self.answers), self.body
        for one in variants:
            body = {**(one.body or {}), **(body or {})} or None
            for status, answer in one.answers.items():
                known = answers.get(status, answer)
                content = {**answer.content, **known.content}
                answers[status] = attrs.evolve(known, content=content)
        return attrs.evolve(self, answers=answers, body=body)

    @property
    def shape(self) -> str:
        """Its path with nameless placeholders; the fragment stays."""
        return PLACEHOLDER.sub("{}", self.path)


def read_endpoints(document: Tree, base: str = "") -> list[Endpoint]:
    """Return all operations of the document, in its order; `base` goes before their paths."""
    return [attrs.evolve(one, path=base + one.path) for one in _endpoints(document)]


def _endpoints(document: Tree) -> Iterator[Endpoint]:
    for path, item in (document.get("paths") or {}).items():
        at = f"#/paths/{escaped(path)}"
        if not isinstance(item, dict):
            continue
        resolved = _resolved(document, item, at)
        for method in METHODS:
            if isinstance(resolved[0].get(method), dict):
                yield _endpoint(document, path, method, resolved)


def _resolved(document: Tree, node: Any, at: str) -> tuple[Tree, str]:  # noqa: ANN401 - JSON
    """Return what a reference points at, and where that is."""
    seen: set[str] = set()
    while isinstance(node, dict) and isinstance(node.get("$ref"), str):
        reference = node["$ref"]
        if reference in seen:
            return {}, at
        seen.add(reference)
        node, at = follow(document, reference), reference
    return (node if isinstance(node, dict) else {}), at


def _endpoint(document: Tree, path: str, method: str, item: tuple[Tree, str]) -> Endpoint:
    node, at = item[0][method], f"{item[1]}/{method}"
    listed = [(one, f"{item[1]}/parameters/{n}") for n, one in _list(item[0], "parameters")]
    listed += [(one, f"{at}/parameters/{n}") for n, one in _list(node, "parameters")]
    positions = PLACEHOLDER.findall(path)
    parameters: dict[tuple[str, str], Parameter] = {}
    for one, where in listed:
        if parameter := _parameter(document, one, where):
            parameters[_key(parameter, positions)] = parameter
    body, body_at = _resolved(document, node.get("requestBody"), f"{at}/requestBody")
    answers = {
        str(status): _answer(document, one, f"{at}/responses/{status}")
        for status, one in (node.get("responses") or {}).items()
    }
    return Endpoint(
        path,
        method,
        at,
        node,
        parameters,
        _content(document, body, body_at) if "requestBody" in node else None,
        body.get("required") is True,
        answers,
        _security(document, node),
        [str(one.get("url", "")) for one in node.get("servers") or item[0].get("servers") or ()],
    )


def _list(node: Tree, key: str) -> list[tuple[int, Any]]:
    return list(enumerate(node.get(key) or ()))


def _parameter(document: Tree, node: Any, at: str) -> Parameter | None:  # noqa: ANN401 - JSON
    found, at = _resolved(document, node, at)
    name, place = found.get("name"), found.get("in")
    if not isinstance(name, str) or place not in _STYLES:
        return None
    if place == "header" and name.lower() in _IGNORED_HEADERS:
        return None
    content = next(iter((found.get("content") or {}).values()), None)
    if isinstance(content, dict):
        media = next(iter(found["content"]))
        schema = Located(content.get("schema", True), f"{at}/content/{escaped(media)}/schema")
    else:
        schema = Located(found.get("schema", True), f"{at}/schema")
    return Parameter(name, place, at, found, schema)


def _key(parameter: Parameter, positions: list[str]) -> tuple[str, str]:
    name = parameter.name.lower() if parameter.place == "header" else parameter.name
    if parameter.place == "path" and name in positions:
        name = str(positions.index(name))
    return parameter.place, name


def _content(document: Tree, holder: Tree, at: str) -> dict[str, Media]:
    """Return the content by media type, in small letters and without parameters."""
    found: dict[str, Media] = {}
    for media, node in (holder.get("content") or {}).items():
        content, where = _resolved(document, node, f"{at}/content/{escaped(media)}")
        schema = Located(content.get("schema", True), f"{where}/schema")
        name = media.partition(";")[0].strip().lower()
        found[name] = Media(where, schema, content.get("encoding") or {})
    return found


def _answer(document: Tree, node: Any, at: str) -> Answer:  # noqa: ANN401 - JSON of any kind
    found, at = _resolved(document, node, at)
    headers: dict[str, Located] = {}
    for name, one in (found.get("headers") or {}).items():
        header = _resolved(document, one, f"{at}/headers/{escaped(name)}")
        if name.lower() != "content-type":
            headers[name.lower()] = Located(*header)
    return Answer(at, _content(document, found, at), headers, found.get("links") or {}, found)


def _security(document: Tree, node: Tree) -> list[Tree]:
    """Return what a caller may authorize with: any one entry; none where nothing is needed."""
    stated = node.get("security", document.get("security"))
    return [one for one in stated or () if isinstance(one, dict)]
