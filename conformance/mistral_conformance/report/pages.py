"""HTML pages that load nothing: style and script stand in them, and nothing else may run.

Every text is escaped by Jinja2; a content security policy admits only the page's own style and
script, by their hashes.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup


def render_page(template: str, script: str, **context: Any) -> str:  # noqa: ANN401 - a template takes what it wants
    """Return the page of a template, with the script of that name."""
    style, code = _asset("page.css"), _asset(script)
    return (
        _environment()
        .get_template(template)
        .render(
            style=Markup(style),  # noqa: S704 - our own file
            script=Markup(code),  # noqa: S704 - our own file
            style_hash=_hash(style),
            script_hash=_hash(code),
            **context,
        )
    )


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("mistral_conformance.report", "page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _asset(name: str) -> str:
    return files("mistral_conformance.report").joinpath("page", name).read_text("utf-8")


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
