"""Text documents: plain text, Markdown, CSV and JSON as they are, HTML without its tags."""

from __future__ import annotations

from html.parser import HTMLParser

from mistral_mock.extraction import charset

FORM_FEED = "\f"
HIDDEN = frozenset({"head", "noscript", "script", "style", "template"})
BLOCKS = frozenset(
    {
        *("address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "fieldset"),
        *("figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li"),
        *("main", "nav", "ol", "p", "pre", "section", "table", "td", "th", "tr", "ul"),
    }
)


def read_pages(content: bytes) -> tuple[str, ...]:
    """Return the text, cut at form feeds; one page when it has none."""
    return tuple(unify_lines(charset.decode(content)).split(FORM_FEED))


def read_html_pages(content: bytes) -> tuple[str, ...]:
    """Return what a reader of the page sees, a line for each block; one page."""
    reader = VisibleText()
    reader.feed(charset.decode(content))
    reader.close()
    return (reader.text(),)


def unify_lines(text: str) -> str:
    """Return the text with every line ending a single newline."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


class VisibleText(HTMLParser):
    """Collects the text outside of scripts, styles and the head."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._pieces: list[str] = []
        self._hidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the signature is HTMLParser's
        """Hides what is inside of some tags and breaks the line at blocks."""
        if tag in HIDDEN:
            self._hidden.append(tag)
        if tag == "body":
            self._hidden.clear()
        if tag in BLOCKS:
            self._pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """End what the start tag began."""
        if tag in self._hidden:
            del self._hidden[self._hidden.index(tag) :]
        if tag in BLOCKS:
            self._pieces.append("\n")

    def handle_data(self, data: str) -> None:
        """Keep visible text."""
        if not self._hidden:
            self._pieces.append(data)

    def text(self) -> str:
        """Return the lines that say something, their spaces made single."""
        lines = (" ".join(line.split()) for line in "".join(self._pieces).splitlines())
        return "\n".join(line for line in lines if line)
