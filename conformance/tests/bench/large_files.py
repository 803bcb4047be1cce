"""Documents that cost their readers most, made on the spot."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

WORD = "volcano ash falls slowly on the grey harbour "
PAGES = 2000


def make_pdf() -> bytes:
    """As many pages of text as the mock reads."""
    drawn = "".join(f"BT /F1 9 Tf 20 {800 - 12 * n} Td ({WORD * 2}) Tj ET\n" for n in range(40))
    count = PAGES
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(count))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {count} /Kids [{kids}] >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number in range(count):
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] "
            f"/Resources << /Font << /F1 3 0 R >> >> /Contents {5 + 2 * number} 0 R >>"
        )
        objects.append(f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream")
    return join_pdf(objects)


def join_pdf(objects: list[str]) -> bytes:
    """A file of these objects."""
    out = BytesIO()
    out.write(b"%PDF-1.4\n")
    places = []
    for number, text in enumerate(objects, 1):
        places.append(out.tell())
        out.write(f"{number} 0 obj\n{text}\nendobj\n".encode())
    start = out.tell()
    out.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode())
    out.write("".join(f"{place:010} 00000 n \n" for place in places).encode())
    out.write(
        f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF".encode()
    )
    return out.getvalue()


def make_text(count: int) -> bytes:
    """So many times the same words, as one sentence."""
    return (WORD * count).encode()


def make_docx() -> bytes:
    """A small archive that unpacks to as much as the mock takes."""
    from docx import Document

    out = BytesIO()
    Document().save(out)
    namespace = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    line = f"<w:p><w:r><w:t>{WORD}</w:t></w:r></w:p>".encode()
    body = line * (120_000_000 // len(line))
    content = f"<w:document {namespace}><w:body>".encode() + body + b"</w:body></w:document>"
    return replace(out.getvalue(), "word/document.xml", content)


def replace(archive: bytes, name: str, content: bytes) -> bytes:
    """The archive with another content of one part."""
    out = BytesIO()
    with ZipFile(BytesIO(archive)) as old, ZipFile(out, "w", ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, content if part == name else old.read(part))
    return out.getvalue()


def make_pptx() -> bytes:
    """Thousands of slides."""
    out = BytesIO()
    drawing = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    slide = f"<s {drawing}>" + f"<a:p><a:r><a:t>{WORD}</a:t></a:r></a:p>" * 100 + "</s>"
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        archive.writestr("ppt/presentation.xml", "<p/>")
        for number in range(5000):
            archive.writestr(f"ppt/slides/slide{number}.xml", slide)
    return out.getvalue()
