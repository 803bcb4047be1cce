"""A small PDF made from text, for examples that read one."""

from __future__ import annotations

LINES_PER_PAGE = 40


def make_pdf(text: str) -> bytes:
    """Return a PDF with the text's lines in Helvetica, 40 to a page; latin-1 letters only."""
    lines = text.splitlines() or [""]
    sheets = [
        lines[start : start + LINES_PER_PAGE] for start in range(0, len(lines), LINES_PER_PAGE)
    ]
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(sheets)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(sheets)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, sheet in enumerate(sheets):
        content = page_content(sheet)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] "
            b"/Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R >>" % (5 + 2 * number)
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    return assemble(objects)


def page_content(lines: list[str]) -> bytes:
    """Return the drawing commands that show the lines from the top of a page."""
    shown = []
    for line in lines:
        escaped = line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        shown.append(b"(" + escaped.encode("latin-1", "replace") + b") Tj T*")
    return b"BT /F1 11 Tf 14 TL 50 790 Td\n" + b"\n".join(shown) + b"\nET"


def assemble(objects: list[bytes]) -> bytes:
    """Return the file: header, numbered objects, the table of their places, trailer."""
    data = bytearray(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    data += b"".join(b"%010d 00000 n \n" % place for place in places)
    data += b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (len(objects) + 1)
    return bytes(data + b"startxref\n%d\n%%%%EOF\n" % start)
