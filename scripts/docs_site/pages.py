"""What the site shows beside docs/: pages from elsewhere in the project, and the Python API.

A page of the project keeps its place below `project/`, as does every file that a page links to;
links between them, and to pages of docs/, are adapted. The Python API has a page for each group of
operations, filled from docstrings.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File

import mistral_openapi

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[2]
ELSEWHERE = (
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "README.md",
    "openapi/README.md",
    "openapi/names.md",
)
LINK = re.compile(r"(?<=\]\()([^)#:\s]+)(?=[)#])")
FOLDER = re.compile(r"\[([^\]]+)\]\(([^)#:\s]+)\)")
LOADED = re.compile(
    r"""<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)=["'](?:https?:)?//[^>]*>"""
)
CLASS = re.compile(r"^class (\w+)\(Group\):", re.MULTILINE)
GENERATED = ROOT / "generated" / "mistral_generated" / "api"
API = {
    "Client": (
        "mistral_client.client.Mistral",
        "mistral_client.async_client.AsyncMistral",
        "mistral_client.retries.Retries",
        "mistral_client.rate_limits.RateLimit",
        "mistral_client.raw.Raw",
        "mistral_generated.files.File",
    ),
    "Errors": ("mistral_client.errors",),
    "Mock": (
        "mistral_mock.server.running",
        "mistral_mock.server.RunningServer",
        "mistral_mock.settings.Settings",
        "mistral_mock.clock.Clock",
    ),
    "Fixtures for pytest": (
        "mistral_pytest.plugin",
        "mistral_pytest.routing.routing",
        "mistral_pytest.recording.recorded",
    ),
    "Rules of your own": ("mistral_conformance.own",),
    "Document and eras": ("mistral_openapi", "mistral_openapi.eras"),
}


def on_config(config: MkDocsConfig) -> None:
    """Put the pages of the Python API into the navigation."""
    places: list[object] = [{name: _api_page(name)} for name in API]
    places.append({"Operations": [{name: _api_page(name)} for name in find_groups()]})
    for entry in config.nav or ():
        if "Python API" in entry:
            entry["Python API"] = places


def on_files(files: Files, config: MkDocsConfig) -> None:
    """Add the pages that are not in docs/, and the files that pages link to."""
    for path in ELSEWHERE:
        files.append(_from_project(path, config))
    for page in [each for each in files if each.is_documentation_page()]:
        for path in _linked(page):
            if (ROOT / path).is_file() and not files.get_file_from_path(_site_path(path)):
                files.append(_from_project(path, config))
    for name, objects in API.items():
        text = "\n\n".join(f"::: {each}" for each in objects)
        files.append(File.generated(config, _api_page(name), content=f"# {name}\n\n{text}\n"))
    for name in find_groups():
        files.append(File.generated(config, _api_page(name), content=make_page(name)))


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Lead links to where the site has their files; those to folders become their text."""
    at = page.file.src_uri
    if at.startswith("api/"):
        return markdown

    def adapted(link: re.Match[str]) -> str:
        return posixpath.relpath(_site_path(_target(at, link[1])), posixpath.dirname(at) or ".")

    def unlinked(link: re.Match[str]) -> str:
        return link[1] if (ROOT / _target(at, link[2])).is_dir() else link[0]

    return LINK.sub(adapted, FOLDER.sub(unlinked, markdown))


def on_post_page(output: str, page: Page, **_: object) -> str:
    """Hold pages to load nothing from other servers.

    Raises:
        PluginError: one would.

    """
    found = LOADED.search(output)
    if found:
        raise PluginError(f"{page.file.src_uri} loads from another server: {found[0]}")
    return output


def find_groups() -> list[str]:
    """Return the groups of operations, as attributes of the client."""
    return sorted({each.id.rpartition(".")[0] for each in mistral_openapi.operations()})


def make_page(name: str) -> str:
    """Return the page of one group, filled from docstrings when the site is built."""
    folder = name.replace(".", "_")
    found = CLASS.search((GENERATED / folder / "__init__.py").read_text("utf-8"))
    if found is None:
        raise LookupError(f"no class of operations in {folder}")
    hidden = ("show_root_heading", "show_root_toc_entry", "show_signature")
    options = f"    options: {{{', '.join(f'{each}: false' for each in hidden)}}}"
    target = f"mistral_generated.api.{folder}.{found[1]}"
    return f"# client.{name}\n\n::: {target}\n{options}\n"


def _api_page(name: str) -> str:
    return f"api/{name.lower().replace(' ', '-')}.md"


def _project_path(at: str) -> str:
    """Return where a page of the site stands in the project."""
    return at.removeprefix("project/") if at.startswith("project/") else f"docs/{at}"


def _site_path(path: str) -> str:
    """Return where a file of the project stands in the site."""
    return path.removeprefix("docs/") if path.startswith("docs/") else f"project/{path}"


def _target(at: str, link: str) -> str:
    """Return the file of the project that a link on a page means."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(_project_path(at)), link))


def _linked(page: File) -> Iterator[str]:
    for link in LINK.findall(page.content_string):
        yield _target(page.src_uri, link)


def _from_project(path: str, config: MkDocsConfig) -> File:
    return File.generated(config, _site_path(path), abs_src_path=str(ROOT / path))
