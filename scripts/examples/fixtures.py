"""The things that examples presuppose, made over HTTP and known by the values in their answers."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

import attrs
import httpx

from examples.pdf import make_pdf

if TYPE_CHECKING:
    from pathlib import Path

    from examples.table import File, Make, Table

NAMED = re.compile(r"\{([a-z_]+)\.([a-z_]+)\}")
WAIT_S = 30.0


class CannotMakeError(Exception):
    """A thing that an example presupposes could not be made; the message says which and why."""


@attrs.define
class Fixtures:
    """The things made for one session, each once, when a row first names it."""

    table: Table
    http: httpx.Client
    values: dict[str, dict[str, str]]

    def fill(self, text: str) -> str:
        """Return the text with every `{thing.value}` filled in; makes the things that it names.

        Raises:
            CannotMakeError: A thing or value is unknown, or a request is refused.

        """
        return NAMED.sub(lambda found: self.value(found[1], found[2]), text)

    def fill_all(self, value: Any) -> Any:  # noqa: ANN401 - any JSON
        """Return the JSON value with all its texts filled in."""
        if isinstance(value, str):
            return self.fill(value)
        if isinstance(value, list):
            return [self.fill_all(item) for item in value]
        if isinstance(value, dict):
            return {key: self.fill_all(item) for key, item in value.items()}
        return value

    def value(self, name: str, key: str) -> str:
        """Return one value of a thing, which is made when it is not there yet."""
        self.ensure(name)
        if key not in self.values[name]:
            raise CannotMakeError(f"{name} has no value {key!r}")
        return self.values[name][key]

    def ensure(self, name: str) -> None:
        """Make the thing unless it is there."""
        if name in self.values:
            return
        row = next((row for row in self.table.make if row.name == name), None)
        if row is None:
            raise CannotMakeError(f"no 'make' row is named {name!r}")
        answer = self.request(row) if row.path else {}
        taken = {key: pick(answer, path, name) for key, path in row.take.items()}
        self.values[name] = {**{k: self.fill(v) for k, v in row.values.items()}, **taken}
        if row.wait_path:
            self.wait(row)

    def request(self, row: Make) -> Any:  # noqa: ANN401 - an answer is any JSON
        """Return the JSON that the row's request brings."""
        given: dict[str, Any] = {"json": self.fill_all(row.json)} if row.json is not None else {}
        if row.upload:
            file = next(file for file in self.table.file if file.name == row.upload)
            fields = {"data": given["json"]} if given else {}
            given = {"files": {"file": (file.name, content_of(file))}, **fields}
        try:
            answer = self.http.request(row.method, self.fill(row.path), **given)
            answer.raise_for_status()
            return answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise CannotMakeError(f"cannot make {row.name}: {error}") from error

    def wait(self, row: Make) -> None:
        """Read the row's `wait_path` until the answer matches `until`, at most 30 seconds."""
        end = time.monotonic() + WAIT_S
        while time.monotonic() < end:
            if row.until.search(self.http.get(self.fill(row.wait_path)).text):
                return
            time.sleep(0.05)
        raise CannotMakeError(f"{row.name} did not get ready within {WAIT_S:.0f} s")


def pick(answer: Any, path: str, name: str) -> str:  # noqa: ANN401 - an answer is any JSON
    """Return the value at a dotted path (`data.0.org_id`) as text."""
    try:
        for key in path.split("."):
            answer = answer[int(key)] if isinstance(answer, list) else answer[key]
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise CannotMakeError(f"cannot make {name}: its answer has no {path!r}") from error
    return str(answer)


def content_of(file: File) -> bytes:
    """Return the file's bytes: a PDF for a name that ends so, else the text."""
    return make_pdf(file.text) if file.name.endswith(".pdf") else file.text.encode()


def write_files(table: Table, folder: Path, code: str) -> None:
    """Write the files that the code names into the folder."""
    for file in table.file:
        if file.name in code:
            (folder / file.name).write_bytes(content_of(file))
