"""Documents that tests make: PDF, DOCX and PPTX, as small as they can be."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile

from docx import Document
from docx.enum.text import WD_BREAK
from docx.oxml import OxmlElement
from pypdf import PdfReader, PdfWriter

if TYPE_CHECKING:
    from docx.text.run import Run


def make_pdf(*pages: str) -> bytes:
    """A PDF with one line of text on each page."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    kids: list[str] = []
    for text in pages:
        stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode("latin-1")
        number = len(objects) + 1
        kids.append(f"{number + 1} 0 R")
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % number
        )
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode()
    return assemble(objects)


def assemble(objects: list[bytes]) -> bytes:
    """The PDF file of numbered objects."""
    out = bytearray(b"%PDF-1.4\n")
    offsets: list[int] = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        start,
    )
    return bytes(out)


def encrypt_pdf(content: bytes, password: str) -> bytes:
    """The same PDF behind a password."""
    writer = PdfWriter(clone_from=PdfReader(BytesIO(content)))
    writer.encrypt(password, algorithm="RC4-128")
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def make_docx(
    *pages: str, table: tuple[str, ...] = (), page_break: bool = True, drawn: bool = False
) -> bytes:
    """A Word document with one paragraph on each page and, at its end, a table of one row.

    `page_break` sets the breaks that a person sets, `drawn` those that Word notes when it draws.
    """
    document = Document()
    for number, text in enumerate(pages):
        paragraph = document.add_paragraph()
        if number:
            add_breaks(paragraph.add_run(), page_break=page_break, drawn=drawn)
        paragraph.add_run(text)
    if table:
        row = document.add_table(rows=1, cols=len(table)).rows[0]
        for cell, text in zip(row.cells, table, strict=True):
            cell.text = text
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def add_breaks(run: Run, *, page_break: bool, drawn: bool) -> None:
    """Ends the page in a run, in one way or both."""
    if page_break:
        run.add_break(WD_BREAK.PAGE)
    if drawn:
        run._r.append(OxmlElement("w:lastRenderedPageBreak"))


def make_archive(**parts: str) -> bytes:
    """A ZIP archive; a part's name has `__` for `/` and `_dot_` for a dot."""
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), text)
    return out.getvalue()


def make_pptx(*slides: str) -> bytes:
    """A presentation with one paragraph on each slide."""
    space = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    shape = "<s {}><a:p><a:r><a:t>{}</a:t></a:r></a:p></s>"
    parts = {
        f"ppt__slides__slide{number}_dot_xml": shape.format(space, text)
        for number, text in enumerate(slides, 1)
    }
    return make_archive(ppt__presentation_dot_xml="<p/>", **parts)
