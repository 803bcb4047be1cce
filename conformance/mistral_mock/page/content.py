"""The page as one answer: markup, style and script together, and a policy that allows no others."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from functools import cache
from importlib.resources import files

from mistral_mock.answers import Answer

TYPE = "text/html; charset=utf-8"


@cache
def make_page() -> Answer:
    """Return the page."""
    style, script = read("page.css"), read("page.js")
    text = read("page.html").replace("/*STYLE*/", style).replace("/*SCRIPT*/", script)
    policy = (
        f"default-src 'none'; style-src {hash_of(style)}; script-src {hash_of(script)}; "
        "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )
    headers = (
        ("content-security-policy", policy),
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
    )
    return Answer(200, text.encode(), TYPE, headers)


def read(name: str) -> str:
    """Return a part of the page."""
    return files("mistral_mock.page").joinpath(name).read_text("utf-8")


def hash_of(text: str) -> str:
    """Return how a policy names a style or a script that stands in the page itself."""
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
