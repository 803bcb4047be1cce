"""The request samples of a scraped reference page that a tool rendered from a document.

Each stands on one line, with list bullets between its values, in a section that ends with the
method and the path glued together. It becomes the curl command that sends it. The answers that
such pages show are made up from schemas, all optional keys and kinds at once, so none is kept.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from examples.example import Example, Language

if TYPE_CHECKING:
    from pathlib import Path

ROUTE = re.compile(r"(get|post|put|patch|delete)(/v\d\S*)$")
SERVER = re.compile(r"(https?://[^/\s]+)/v\d\S*$")
HEADING = re.compile(r"#+ (.*)$")
SAMPLE = re.compile(r"`(\{.*\})`$")
BULLET = re.compile(r"(?<=[{\[,])\s+\*\s{3}")
SAMPLES = "Request samples"


def request_samples(path: Path, text: str) -> list[Example]:
    """Return the page's request samples as shell examples, titled with their method and path."""
    found: list[Example] = []
    title = server = heading = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if route := ROUTE.match(line):
            plain = route[2].replace("\\", "")  # underscores come escaped
            title, server = f"{route[1].upper()} {plain}", ""
        elif url := SERVER.match(line):
            server = url[1]
        elif named := HEADING.match(line):
            heading = named[1]
        elif server and heading == SAMPLES and (sample := SAMPLE.match(line)):
            body = BULLET.sub("", sample[1])
            found.append(Example(path, number, Language.SHELL, command(title, server, body), title))
    return found


def command(title: str, server: str, body: str) -> str:
    """Return the curl command that sends the sample, each value on a line of its own."""
    method, url = title.split(" ", 1)
    data = json.dumps(json.loads(body), indent=2).replace("'", "'\\''")
    return (
        f'curl -X {method} "{server}{url}" \\\n'
        '  -H "Authorization: Bearer $MISTRAL_API_KEY" \\\n'
        '  -H "Content-Type: application/json" \\\n'
        f"  -d '{data}'"
    )
