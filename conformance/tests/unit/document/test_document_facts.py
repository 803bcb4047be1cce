from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from document.facts import gather
from document.problems import DocumentProblem
from document.sources import read_sources
from document.upstream import Upstream

if TYPE_CHECKING:
    from pathlib import Path


def _upstream(document: dict[str, Any], day: str = "2026-05-01") -> Upstream:
    return Upstream(f"upstream-{day}.yaml", dt.date.fromisoformat(day), f"sha-{day}", document)


def test_only_operations_of_a_group_are_taken(folder: Path, upstream: dict[str, Any]) -> None:
    facts = gather([_upstream(upstream)], read_sources(folder / "source.toml"))
    assert list(facts.files) == ["shared", "shelves", "books"]
    assert list(facts.files["shelves"]["paths"]) == ["/v1/shelves/{shelf_id}"]
    assert list(facts.files["books"]["paths"]) == ["/v1/books"]
    assert [(one.operations, one.taken) for one in facts.origins] == [(3, 2)]


def test_a_schema_is_with_the_one_group_that_uses_it_or_shared(
    folder: Path, upstream: dict[str, Any]
) -> None:
    files = gather([_upstream(upstream)], read_sources(folder / "source.toml")).files
    assert list(files["shelves"]["components"]["schemas"]) == ["Shelf", "Wood"]
    assert list(files["shared"]["components"]["schemas"]) == ["Book"]
    assert "components" not in files["books"]


def test_a_schema_that_nothing_taken_uses_is_left_out(
    folder: Path, upstream: dict[str, Any]
) -> None:
    facts = gather([_upstream(upstream)], read_sources(folder / "source.toml"))
    assert "Lamp" not in repr(facts.files)


def test_no_upstream_word_is_in_the_facts(folder: Path, upstream: dict[str, Any]) -> None:
    facts = gather([_upstream(upstream)], read_sources(folder / "source.toml"))
    written = repr(facts.files)
    for words in (
        "eat",
        "stand",
        "among all",
        "Fetches",
        "as it stands",
        "prosaic",
        "Poems",
        "opens",
    ):
        assert words not in written


def test_servers_and_the_security_in_use_are_kept(folder: Path, upstream: dict[str, Any]) -> None:
    shared = gather([_upstream(upstream)], read_sources(folder / "source.toml")).files["shared"]
    assert shared["servers"] == [{"url": "https://shelves.example"}]
    assert shared["components"]["securitySchemes"] == {"Key": {"type": "http", "scheme": "bearer"}}


def test_of_two_documents_the_newest_wins_in_any_order(
    folder: Path, upstream: dict[str, Any]
) -> None:
    older = {**upstream, "components": {"schemas": {
        **upstream["components"]["schemas"], "Book": {"type": "string"}}}}  # fmt: skip
    sources = read_sources(folder / "source.toml")
    both = [_upstream(older, "2025-01-01"), _upstream(upstream)]
    first, second = gather(both, sources), gather(both[::-1], sources)
    assert first.files == second.files
    assert first.files["shared"]["components"]["schemas"]["Book"]["type"] == "object"
    assert [one.taken for one in first.origins] == [2, 0]


def test_an_operation_of_older_documents_only_says_since_when_it_is_gone(
    folder: Path, upstream: dict[str, Any]
) -> None:
    newer = {**upstream, "paths": {k: v for k, v in upstream["paths"].items() if k != "/v1/books"}}
    days = ("2026-05-01", "2026-04-01", "2026-03-01")
    documents = [newer, newer, upstream]
    facts = gather(
        [_upstream(one, day) for one, day in zip(documents, days, strict=True)],
        read_sources(folder / "source.toml"),
    )
    assert facts.files["books"]["paths"]["/v1/books"]["get"]["x-mistral-gone"] == "2026-04-01"


def test_two_documents_of_one_day_are_refused(folder: Path, upstream: dict[str, Any]) -> None:
    with pytest.raises(DocumentProblem, match=r"both of 2026-05-01.*which is newer"):
        gather([_upstream(upstream), _upstream(upstream)], read_sources(folder / "source.toml"))


def test_documents_without_a_wanted_operation_are_refused(
    folder: Path, upstream: dict[str, Any]
) -> None:
    upstream["paths"] = {"/v1/lamps": upstream["paths"]["/v1/lamps"]}
    with pytest.raises(DocumentProblem, match=r"no operation .* matches; compare \[\[group\]\]"):
        gather([_upstream(upstream)], read_sources(folder / "source.toml"))


def test_a_reference_to_no_schema_is_refused(folder: Path, upstream: dict[str, Any]) -> None:
    del upstream["components"]["schemas"]["Wood"]
    with pytest.raises(DocumentProblem, match=r"schema Wood is used but does not exist"):
        gather([_upstream(upstream)], read_sources(folder / "source.toml"))


def test_taking_more_operations_is_one_more_pattern(folder: Path, upstream: dict[str, Any]) -> None:
    listed = folder / "source.toml"
    listed.write_text(listed.read_text().replace('"GET /v1/books"', '"GET /v1/*"'))
    facts = gather([_upstream(upstream)], read_sources(listed))
    assert list(facts.files["books"]["paths"]) == ["/v1/books", "/v1/lamps"]
