"""The plainest valid request of each operation, see `groups`."""

from __future__ import annotations

from base64 import b64decode
from functools import cache
from typing import TYPE_CHECKING, Any

from attrs import evolve, field, frozen

from mistral_conformance.groups import load_groups
from mistral_conformance.model.compiled import compile_schema
from mistral_conformance.model.schemas import JSON
from mistral_conformance.verdict.outcome import Skipped

if TYPE_CHECKING:
    from collections.abc import Callable

    from mistral_conformance.model.document import Document, Json, Operation
    from mistral_conformance.session.markers import Marker

    Lookup = Callable[[str], str]
    Part = tuple[None, bytes] | tuple[str, bytes, str]

NULL = "$null"
"""What stands for null in the data of the groups, which know none."""


@frozen
class Named:
    """What can be named at a place of a request, and the fields that it stands instead of.

    `later` says that the request itself does nothing with what it names; `perhaps`, that the
    document leaves open whether what the target is may stand there.
    """

    target: str
    without: tuple[str, ...] = field(default=(), converter=tuple)
    later: bool = False
    perhaps: bool = False


def _named(given: dict[str, Any]) -> dict[str, Named]:
    return {n: e if isinstance(e, Named) else Named(**e) for n, e in given.items()}


@frozen
class Sample:
    """What one operation's plainest request carries besides path ids, see `groups`."""

    ids: dict[str, str] = field(factory=dict)
    query: dict[str, str] = field(factory=dict)
    body: Json | None = None
    form: dict[str, str] = field(factory=dict)
    file: dict[str, str] = field(factory=dict)
    marked: str = ""
    always: tuple[str, ...] = ()
    before: str = ""
    most: dict[str, int] = field(factory=dict)
    aimed: dict[str, str] = field(factory=dict)
    apart: tuple[str, ...] = ()
    unsent: dict[str, Any] = field(factory=dict)
    made: dict[str, Any] = field(factory=dict)
    made_ids: dict[str, str] = field(factory=dict)
    other_ids: dict[str, str] = field(factory=dict)
    named: dict[str, Named] = field(factory=dict, converter=_named)
    failed: str = ""

    def filled(self, lookup: Lookup, marker: Marker) -> Sample:
        """Return the sample with `$words` looked up and names marked."""
        body: Any = _fill(self.body, lookup)
        if self.marked and self.marked in body:
            body[self.marked] = marker.name(body[self.marked])
        query = {name: str(_fill(each, lookup)) for name, each in self.query.items()}
        file = {**self.file, "name": marker.name(self.file["name"])} if self.file else {}
        form: dict[str, str] = _fill(self.form, lookup)
        made: Json = _fill(self.made, lookup)
        return evolve(self, query=query, body=body, form=form, file=file, made=made)

    @property
    def parts(self) -> dict[str, Part] | None:
        """The parts of the multipart form as httpx takes them, None for a request that is none."""
        if not self.form and not self.file:
            return None
        texts: dict[str, Part] = {name: (None, text.encode()) for name, text in self.form.items()}
        if self.file:
            content, media_type = self._read_file()
            texts["file"] = (self.file["name"], content, media_type)
        return texts

    def _read_file(self) -> tuple[bytes, str]:
        """Return the bytes and the media type of the file part."""
        if "base64" in self.file:
            return b64decode(self.file["base64"]), self.file["type"]
        return self.file["text"].encode(), "text/plain"


@cache
def load_samples() -> dict[str, Sample]:
    """Return the samples by operation."""
    return {
        operation: Sample(**each)
        for group in load_groups()
        for operation, each in group.get("samples", {}).items()
    }


def sample_of(document: Document, operation: Operation) -> Sample | None:
    """Return the plainest request as the groups tell it, None where path ids are all it needs.

    Raises:
        Skipped: a body has to be sent, and no valid one is known.

    """
    found = load_samples().get(operation.id)
    told = found and (found.body is not None or found.form or found.file)
    if told or not (operation.body or {}).get("required"):
        return found
    schema = operation.body_schema(JSON)
    if schema is None or not compile_schema(document, schema).is_valid({}):
        raise Skipped(f"the suite knows no valid body for {operation.id}")
    return evolve(found or Sample(), body={})


def _fill(value: Any, lookup: Lookup) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        return {key: _fill(each, lookup) for key, each in value.items()}
    if isinstance(value, list):
        return [_fill(each, lookup) for each in value]
    if value == NULL:
        return None
    if isinstance(value, str) and value.startswith("$"):
        return lookup(value.removeprefix("$"))
    return value
