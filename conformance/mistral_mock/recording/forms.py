"""Multipart forms: their fields in order, and back to bytes."""

from __future__ import annotations

from urllib.parse import parse_qsl

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from mistral_mock.recording.exchange import FormPart

MULTIPART = "multipart/form-data"
URLENCODED = "application/x-www-form-urlencoded"


class Collector:
    """Gathers the fields while a parser reads a form."""

    def __init__(self) -> None:
        self.parts: list[FormPart] = []
        self.ended = False
        self._headers: dict[bytes, bytes] = {}
        self._name = self._value = b""
        self._content: list[bytes] = []

    def begin(self) -> None:
        """Begin a field."""
        self._headers, self._content = {}, []

    def name(self, data: bytes, start: int, end: int) -> None:
        """Take a piece of a header's name."""
        self._name += data[start:end]

    def value(self, data: bytes, start: int, end: int) -> None:
        """Take a piece of a header's value."""
        self._value += data[start:end]

    def end_header(self) -> None:
        """End a header."""
        self._headers[self._name.lower()] = self._value
        self._name = self._value = b""

    def content(self, data: bytes, start: int, end: int) -> None:
        """Take a piece of the field's content."""
        self._content.append(data[start:end])

    def end_part(self) -> None:
        """End a field."""
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        name, filename = decode(options.get(b"name", b"")), options.get(b"filename")
        content = b"".join(self._content)
        if filename is None:
            self.parts.append(FormPart(name=name, text=decode(content)))
            return
        media_type = decode(self._headers.get(b"content-type", b"")) or None
        self.parts.append(
            FormPart(name=name, filename=decode(filename), media_type=media_type, content=content)
        )

    def end(self) -> None:
        """End the form."""
        self.ended = True


def decode(content: bytes) -> str:
    """Return text of a form, which is UTF-8 for whoever keeps to the rules."""
    return content.decode("utf-8", "replace")


def read_form(content: bytes, content_type: str) -> tuple[FormPart, ...]:
    """Return the fields of a multipart form, in order; none when it cannot be read."""
    _, options = parse_options_header(content_type)
    boundary = options.get(b"boundary")
    if not boundary:
        return ()
    found = Collector()
    parser = MultipartParser(
        boundary,
        {
            "on_part_begin": found.begin,
            "on_header_field": found.name,
            "on_header_value": found.value,
            "on_header_end": found.end_header,
            "on_part_data": found.content,
            "on_part_end": found.end_part,
            "on_end": found.end,
        },
    )
    try:
        parser.write(content)
        parser.finalize()
    except MultipartParseError:
        return ()
    return tuple(found.parts) if found.ended else ()


def read_fields(content: bytes) -> tuple[FormPart, ...]:
    """Return the fields of an urlencoded form."""
    pairs = parse_qsl(decode(content), keep_blank_values=True)
    return tuple(FormPart(name=name, text=text) for name, text in pairs)
