"""Hostile requests for all operations, made from the document by dice."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from attrs import frozen
from tests.hostile.values import SPOILS, Values

from mistral_mock import registry, resources
from mistral_mock.identities import DEFAULT
from mistral_mock.operations import MULTIPART, load_operations

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from random import Random

    from mistral_mock.operations import Operation

JSON = b"application/json"
KEPT = 100
OWN = (
    "requests",
    "requests.har",
    "requests.jsonl",
    "page?since=0",
    "page/rest",
    "page/exchange?number=1",
)
"""Control routes that read."""
JUMPS_S = (0.001, 1, 30, 3_600, 86_400, 86_400 * 366, 86_400 * 366 * 50, 1e18, -5)
BROKEN_PATHS = ("/%ff%00", "//", "/v1/../v1/models", "/v1/models/%2e%2e", "/" + "a/" * 200, "*", "")
HOSTS = (b"127.0.0.1", b"localhost", b"evil.test", b"[::1", b"a b", b"")
TYPES = (JSON, b"", b"text/plain", b"multipart/form-data", b"application/json; charset=utf-16")
EXTRAS = (
    (b"range", b"bytes=99999999999999-"),
    (b"accept", b"\xff\xfe"),
    (b"content-length", b"-1"),
    (b"x-api-key", b"\x00"),
    (b"last-event-id", b"9" * 400),
    (b"if-none-match", b"*"),
    (b"x-forwarded-host", b"evil.test"),
)
FILES = (
    b"",
    b"Some text. More text.",
    b"%PDF-1.7\n%broken",
    b"PK\x03\x04broken",
    b'{"messages": [{"role": "user", "content": "x"}]}\n',
    b'{"custom_id": "1", "body": {}}\nnot json\n',
    b"RIFF\xff\xff\xff\xffWAVEfmt ",
    b"\xff" * 2_000,
)


@frozen
class Sent:
    """One request, as it goes into the application."""

    method: str
    path: str
    query: bytes
    headers: Sequence[tuple[bytes, bytes]]
    pieces: tuple[bytes, ...] = (b"",)
    """The parts of the body."""
    leaves: bool = False
    """The caller goes away before its body is complete."""


class Attack:
    """An endless source of requests; the mock's answers teach it ids."""

    def __init__(self, dice: Random) -> None:
        resources.load()
        self._dice = dice
        self._operations = [one for one in load_operations() if registry.handler(one.id)]
        self._known: list[str] = []
        self._members: dict[str, list[str]] = {}
        """Ids by the last part of the path that gave them out, such as `libraries`."""
        self._values = Values(dice, self._known)

    def forget(self) -> None:
        """Forgets what the mock has given out, as it is reset."""
        self._known.clear()
        self._members.clear()

    def learn(self, sent: Sent, content: bytes) -> None:
        """Keeps ids that an answer holds."""
        if len(content) > 20_000 or self._dice.random() < 0.5:
            return
        try:
            value = json.loads(content)
        except ValueError:
            return
        found = value if isinstance(value, dict) else {}
        for name, each in found.items():
            if isinstance(each, str) and (name == "id" or name.endswith(("_id", "name"))):
                self._known.append(each)
        del self._known[:-KEPT]
        if isinstance(found.get("id"), str):
            members = self._members.setdefault(sent.path.rpartition("/")[2], [])
            members.append(found["id"])
            del members[:-KEPT]

    def make(self) -> Sent:
        """The next request."""
        way = self._dice.random()
        if way < 0.03:
            return self.jump()
        if way < 0.04:
            return self._own("GET", f"/_mock/{self._dice.choice(OWN)}")
        if way < 0.05:
            path = self._dice.choice(BROKEN_PATHS)
            return Sent("GET", path, b"", self._headers(JSON, hostile=True))
        return self._call(self._dice.choice(self._operations))

    def jump(self) -> Sent:
        """A jump of the clock."""
        body = json.dumps({"advance_s": self._dice.choice(JUMPS_S)}).encode()
        return self._own("POST", "/_mock/clock", body)

    def _own(self, method: str, target: str, body: bytes = b"") -> Sent:
        path, _, query = target.partition("?")
        headers = [(b"host", b"127.0.0.1"), (b"content-type", JSON)]
        return Sent(method, path, query.encode(), headers, (body,))

    def _call(self, operation: Operation) -> Sent:
        dice, hostile = self._dice, self._dice.random() < 0.5
        pairs = zip(("", *operation.segments), operation.segments, strict=False)
        path = "".join(f"/{self._segment(above, each, hostile=hostile)}" for above, each in pairs)
        content, type_ = self._body(operation, hostile=hostile)
        pieces: tuple[bytes, ...] = (content,)
        if hostile and dice.random() < 0.1:
            cut = dice.randrange(len(content) + 1)
            pieces = (content[:cut], b"", content[cut:])
        leaves = hostile and dice.random() < 0.02
        headers = self._headers(type_, hostile=hostile)
        query = self._query(operation, hostile=hostile)
        return Sent(operation.method, path, query, headers, pieces, leaves)

    def _segment(self, above: str, template: str, *, hostile: bool) -> str:
        if not template.startswith("{"):
            return template
        if hostile and self._dice.random() < 0.3:
            return quote(self._spoiled_text()[:2_000], safe="") or "%00"
        members = self._members.get(above, ())
        if members and self._dice.random() < 0.9:
            return quote(self._dice.choice(members), safe="")
        return quote(self._values.text(), safe="")

    def _spoiled_text(self) -> str:
        value = self._dice.choice(SPOILS)
        text = value if isinstance(value, str) else json.dumps(value)
        return text.encode("utf-8", "replace").decode()

    def _query(self, operation: Operation, *, hostile: bool) -> bytes:
        pairs = []
        for parameter in operation.query_parameters:
            if parameter.required or self._dice.random() < 0.3:
                value: Any = self._values.make(parameter.schema.raw)
                if hostile and self._dice.random() < 0.4:
                    value = self._spoiled_text()
                text = value if isinstance(value, str) else json.dumps(value)
                pairs.append(f"{parameter.name}={quote(text)}")
        query = "&".join(pairs).encode()
        if hostile and self._dice.random() < 0.05:
            query += self._dice.choice((b"&&=&%", b"&%ff=%ff", b"&a" * 2_000, b";x=1"))
        return query

    def _headers(self, type_: bytes, *, hostile: bool) -> list[tuple[bytes, bytes]]:
        dice = self._dice
        headers = [
            (b"host", b"127.0.0.1"),
            (b"authorization", f"Bearer {DEFAULT.key}".encode()),
            (b"content-type", type_),
        ]
        if hostile and dice.random() < 0.1:
            headers[dice.randrange(3)] = (b"host", dice.choice(HOSTS))
        if hostile and dice.random() < 0.1:
            headers[2] = (b"content-type", dice.choice(TYPES))
        if hostile and dice.random() < 0.1:
            headers.append(dice.choice(EXTRAS))
        return headers

    def _body(self, operation: Operation, *, hostile: bool) -> tuple[bytes, bytes]:
        for media_type, schema in operation.bodies.items():
            value = self._values.make(schema.raw)
            if hostile and self._dice.random() < 0.7:
                value = self._values.spoil(value)
            if media_type == MULTIPART:
                files = {name for name, each in schema.properties.items() if each.is_file}
                return self._form(value if isinstance(value, dict) else {}, files)
            if hostile:
                return self._values.spell(value), JSON
            return json.dumps(value).encode(), JSON
        return b"", JSON

    def _form(self, fields: Mapping[str, Any], files: set[str]) -> tuple[bytes, bytes]:
        dice, lines = self._dice, []
        for name in {**fields, **dict.fromkeys(files)}:
            is_file = name in files
            says = f'; filename="{dice.choice(("a.txt", "a.pdf", "a.wav", "x", ""))}"'
            text = str(fields.get(name)).encode("utf-8", "replace")
            content = dice.choice(FILES) if is_file else text
            head = f'content-disposition: form-data; name="{name}"{says if is_file else ""}'
            lines.append(b"--b\r\n" + head.encode("utf-8", "replace") + b"\r\n\r\n" + content)
        end = b"\r\n--b--\r\n" if dice.random() < 0.95 else b"\r\n--"
        return b"\r\n".join(lines) + end, b"multipart/form-data; boundary=b"
