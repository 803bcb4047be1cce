"""Law 3 for files: stored bytes come back, under the name that they were stored with."""

from __future__ import annotations

from email.message import Message
from email.utils import collapse_rfc2231_value
from hashlib import sha256
from itertools import product
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from attrs import evolve

from mistral_conformance.laws.kept import LOST
from mistral_conformance.laws.law import FULL, Subject, law
from mistral_conformance.laws.links import open_url, opens_stored, read_url
from mistral_conformance.laws.schemas import creating_schema
from mistral_conformance.laws.subjects import resources
from mistral_conformance.laws.views import expect_shown, told_by
from mistral_conformance.model.schemas import FORM, body_schema, facet
from mistral_conformance.record.exchange import Signal
from mistral_conformance.verdict.outcome import NotOffered, Skipped, Unjudged
from mistral_conformance.verdict.requirement import SHOULD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.laws.instance import Instance
    from mistral_conformance.laws.world import World
    from mistral_conformance.model import Field, Model, Resource
    from mistral_conformance.model.document import Json
    from mistral_conformance.record.exchange import Exchange

NAMED = "RFC 6266, section 4.3: filename* carries the letters that filename cannot"
CONTENTS = {
    "nothing": b"",
    "one byte": b"x",
    "no last line end": b"one\ntwo",
    "line ends of both kinds": b"one\r\ntwo\n\n\nthree\r",
    "every byte": bytes(range(256)),
    "a byte order mark": b"\xef\xbb\xbfone\r\ntwo",
    "more than one buffer": b"0123456789abcdef" * 4096 + b"!",
}
LARGE = {"5 MB": b"0123456789abcdef" * 327_680}
LINE = '{"messages": [{"role": "user", "content": "So long,\u2028and\u2029thanks."}]}'.encode()
"""Its text has letters that end a line of text, and none of a file."""
LINES = 3
JSON_LINES = "application/jsonl"
COUNTED = "harm: a program that pays or waits by lines counts others than the file has"
BINARY = "application/octet-stream"


def _uploads(model: Model) -> Iterator[Subject]:
    for subject in resources(model, lambda each: each.content or each.links):
        if body_schema(model.document.operations[subject.value.create])[0] != FORM:
            continue
        opened = filter(opens_stored, subject.value.links)
        ways = [each for each in (subject.value.content, *opened) if each]
        yield evolve(subject, operations=(*subject.operations, *ways))


@law(id="values.bytes-are-kept", over=_uploads, source=LOST, harm=True)
def bytes_are_kept(world: World, resource: Resource) -> None:
    """Stored bytes come back as they were sent, whatever they are and however many."""
    _expect_bytes(world, resource, CONTENTS)


def _counting(model: Model) -> Iterator[Subject]:
    """Yield each field that tells how many lines the uploaded file has."""
    for subject in resources(model):
        for each in subject.value.fields.values():
            if each.sent == "file.lines":
                name, value = f"{subject.name}.{each.name}", (subject.value, each)
                yield evolve(subject, name=name, value=value, origins=(each.origin,))


@law(id="values.lines-are-counted", over=_counting, source=COUNTED, harm=True)
def lines_are_counted(world: World, resource: Resource, field: Field) -> None:
    """A count of lines is that of the file, whatever ends its lines, the last one ended or not.

    Where files of the usual kind are not counted, those of another listed kind may be.
    """
    if not any(_counts(world, resource, field, kind) for kind in _kinds(world, resource)):
        raise NotOffered(f"not offered: no view tells `{field.name}`")


def _kinds(world: World, resource: Resource) -> Iterator[Json]:
    """Yield nothing, and then each listed value that a request to make one may have."""
    yield {}
    for field in resource.fields.values():
        if field.sent and not field.sent.startswith("file."):
            schema = creating_schema(world.document, resource, field)
            yield from ({field.sent: each} for each in facet(world.document, schema, "enum") or ())


