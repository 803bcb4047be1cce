"""A script for each red case that sends all its requests again, in order.

`reproduce/<case>.sh` needs a POSIX shell, curl and python3; `reproduce/cause-1.sh` is the first
case of a cause, for a short line to copy. Keys come from the environment. What a
request took from an earlier answer, such as an id, is taken from the new answer when the script
runs. Bodies that are no plain text, and long ones, lie beside the script as files.
"""

from __future__ import annotations

import json
import re
import shlex
from typing import TYPE_CHECKING, Any

from attrs import frozen

from mistral_conformance.record.curl import header_argument, shown_headers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mistral_conformance.record.exchange import Exchange
    from mistral_conformance.record.redaction import Redactor
    from mistral_conformance.report.model import CauseEntry
    from mistral_conformance.running.run import Run
    from mistral_conformance.verdict.outcome import Result

FOLDER = "reproduce"
INLINE_LIMIT = 2000
LEAST_LINK = 8
"""Shorter texts of an answer may stand in a later request by chance."""
MOST_LINKS = 500
SHOWN_AGAIN = 2
"""So many answers that show the reason come once more at the end, where nobody has to look."""
UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
HEAD = """\
#!/bin/sh
# {name}: {sentence}
# {reason}
# Sends every request of the case again. Keys: {keys}.
# Usage: sh {script} [BASE_URL]    (default: {base_url})
set -u
{demands}cd "$(dirname "$0")" || exit 1
BASE_URL="${{1:-{base_url}}}"
answers="$(mktemp -d)"
trap 'rm -rf "$answers"' EXIT
# show NUMBER: an answer, head and body.
show() {{
    cat "$answers/$1.head" "$answers/$1" 2>/dev/null
    echo
}}
# value FILE PATH: the value at a dotted path of a JSON answer.
value() {{
    python3 -c 'import functools, json, sys
get = lambda node, key: node[int(key)] if isinstance(node, list) else node[key]
path = sys.argv[2].split(".") if sys.argv[2] else []
print(functools.reduce(get, path, json.load(open(sys.argv[1]))))' "$answers/$1" "$2"
}}
"""


@frozen
class Script:
    """A script and the files that it sends."""

    name: str
    text: str
    bodies: dict[str, bytes]


@frozen
class Link:
    """A text of an answer that later requests hold: the variable that stands for it."""

    variable: str
    answer: str
    path: str


def script_name(result: Result) -> str:
    """Return the path of a case's script below the report folder."""
    return f"{FOLDER}/{_stem(result)}.sh"


def make_scripts(run: Run, redactor: Redactor) -> Iterator[Script]:
    """Yield the scripts of all red cases of a run."""
    for result in run.results:
        if result.exchanges:
            yield make_script(result, run.options.base_url, redactor)


def make_script(result: Result, base_url: str, redactor: Redactor) -> Script:
    """Return the script of a red case."""
    writer = _Writer(_stem(result), base_url, redactor)
    steps = enumerate(result.exchanges, start=1)
    lines = [line for number, each in steps for line in writer.lines(number, each)]
    keys = ", ".join(sorted(writer.variables)) or "none"
    demands = "".join(
        f': "${{{each}:?export it first: the key that the run had}}"\n'
        for each in sorted(writer.variables)
    )
    told = "\n".join(_telling(result)) + "\n"
    head = HEAD.format(
        name=result.name,
        sentence=_one_line(result.rule.sentence),
        reason=_one_line(result.reason),
        keys=keys,
        script=f"{_stem(result)}.sh",
        demands=demands,
        base_url=redactor.text(base_url),
    )
    return Script(script_name(result), head + "\n".join(lines) + "\n\n" + told, writer.bodies)


def make_cause_script(cause: CauseEntry) -> Script | None:
    """Return the script of a cause, which runs that of its first case; None where there is none."""
    case = next((each for each in cause.cases if cause.reproduce), "")
    if not case:
        return None
    lines = [
        "#!/bin/sh",
        f"# {_one_line(cause.summary)}",
        f'exec sh "$(dirname "$0")/{_file_stem(case)}.sh" "$@"',
    ]
    return Script(cause.reproduce, "\n".join(lines) + "\n", {})


def _telling(result: Result) -> Iterator[str]:
    """Yield what a script says last: the reason, and once more the first answers that show it."""
    numbers = [each.number for each in result.exchanges]
    found = sorted({numbers.index(e.number) + 1 for e in result.evidence if e.number in numbers})
    some = bool(found) and len(found) < len(numbers)
    where = f" at {', '.join(str(each) for each in found)} of {len(numbers)}" if some else ""
    yield f"echo {shlex.quote(f'== to be seen{where}: {_one_line(result.reason)}')}"
    for number in found[:SHOWN_AGAIN] if some else ():
        yield f"echo '== once more, {number}:'"
        yield f"show {number}"


