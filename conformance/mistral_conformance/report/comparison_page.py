"""Reports side by side as one self-contained HTML page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_conformance.record.counting import counted
from mistral_conformance.report.pages import render_page

if TYPE_CHECKING:
    from mistral_conformance.report.comparison import Comparison


def render_comparison(comparison: Comparison) -> str:
    """Return the page."""
    title = f"{counted(len(comparison.columns), 'report')} side by side"
    return render_page("comparison.html.jinja", "comparison.js", title=title, comparison=comparison)
