"""A small API of our own invention, as an upstream document and as a complete `openapi` folder."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest
from document.bundle import bundle, read_parts
from document.yaml_text import write_yaml
from import_facts import import_facts

if TYPE_CHECKING:
    from pathlib import Path

SOURCES = """\
# By hand.
[[group]]
name = "shelves"
operations = ["* /v1/shelves", "* /v1/shelves/*"]

[[group]]
name = "books"
operations = ["GET /v1/books"]

[dates]
"undated.yaml" = 2026-03-01
"""

PLACES = """\
catalogue:
  title: The catalogue of shelves
  url: https://shelves.example/catalogue
  when: 2026-05-01
"""
EVIDENCE = """\
- id: shelves.stand
  says: A shelf stands.
  kind: stated
  seen: [catalogue page 3]
- id: shelves.lean
  says: A shelf may lean.
  kind: choice
  why: No page says so.
"""

UPSTREAM: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Shelf API", "version": "1", "description": "All the shelves you can eat."},
    "servers": [{"url": "https://shelves.example", "description": "Where the shelves stand."}],
    "security": [{"Key": []}],
    "paths": {
        "/v1/shelves/{shelf_id}": {
            "parameters": [
                {
                    "name": "shelf_id",
                    "in": "path",
                    "required": True,
                    "description": "Identifies one shelf among all of them.",
                    "schema": {"type": "string", "format": "uuid", "title": "Shelf Id"},
                }
            ],
            "get": {
                "operationId": "shelf_get_v1",
                "summary": "Get a shelf",
                "description": "Fetches the shelf that was asked for by its id.",
                "tags": ["shelves"],
                "responses": {
                    "200": {
                        "description": "The shelf as it stands there.",
                        "content": {
                            "application/json": {
                                "schema": {"$ref": "#/components/schemas/Shelf"},
                                "examples": {"one": {"value": {"title": "Poems"}}},
                            }
                        },
                    }
                },
            },
        },
        "/v1/books": {
            "get": {
                "operationId": "books_v1",
                "tags": ["books"],
                "parameters": [{"name": "page", "in": "query", "schema": {"type": "integer"}}],
                "responses": {
                    "200": {
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "array",
                                    "items": {"$ref": "#/components/schemas/Book"},
                                }
                            }
                        }
                    }
                },
            }
        },
        "/v1/lamps": {"get": {"operationId": "lamps_v1", "responses": {"204": {}}}},
    },
    "components": {
        "securitySchemes": {
            "Key": {"type": "http", "scheme": "bearer", "description": "A key that opens."},
            "Unused": {"type": "http", "scheme": "basic"},
        },
        "schemas": {
            "Shelf": {
                "title": "A shelf with a prosaic title",
                "type": "object",
                "required": ["title"],
                "properties": {
                    "title": {"type": "string", "title": "Title", "examples": ["Poems"]},
                    "description": {"type": "string", "description": "What is on this shelf here."},
                    "books": {"type": "array", "items": {"$ref": "#/components/schemas/Book"}},
                    "wood": {"$ref": "#/components/schemas/Wood"},
                },
            },
            "Book": {
                "type": "object",
                "properties": {"pages": {"type": "integer", "minimum": 1.0}},
            },
            "Wood": {"type": "string", "enum": ["oak", "ash"], "default": "oak"},
            "Lamp": {"type": "object"},
        },
    },
}

CURATION = """\
overlay: 1.0.0
info: {title: Names, version: 1.0.0}
actions:
  - target: $.paths['/v1/shelves/{shelf_id}'].get
    update: {operationId: shelves.get}
    x-reason: A name.
    x-evidence: Our choice.
  - target: $.paths['/v1/books'].get
    update: {operationId: books.list, x-mistral-paging: {style: page-from-0, page: page}}
    x-reason: A name.
    x-evidence: Our choice.
  - target: $.components.schemas.Wood
    update: {x-mistral-open: true}
    x-reason: It grows.
    x-evidence: Our choice.
  - target: $.components
    update:
      responses:
        Error: {content: {application/json: {schema: {type: object}}}}
    x-reason: None is there.
    x-evidence: Our choice.
  - target: $.paths[*][?@.responses].responses
    update: &errors
      '401': {$ref: '#/components/responses/Error'}
      '403': {$ref: '#/components/responses/Error'}
      '404': {$ref: '#/components/responses/Error'}
      '422': {$ref: '#/components/responses/Error'}
      '429': {$ref: '#/components/responses/Error'}
      5XX: {$ref: '#/components/responses/Error'}
    x-reason: Anything can fail.
    x-evidence: Our choice.
"""

PROSE = """\
overlay: 1.0.0
info: {title: Words, version: 1.0.0}
actions:
  - target: $
    update:
      info: {title: Shelves, description: Shelves and their books.}
      tags:
        - {name: books, description: Books.}
        - {name: shelves, description: Shelves.}
  - target: $.components.securitySchemes.Key
    update: {description: A key.}
  - target: $.components.responses.Error
    update: {description: It failed.}
  - target: $.paths['/v1/shelves/{shelf_id}'].get
    update:
      summary: Get one shelf
      description: Gives it.
      responses:
        '200':
          description: It.
          content: {application/json: {examples: {one: {value: {title: Poems}}}}}
  - target: $.paths['/v1/books'].get
    update:
      summary: List the books
      description: Gives them.
      responses:
        '200':
          description: They.
          content: {application/json: {examples: {one: {value: [{pages: 3}]}}}}
  - target: $.paths[*][*].parameters[*]
    update: {description: It says which.}
  - target: $.components.schemas[*]
    update: {description: A thing.}
  - target: $.components.schemas[*].properties[*]
    update: {description: A part of it.}
"""


@pytest.fixture
def upstream() -> dict[str, Any]:
    """The upstream document, free to change."""
    return copy.deepcopy(UPSTREAM)


@pytest.fixture
def upstream_file(tmp_path: Path, upstream: dict[str, Any]) -> Path:
    """The upstream document as a file of 2026-05-01."""
    path = tmp_path / "upstream-2026-05-01.yaml"
    path.write_text(write_yaml(upstream), encoding="utf-8")
    return path


@pytest.fixture
def document(folder: Path, upstream_file: Path) -> dict[str, Any]:
    """The curated document of the small API, which keeps every rule."""
    import_facts([str(upstream_file)], folder)
    return bundle(read_parts(folder))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An `openapi` folder with sources, curation and prose, but no facts yet."""
    return make_folder(tmp_path / "openapi")


def make_folder(path: Path) -> Path:
    """Fill the folder with what people write by hand."""
    for name, text in {
        "source.toml": SOURCES,
        "curation/names.yaml": CURATION,
        "prose/all.yaml": PROSE,
        "evidence/places.yaml": PLACES,
        "evidence/shelves.yaml": EVIDENCE,
    }.items():
        target = path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return path


def contents(path: Path) -> dict[str, bytes]:
    """Every file below the folder."""
    return {
        str(file.relative_to(path)): file.read_bytes()
        for file in sorted(path.rglob("*"))
        if file.is_file()
    }


@pytest.fixture(name="contents")
def contents_fixture() -> Any:
    """The function that reads a whole folder."""
    return contents
