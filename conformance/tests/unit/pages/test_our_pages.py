"""What README and docs state of the code is so: numbers, tables, names and links."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

import mistral_client
from mistral_client.quirks import OPERATIONS
from mistral_conformance.model.document import load_document
from mistral_conformance.report.model import VERSION
from mistral_conformance.running.plan import load_profiles, profile_operations
from mistral_mock import registry, resources
from mistral_mock.cli import make_parser
from mistral_openapi import load, operations

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = Path(__file__).parents[4]
PAGES = sorted(
    [*PROJECT.glob("*.md"), *(PROJECT / "docs").glob("*.md"), *(PROJECT / "openapi").glob("*.md")]
)
LINK = re.compile(r"\]\(([^)#:]+)\)")


def read(page: str) -> str:
    return (PROJECT / page).read_text("utf-8")


def find_code(text: str) -> set[str]:
    """What stands in backticks."""
    return set(re.findall("`([^`\n]+)`", text))


def find_first_cells(text: str) -> list[str]:
    """What stands in backticks in the first cell of each row of all tables."""
    rows = [re.split(r"(?<!\\)\|", line)[1] for line in text.splitlines() if line[:3] == "| `"]
    return [name for row in rows for name in re.findall("`([^`]+)`", row)]


def find_implemented() -> set[str]:
    """The operations that the mock has."""
    resources.load()
    return {one.id for one in operations() if registry.handler(one.id) is not None}


def find_stream_methods() -> Iterator[str]:
    """The calls that stream, without `beta.`."""
    for path in load()["paths"].values():
        for item in path.values():
            stream = item.get("x-mistral-stream") if isinstance(item, dict) else None
            if stream is not None:
                yield f"{item['operationId'].rpartition('.')[0]}.{stream['method']}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_links_to_files_lead_somewhere(page: Path) -> None:
    found = [link for link in LINK.findall(page.read_text("utf-8")) if "://" not in link]
    assert [link for link in found if not (page.parent / link).exists()] == []


def test_every_page_of_docs_can_be_found_from_the_readme() -> None:
    known, waiting = set[Path](), [PROJECT / "README.md"]
    while waiting:
        page = waiting.pop()
        known.add(page)
        if page.suffix == ".md":
            found = [(page.parent / link).resolve() for link in LINK.findall(read(str(page)))]
            waiting += [one for one in found if one.is_file() and one not in known]
    assert set((PROJECT / "docs").glob("*.md")) <= known


@pytest.mark.parametrize("page", ["README.md", "CHANGELOG.md"])
def test_number_of_operations_is_the_documents(page: str) -> None:
    assert re.findall(r"(\d+)\s+operations", read(page)) == [str(len(list(operations())))]


def test_mock_has_the_api_of_the_profile_seed() -> None:
    assert set(profile_operations(load_document(), "seed")) <= find_implemented()
    assert "2026-03-31" in load_profiles()["seed"].about


@pytest.mark.parametrize("operation", sorted(find_implemented()))
def test_page_about_groups_names_the_resource_of_every_operation(operation: str) -> None:
    told = set(re.findall(r"\w+", " ".join(find_code(read("docs/groups.md")))))
    assert set(operation.split(".")[:-1]) <= told


def test_every_option_of_serve_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        make_parser().parse_args(["serve", "--help"])
    options = set(re.findall(r"--[a-z-]+", capsys.readouterr().out)) - {"--help"}
    told = " ".join(find_first_cells(read("docs/mock.md")))
    assert set(re.findall(r"--[a-z-]+", told)) == options


def test_every_profile_is_told() -> None:
    told = read("docs/conformance.md").partition("| profile |")[2].partition("\n\n")[0]
    assert find_first_cells(told) == list(load_profiles())


@pytest.mark.parametrize(
    "page", [".github/workflows/ci.yml", "docs/examples/conformance-workflow.yml"]
)
def test_profiles_of_a_workflow_are_there(page: str) -> None:
    jobs = yaml.safe_load(read(page))["jobs"]
    assert set(jobs["conformance"]["strategy"]["matrix"]["profile"]) <= set(load_profiles())


def find_services(page: str) -> Iterator[dict[str, Any]]:
    """The mocks that a recipe for CI starts."""
    told = yaml.safe_load(read(page))
    services = told.get("services") or next(iter(told.get("jobs", told).values()))["services"]
    listed = services if isinstance(services, list) else [services["mistral"]]
    yield from listed


@pytest.mark.parametrize(
    "page",
    [
        "conformance/container/compose.yaml",
        "docs/examples/mock-workflow.yml",
        "docs/examples/mock.gitlab-ci.yml",
    ],
)
def test_recipes_start_a_mock_that_other_machines_may_control(
    page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = read("conformance/container/mock.Containerfile").rpartition("CMD ")[2]
    for service in find_services(page):
        given = next(service[key] for key in ("environment", "env", "variables") if key in service)
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        options = make_parser().parse_args(service.get("command") or yaml.safe_load(image))
        assert (options.host, options.port) == ("0.0.0.0", 8100)  # noqa: S104 - what is tested
        assert options.control_token == "let-me-in"


def test_workflows_that_rules_look_for_are_in_the_world() -> None:
    world = yaml.safe_load(read("conformance/mistral_mock/worlds/default.yaml"))
    told = read("docs/ci-recipe.md").partition("Rules about executions look for")[2]
    names = find_code(told.partition(";")[0])
    assert names
    assert names <= {one["name"] for one in world["workflows"]}


def test_every_target_of_make_is_told() -> None:
    targets = set(re.findall("^([a-z]+):.*## ", read("Makefile"), re.MULTILINE))
    told = read("CONTRIBUTING.md").partition("| command |")[2].partition("\n\n")[0]
    assert {cell.split()[1] for cell in find_first_cells(told)} == targets - {"help"}


def test_every_error_is_told() -> None:
    errors = {
        name
        for name in mistral_client.__all__
        if isinstance(kind := getattr(mistral_client, name), type) and issubclass(kind, Exception)
    }
    assert errors <= find_code(read("docs/client.md"))


def test_every_quirk_is_told() -> None:
    told = read("docs/client.md").partition("| quirk |")[2].partition("\n\n")[0]
    assert sorted(find_first_cells(told)) == sorted(OPERATIONS)


def test_every_stream_is_told() -> None:
    told = find_code(read("docs/client.md"))
    named = {*told, *(f"{group}.{name}" for name in told for group in told)}
    assert set(find_stream_methods()) <= named


def test_version_of_reports_is_told() -> None:
    assert f"## report.json, version {VERSION}\n" in read("docs/report-format.md")