def _counts(world: World, resource: Resource, field: Field, kind: Json) -> bool:
    """Say whether the lines of such files are told; hold those that are to the files."""
    judged = 0
    for end, last in product((b"\n", b"\r\n"), (True, False)):
        content = end.join([LINE] * LINES) + (end if last else b"")
        name = world.values.name(".jsonl")
        given = {"file.content": content, "file.name": name, "file.type": JSON_LINES, **kind}
        try:
            instance = world.make(resource, given=given)
        except Unjudged:
            if kind:
                return False
            raise
        for shown in told_by(world, instance, instance.made):
            found = shown.fields.get(field.name)
            judged += found is not None
            said = f"`{field.name}` is {found} in {shown.view} for {LINES} lines"
            world.expect(found in (None, LINES), said, instance.made, shown.exchange)
    return judged > 0


@law(id="values.many-bytes-are-kept", over=_uploads, source=LOST, harm=True, depth=FULL)
def many_bytes_are_kept(world: World, resource: Resource) -> None:
    """Megabytes come back as they were sent."""
    _expect_bytes(world, resource, LARGE)


@law(id="values.download-has-the-name", over=_uploads, source=NAMED, level=SHOULD)
def download_has_the_name(world: World, resource: Resource) -> None:
    """A download that is named like its file is so beyond ASCII too."""
    told = []
    for letters in ("plain", "Größe 図書館"):
        name = world.ctx.marker.name(f"{world.values.word()} {letters}.txt")
        instance = world.make(resource, given={"file.name": name})
        found = map(world.need, stored(world, instance))
        told.append([(name, told_name(each), each) for each in found])
    ways = [own for plain, own in zip(*told, strict=True) if plain[0] in plain[1]]
    for name, named, answer in ways:
        said = f"a download of {name!r} is named {' or '.join(map(repr, sorted(named)))}"
        world.expect(name in named, said, answer)
    if not ways:
        raise NotOffered("not offered: no download is named like its file")


def told_name(download: Exchange) -> set[str]:
    """Return the name that a download is to be saved under, in each way that browsers read it."""
    header = Message()
    header["content-disposition"] = download.headers.get("content-disposition", "")
    values: Any = header.get_params([], "content-disposition")
    found = [each for name, each in values if name.lower() == "filename"]
    spelled = [each for each in found if isinstance(each, tuple)] or found
    plain = {collapse_rfc2231_value(each) for each in spelled}
    raw = {each.encode("latin-1", "replace").decode("utf-8", "replace") for each in plain}
    return plain | raw | {unquote(each) for each in plain}


def _expect_bytes(world: World, resource: Resource, contents: dict[str, bytes]) -> None:
    judged, refused = 0, []
    for what, content in contents.items():
        given = {"file.content": content, "file.name": world.values.name(".txt")}
        if what == "every byte":
            given |= {"file.type": BINARY, "file.name": world.values.name(".bin")}
        try:
            instance = world.make(resource, given=given)
        except Signal:
            continue  # a server may refuse some kinds
        for answer in stored(world, instance):
            if not answer.ok:
                way = answer.operation or "its URL"
                refused.append((f"a file of {what} is taken, and {way} refuses it", answer))
                continue
            judged += 1
            same = sha256(answer.content).digest() == sha256(content).digest()
            reason = f"of {what} {len(content)} bytes were sent, {len(answer.content)} come back"
            world.expect(same, f"{reason}, and not the same ones", instance.made, answer)
        expect_shown(world, instance, told_by(world, instance, instance.made), _sizes(instance))
    if not judged:
        raise Skipped(f"no way leads to the bytes of {resource.one}")
    for said, answer in refused:  # where all are refused, downloads may be closed
        world.fail(said, answer)


def stored(world: World, instance: Instance) -> Iterator[Exchange]:
    """Yield the stored bytes, by each way the server offers: the download, and links to them."""
    resource = instance.resource
    if resource.content and world.capabilities.offers(resource.content):
        yield world.call(resource.content, instance.ids)
    for link in filter(opens_stored, resource.links):
        if world.capabilities.offers(link):
            yield open_url(world, read_url(world, world.call(link, instance.ids)))


def _sizes(instance: Instance) -> Json:
    fields = instance.resource.fields
    return {name: each for name, each in instance.sent.items() if fields[name].sent == "file.size"}
