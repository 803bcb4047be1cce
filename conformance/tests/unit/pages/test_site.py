"""The site of docs/: links lead to where it has their files; pages load nothing from elsewhere."""

from __future__ import annotations

import re
from pathlib import Path
from re import MULTILINE
from types import SimpleNamespace
from typing import Any

import pytest
from docs_site import pages
from mkdocs.exceptions import PluginError

PROJECT = Path(__file__).parents[4]
NAV = (PROJECT / "scripts" / "docs_site" / "mkdocs.yml").read_text("utf-8")


def page(at: str) -> Any:
    return SimpleNamespace(file=SimpleNamespace(src_uri=at))


@pytest.mark.parametrize(
    ("at", "markdown", "becomes"),
    [
        ("client.md", "[a](mock.md#faults)", "[a](mock.md#faults)"),
        ("client.md", "[a](../README.md#the-mock)", "[a](project/README.md#the-mock)"),
        ("client.md", "[a](../openapi/names.md)", "[a](project/openapi/names.md)"),
        ("project/README.md", "[a](docs/client.md)", "[a](../client.md)"),
        ("project/openapi/README.md", "[a](../docs/laws.md)", "[a](../../laws.md)"),
        ("client.md", "[a](https://example.org/x)", "[a](https://example.org/x)"),
        ("client.md", "[a](#faults)", "[a](#faults)"),
        ("client.md", "[the scripts](../scripts)", "the scripts"),
    ],
)
def test_link_leads_to_the_place_in_the_site(at: str, markdown: str, becomes: str) -> None:
    assert pages.on_page_markdown(markdown, page(at)) == becomes


def test_every_page_of_docs_is_in_the_navigation() -> None:
    named = set(re.findall(r": ([\w-]+\.md)$", NAV, MULTILINE))
    assert named == {each.name for each in (PROJECT / "docs").glob("*.md")}


@pytest.mark.parametrize("name", pages.find_groups())
def test_every_group_of_operations_has_a_page_of_its_class(name: str) -> None:
    found = re.search(r"^::: mistral_generated\.api\.(\w+)\.\w+$", pages.make_page(name), MULTILINE)
    assert found
    assert found[1] == name.replace(".", "_")


@pytest.mark.parametrize(
    "html",
    [
        '<script src="https://cdn.example.org/a.js"></script>',
        '<link rel="stylesheet" href="//fonts.example.org/a.css">',
        "<img alt='' src='http://example.org/a.png'>",
    ],
)
def test_page_that_loads_from_another_server_ends_the_build(html: str) -> None:
    with pytest.raises(PluginError, match=r"client\.md loads from another server"):
        pages.on_post_page(html, page("client.md"))


def test_link_to_another_server_is_no_loading() -> None:
    html = '<a href="https://example.org">there</a><script src="assets/a.js"></script>'
    assert pages.on_post_page(html, page("client.md")) == html
