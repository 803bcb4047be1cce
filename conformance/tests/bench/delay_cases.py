"""Requests that cost the mock most: each operation with the most that it takes."""

from __future__ import annotations

import json
import re
from functools import partial
from typing import TYPE_CHECKING, Any

import attrs
import large_files

from mistral_mock import resources
from mistral_mock.operations import load_operations
from mistral_mock.registry import implemented

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import httpx

LARGEST_BODY = 10 * 1024 * 1024 - 4096
SAMPLED = frozenset(
    {
        "classifiers.classify_chat wide",
        "classifiers.moderate, many texts",
        "embeddings.create",
        "documents.upload, text of 20 MB",
        "schedule of one second, a day passes",
    }
)
"""The cases of the short sample."""
PLACE = re.compile(r"\{\w+\}")
SOME_ID = "00000000-0000-4000-8000-000000000000"
JSON = "application/json"
WORD = large_files.WORD


@attrs.frozen
class Case:
    """Requests that follow each other; `prepare` makes what they need."""

    name: str
    prepare: Callable[[httpx.Client], Sequence[httpx.Request]]


def choose(*, full: bool, names: Iterable[str]) -> list[Case]:
    """All cases, those of the sample, or those whose names contain one of the words."""
    found = [*CASES, *wrong_bodies()]
    if names:
        return [case for case in found if any(name in case.name for name in names)]
    return [case for case in found if full or case.name in SAMPLED]


def wrong_bodies() -> Iterator[Case]:
    """For every operation that takes JSON, bodies that are wide, deep and long, and all wrong."""
    resources.load()
    for operation in load_operations():
        if JSON in operation.bodies and operation.id in implemented():
            path = fill(operation.path)
            for shape, make in SHAPES.items():
                body = partial(make, sorted(operation.bodies[JSON].properties))
                yield Case(f"{operation.id} {shape}", post(path, body, operation.method))


def fill(path: str) -> str:
    """The path with an id in each place."""
    return PLACE.sub(SOME_ID, path)


def post(
    path: str, body: Any, method: str = "POST"
) -> Callable[[httpx.Client], list[httpx.Request]]:
    """One request with a JSON body, which may be made when it is sent."""

    def prepare(client: httpx.Client) -> list[httpx.Request]:
        made = body() if callable(body) else body
        content = made if isinstance(made, bytes) else json.dumps(made).encode()
        headers = {"content-type": JSON}
        return [client.build_request(method, path, content=content, headers=headers)]

    return prepare


