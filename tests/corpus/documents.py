"""Word files and PDFs."""

import io
import zipfile
import zlib

import docx
import pypdf

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def letter():
    target = io.BytesIO()
    document = docx.Document()
    document.add_paragraph("关于创新线索的说明")
    document.save(target)
    return target.getvalue()


def changed(name, data, level=6):
    """An honest document with one part in another's place, or one part more (`data` None: one less)."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(letter())) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as new,
    ):
        for part in old.namelist():
            if part != name:
                new.writestr(part, old.read(part))
        if data is not None:
            new.writestr(name, data)
    return target.getvalue()  # fmt: skip


def with_zip():
    return changed("word/media/image1.png", letter())


def damaged():
    data = bytearray(letter())
    at = len(data) // 3
    data[at : at + 400] = b"\x00" * 400
    return bytes(data)


def without_text():
    return changed("word/document.xml", b"<nothing/>")


def huge():
    row = "<w:p><w:r><w:t>{}，客户从申请到放款平均用时三分钟。</w:t></w:r></w:p>"
    body = "".join(row.format(number * 7919 % 1_000_003) for number in range(550_000))
    return changed(
        "word/document.xml", f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>', level=1
    )


def deep():
    body = "<w:tbl><w:tr><w:tc>" * 3_000 + "<w:p/>" + "</w:tc></w:tr></w:tbl>" * 3_000
    return changed("word/document.xml", f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>')


# ── PDF ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def pdf(objects):
    """A PDF of these objects, the first of them its catalogue."""
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def stream(data, level=9):
    packed = zlib.compress(data, level)
    return b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed)


def with_content(data):
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
    return pdf([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", page, stream(data), font])  # fmt: skip


def small_pdf():
    return with_content(b"BT /F1 12 Tf 50 700 Td (Three minutes from asking to money) Tj ET")


def locked_pdf():
    writer, target = pypdf.PdfWriter(io.BytesIO(small_pdf())), io.BytesIO()
    writer.encrypt("geheim", algorithm="RC4-128")
    writer.write(target)
    return target.getvalue()


def many_pages():
    count = 20_000
    kids = b" ".join(b"%d 0 R" % number for number in range(3, count + 3))
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] >>"
    return pdf([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, count), *[page] * count])  # fmt: skip


def pdf_bomb():
    return with_content(b" " * (400 * 2**20))


def circular_pdf():
    return pdf([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R 3 0 R] /Count 2 >>", b"<< /Type /Pages /Kids [2 0 R] /Parent 2 0 R /Count 1 >>"])  # fmt: skip


def dense_pdf():
    """One page with three hundred thousand pieces of text."""
    return with_content(b"BT /F1 1 Tf " + b"1 0 Td (abc) Tj " * 300_000 + b"ET")