def _stem(result: Result) -> str:
    return _file_stem(result.name)


def _file_stem(name: str) -> str:
    return UNSAFE.sub("-", name).strip("-")


def _one_line(text: str) -> str:
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())[:300]


class _Writer:
    """Writes the requests one after another and remembers what their answers told."""

    def __init__(self, stem: str, base_url: str, redactor: Redactor) -> None:
        self._stem = stem
        self._base_url = base_url
        self._redactor = redactor
        self._links: dict[str, Link] = {}
        self._used: set[str] = set()
        self.bodies: dict[str, bytes] = {}
        self.variables: set[str] = set()

    def lines(self, number: int, exchange: Exchange) -> Iterator[str]:
        """Yield what sends one request, the nth of the case, and shows its answer."""
        answered = f"status {exchange.status}" if not exchange.failure else "no usable answer"
        url = self._url(exchange.url)
        content = self._redactor.content(exchange.request_content)
        body = self._body(number, content)
        yield ""
        about = f"{number}: {exchange.method} as {exchange.identity}"
        yield f"echo '== {about}; in the run: {answered}'"
        for text in sorted(self._used):
            link = self._links[text]
            yield f'{link.variable}="$(value {link.answer} {shlex.quote(link.path)})"'
            self._links[text] = Link(link.variable, "", "")
        self._used.clear()
        yield " ".join(["curl -sS -g --path-as-is", *self._options(number, exchange), *body, url])
        yield f"show {number}"
        self._remember(number, exchange)

    def _options(self, number: int, exchange: Exchange) -> Iterator[str]:
        yield f'-X {exchange.method} -D "$answers/{number}.head" -o "$answers/{number}"'
        for name, value in shown_headers(exchange):
            clean = self._redactor.text(value)
            self.variables.update(re.findall(r"\$([A-Za-z_][A-Za-z0-9_]*)", clean))
            yield f"-H {header_argument(name, clean)}"

    def _url(self, url: str) -> str:
        clean = self._redactor.text(url)
        if clean.startswith(self._base_url):
            return '"$BASE_URL"' + self._quoted(clean.removeprefix(self._base_url))
        return self._quoted(clean)

    def _body(self, number: int, content: bytes) -> list[str]:
        if not content:
            return []
        try:
            text = content.decode("ascii")
        except UnicodeDecodeError:
            text = ""
        if text and text.isprintable() and len(text) <= INLINE_LIMIT:
            return ["--data-raw", self._quoted(text)]
        name = f"{self._stem}.{number}.body"
        self.bodies[f"{FOLDER}/{name}"] = content
        return ["--data-binary", shlex.quote(f"@{name}")]

    def _quoted(self, text: str) -> str:
        """Return the text for a shell, texts of earlier answers replaced by their variables."""
        parts: list[str] = []
        while text:
            found = [(text.find(each), each) for each in self._links if each in text]
            if not found:
                parts.append(shlex.quote(text))
                break
            at, known = min(found, key=lambda each: (each[0], -len(each[1])))
            if at:
                parts.append(shlex.quote(text[:at]))
            parts.append(f'"${self._links[known].variable}"')
            if self._links[known].answer:
                self._used.add(known)
            text = text[at + len(known) :]
        return "".join(parts) or "''"

    def _remember(self, number: int, exchange: Exchange) -> None:
        try:
            answer = json.loads(exchange.content)
        except (ValueError, RecursionError):
            return
        for path, text in _texts(answer, ()):
            if len(self._links) >= MOST_LINKS:
                return
            sent = text.encode() in exchange.request_content or text in exchange.url
            if not sent and text not in self._links and self._redactor.text(text) == text:
                variable = f"V{len(self._links) + 1}"
                self._links[text] = Link(variable, str(number), ".".join(path))


def _texts(node: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:  # noqa: ANN401 - JSON
    """Yield an answer's texts that a later request may repeat, such as ids, with their places."""
    if isinstance(node, str):
        if LEAST_LINK <= len(node) <= INLINE_LIMIT and " " not in node:
            yield path, node
    elif isinstance(node, dict | list):
        items = node.items() if isinstance(node, dict) else enumerate(node)
        for key, child in items:
            if "." not in str(key):
                yield from _texts(child, (*path, str(key)))