def fill_up(item: object) -> list[object]:
    """A list of so many items that a body has room for it."""
    return [item] * (LARGEST_BODY // (len(json.dumps(item)) + 2) - 10)


def make_wide(names: list[str]) -> bytes:
    """Each property is a long list of lists of objects."""
    item = b'[{"type":"nope","content":[1,{"role":1}]}]'
    share = LARGEST_BODY // max(len(names), 1)
    value = (
        b"["
        + b",".join([item] * min(share // (len(item) + 1) - 50, 30_000 // max(len(names), 1)))
        + b"]"
    )
    return (
        b"{" + b",".join(json.dumps(name).encode() + b":" + value for name in names or ["x"]) + b"}"
    )


def make_nested(names: list[str]) -> bytes:
    """Each property is as deep as a body may be, many times."""
    deep = b'{"type":"thinking","thinking":[' * 48 + b"1" + b"]}" * 48
    value = b"[" + b",".join([deep] * 100) + b"]"
    return (
        b"{" + b",".join(json.dumps(name).encode() + b":" + value for name in names or ["x"]) + b"}"
    )


def make_empty(_: list[str]) -> bytes:
    """Nothing but empty lists."""
    return b'{"x":[' + b",".join([b"[]"] * (LARGEST_BODY // 3)) + b"]}"


SHAPES = {"wide": make_wide, "deep": make_nested, "of empty lists": make_empty}


def chat(content: object, **more: object) -> dict[str, object]:
    """The body of a chat with one message."""
    messages = [{"role": "user", "content": content}]
    return {"model": "mistral-small-latest", "messages": messages, **more}


def texts(count: int, words: int) -> list[str]:
    """Different texts of so many words each."""
    return [
        " ".join(f"w{number * words + each}" for each in range(words)) for number in range(count)
    ]


def upload_document(name: str, make: Callable[[], bytes]) -> Case:
    """A document is put into a library, processed, read and searched."""

    def prepare(client: httpx.Client) -> list[httpx.Request]:
        library = client.post("/v1/libraries", json={"name": "n"}).json()["id"]
        path = f"/v1/libraries/{library}/documents"
        tool = {"type": "document_library", "library_ids": [library]}
        asked = {"model": "mistral-medium-latest", "inputs": "volcano ash?", "tools": [tool]}
        return [
            client.build_request("POST", path, files={"file": (name, make())}),
            client.build_request("POST", "/_mock/clock", json={"advance_s": 60}),
            client.build_request("GET", path, params={"search": "a"}),
            client.build_request("POST", "/v1/conversations", json=asked),
        ]

    return Case(f"documents.upload, {name}", prepare)


def many_documents(client: httpx.Client) -> list[httpx.Request]:
    """A library of 300 documents of 100 KB is processed, searched and listed."""
    library = client.post("/v1/libraries", json={"name": "n"}).json()["id"]
    path = f"/v1/libraries/{library}/documents"
    for number in range(300):
        text = (f"{number} " + WORD * 2200).encode()
        client.post(path, files={"file": (f"{number}.txt", text)}).raise_for_status()
    tool = {"type": "document_library", "library_ids": [library]}
    asked = {"model": "mistral-medium-latest", "inputs": "volcano ash?", "tools": [tool]}
    return [
        client.build_request("POST", "/_mock/clock", json={"advance_s": 60}),
        client.build_request("GET", path, params={"search": "9", "page_size": 100}),
        client.build_request("POST", "/v1/conversations", json=asked),
        client.build_request("DELETE", f"/v1/libraries/{library}"),
    ]


def schedule(
    overlap: int, workflow: str, jump_s: int
) -> Callable[[httpx.Client], list[httpx.Request]]:
    """A schedule of one second, then a jump of the clock."""

    def prepare(client: httpx.Client) -> list[httpx.Request]:
        every = {
            "intervals": [{"every": "PT1S"}],
            "policy": {"overlap": overlap},
            "input": {"mailbox": "invoices"},
        }
        body = {"workflow_identifier": workflow, "schedule": every}
        client.post("/v1/workflows/schedules", json=body).raise_for_status()
        return [
            client.build_request("POST", "/_mock/clock", json={"advance_s": jump_s}),
            client.build_request("GET", "/v1/workflows/runs", params={"page_size": 100}),
            client.build_request("GET", f"/v1/workflows/{workflow}/metrics"),
            client.build_request("GET", "/v1/workflows/events/list"),
        ]

    return prepare


def batch(lines: int) -> Callable[[httpx.Client], list[httpx.Request]]:
    """A batch job of a file of many lines."""

    def prepare(client: httpx.Client) -> list[httpx.Request]:
        content = b"\n".join(
            json.dumps(
                {"custom_id": str(n), "body": {"messages": [{"role": "user", "content": WORD}]}}
            ).encode()
            for n in range(lines)
        )
        sent = {"file": ("b.jsonl", content)}
        file = client.post("/v1/files", data={"purpose": "batch"}, files=sent).json()["id"]
        job = {
            "input_files": [file],
            "endpoint": "/v1/chat/completions",
            "model": "mistral-small-latest",
        }
        return [
            client.build_request("POST", "/v1/batch/jobs", json=job),
            *(
                client.build_request("POST", "/_mock/clock", json={"advance_s": 1})
                for _ in range(5)
            ),
        ]

    return prepare


def upload_file(size: int) -> Callable[[httpx.Client], list[httpx.Request]]:
    """A large file."""

    def prepare(client: httpx.Client) -> list[httpx.Request]:
        sent = {"file": ("b.jsonl", b'{"a": 1}\n' * (size // 9))}
        return [client.build_request("POST", "/v1/files", data={"purpose": "batch"}, files=sent)]

    return prepare


def read_ocr(name: str, make: Callable[[], bytes]) -> Case:
    """A document is read page by page."""

    def prepare(client: httpx.Client) -> list[httpx.Request]:
        file = client.post(
            "/v1/files", data={"purpose": "ocr"}, files={"file": (name, make())}
        ).json()["id"]
        body = {
            "model": "mistral-ocr-latest",
            "document": {"type": "file", "file_id": file},
            "confidence_scores_granularity": "word",
            "table_format": "html",
        }
        return [client.build_request("POST", "/v1/ocr", json=body)]

    return Case(f"ocr.process, {name}", prepare)


def converse(client: httpx.Client) -> list[httpx.Request]:
    """A conversation of thousands of entries goes on and is read."""
    inputs = [
        {"type": "message.input", "role": ("user", "assistant")[n % 2], "content": WORD}
        for n in range(8001)
    ]
    body = {"model": "mistral-medium-latest", "inputs": inputs}
    begun = client.post("/v1/conversations", json=body).raise_for_status().json()
    path = f"/v1/conversations/{begun['conversation_id']}"
    more = {"inputs": [{"type": "message.input", "role": "user", "content": WORD}]}
    return [
        client.build_request("POST", "/v1/conversations", json=body),
        client.build_request("POST", path, json=more),
        client.build_request("GET", f"{path}/history"),
        client.build_request("GET", f"{path}/messages"),
    ]


CASES = (
    Case("chat.complete, one long message", post("/v1/chat/completions", chat(WORD * 200_000))),
    Case(
        "chat.complete, many messages",
        post(
            "/v1/chat/completions",
            {
                "model": "mistral-small-latest",
                "messages": [{"role": "user", "content": "a b"}] * 60_000,
            },
        ),
    ),
    Case(
        "chat.complete, a large schema",
        post(
            "/v1/chat/completions",
            chat(
                "x",
                response_format={
                    "type": "json_schema",
                    "json_schema": {
                        "name": "n",
                        "schema": {
                            "type": "object",
                            "properties": {
                                f"p{n}": {
                                    "type": "array",
                                    "minItems": 50,
                                    "items": {"type": "string"},
                                }
                                for n in range(20_000)
                            },
                        },
                    },
                },
            ),
        ),
    ),
    Case(
        "chat.complete, many tools",
        post(
            "/v1/chat/completions",
            chat(
                "x",
                tools=[
                    {
                        "type": "function",
                        "function": {"name": f"f{n}", "parameters": {"type": "object"}},
                    }
                    for n in range(25_000)
                ],
            ),
        ),
    ),
    Case(
        "fim.complete",
        post("/v1/fim/completions", {"model": "codestral-latest", "prompt": WORD * 200_000}),
    ),
    Case(
        "embeddings.create",
        post("/v1/embeddings", {"model": "mistral-embed", "input": texts(2048, 20)}),
    ),
    Case(
        "embeddings.create, too much",
        post("/v1/embeddings", {"model": "mistral-embed", "input": [WORD * 200_000]}),
    ),
    Case(
        "classifiers.moderate",
        post("/v1/moderations", {"model": "mistral-moderation-latest", "input": texts(2000, 300)}),
    ),
    Case(
        "classifiers.moderate, one text",
        post("/v1/moderations", {"model": "mistral-moderation-latest", "input": [WORD * 200_000]}),
    ),
    Case(
        "classifiers.moderate, many texts",
        post("/v1/moderations", {"model": "mistral-moderation-latest", "input": ["a"] * 240_000}),
    ),
    Case(
        "classifiers.classify",
        post(
            "/v1/classifications", {"model": "mistral-moderation-latest", "input": texts(2000, 300)}
        ),
    ),
    upload_document("text of 20 MB", partial(large_files.make_text, 450_000)),
    upload_document("long.md", partial(large_files.make_text, 2_200_000)),
    upload_document("page.html", lambda: b"<p>volcano <b>ash</b></p>\n" * 1_000_000),
    upload_document("pages.pdf", large_files.make_pdf),
    upload_document("bomb.docx", large_files.make_docx),
    upload_document("slides.pptx", large_files.make_pptx),
    Case("documents, 300 of them", many_documents),
    read_ocr("pages.pdf", large_files.make_pdf),
    read_ocr("text of 20 MB.txt", partial(large_files.make_text, 450_000)),
    Case("files.upload, 200 MB", upload_file(200_000_000)),
    Case("batch.jobs.create, 20,000 lines", batch(20_000)),
    Case("conversations, 8,000 entries", converse),
    Case("schedule of one second, a day passes", schedule(1, "check_invoices", 86_400)),
    Case("schedule of one second, all overlap", schedule(6, "check_invoices", 86_400)),
)
