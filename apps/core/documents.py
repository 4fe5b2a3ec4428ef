"""Documents that leave the house: Word from templates, PDF when Pango is there, both with a watermark on every page.

Templates lie in templates/documents, and are written in the language the bank issues documents in, whatever language
the reader's pages are in. Beside each stands a .md with the keys of its context. Data are plain: texts, numbers, dates,
lists and dictionaries of them.
"""

import functools
import io
import re
from copy import deepcopy
from datetime import date, datetime
from pathlib import Path

from django.conf import settings
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docxtpl import DocxTemplate
from jinja2 import Environment, StrictUndefined

from apps.core import clock
from apps.core.formats import wan, yuan
from apps.core.forms import clean_text
from apps.core.verdict import Refused

FOLDER = Path(settings.BASE_DIR) / "templates" / "documents"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PDF = "application/pdf"


# ── The watermark ─────────────────────────────────────────────────────────────────────────────────────────────────


def watermark_for(user) -> str:
    """Who takes a copy, when, and a serial that only this house can make for that person and moment."""
    person = getattr(user, "person", None)
    number = (person and person.employee_no) or user.username
    when = f"{timezone.localtime(clock.now()):%Y-%m-%d %H:%M:%S}"
    serial = salted_hmac("silun.watermark", f"{user.pk} {when}", algorithm="sha256").hexdigest()[:8].upper()
    return f"{user.name} {number} {when} {serial}"


# A line of small text at the head of the page, which every reader shows, and the same across the page.
HEADER = """<w:p {ns} xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office">
<w:pPr><w:pStyle w:val="Header"/><w:jc w:val="right"/></w:pPr>
<w:r><w:rPr><w:color w:val="8A8A8A"/><w:sz w:val="16"/></w:rPr><w:t xml:space="preserve"></w:t></w:r>
<w:r><w:rPr><w:noProof/></w:rPr><w:pict>
<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" path="m@7,l@8,m@5,21600l@6,21600e">
<v:formulas><v:f eqn="sum #0 0 10800"/><v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/>
<v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/><v:f eqn="if @0 0 @2"/>
<v:f eqn="if @0 @4 21600"/><v:f eqn="mid @5 @6"/><v:f eqn="mid @8 @5"/><v:f eqn="mid @7 @8"/>
<v:f eqn="mid @6 @7"/><v:f eqn="sum @6 0 @5"/></v:formulas>
<v:path textpathok="t" o:connecttype="custom" o:connectlocs="@9,0;@10,10800;@11,21600;@12,10800" o:connectangles="270,180,90,0"/>
<v:textpath on="t" fitshape="t"/><v:handles><v:h position="#0,bottomRight" xrange="6629,14971"/></v:handles>
<o:lock v:ext="edit" text="t" shapetype="t"/></v:shapetype>
<v:shape type="#_x0000_t136" o:allowincell="f" fillcolor="#c8c8c8" stroked="f" style="position:absolute;margin-left:0;margin-top:0;width:500pt;height:26pt;rotation:315;z-index:-251658752;mso-position-horizontal:center;mso-position-horizontal-relative:margin;mso-position-vertical:center;mso-position-vertical-relative:margin">
<v:fill opacity=".45"/><v:textpath style="font-family:&quot;SimSun&quot;;font-size:1pt" string=""/></v:shape>
</w:pict></w:r></w:p>"""


def _mark_every_page(document, text: str) -> None:
    """Headers are inherited from section to section: mark all three of the first, and each that is a section's own."""
    mark = parse_xml(HEADER.format(ns=nsdecls("w")))
    mark.xpath(".//w:t")[0].text = text
    shape = next(mark.iter("{urn:schemas-microsoft-com:vml}shape"))
    shape[-1].set("string", text)
    count = 0
    for at, section in enumerate(document.sections):
        for header in (section.header, section.first_page_header, section.even_page_header):
            if at and header.is_linked_to_previous:
                continue
            if header.is_linked_to_previous:
                header.is_linked_to_previous = False  # makes one of its own, with an empty line in it
                header._element.remove(header.paragraphs[0]._element)
            own = deepcopy(mark)
            count += 1
            next(own.iter("{urn:schemas-microsoft-com:vml}shape")).set("id", f"SilunWatermark{count}")
            header._element.append(own)


# ── Word ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def chinese_day(value) -> str:
    """2026年11月23日; with the time when it has one; a text as it is."""
    if isinstance(value, datetime):
        value = timezone.localtime(value) if timezone.is_aware(value) else value
        return f"{value.year}年{value.month}月{value.day}日 {value:%H:%M}"
    return f"{value.year}年{value.month}月{value.day}日" if isinstance(value, date) else str(value or "")


def plain(value):
    """The value without characters that no document can hold, all the way down."""
    if isinstance(value, str):
        return clean_text(value, lines=True)
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return value


def _named(template: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", template):
        raise ValueError(f"{template!r} is no name of a document")
    return template


def word(template: str, context: dict, *, watermark: str) -> bytes:
    """templates/documents/<template>.docx filled in, as a .docx. A key that the template wants and nobody gave raises."""
    filled, marked = io.BytesIO(), io.BytesIO()
    form = DocxTemplate(FOLDER / f"{_named(template)}.docx")
    env = Environment(undefined=StrictUndefined)
    env.filters |= {"day": chinese_day, "wan": wan, "yuan": yuan}
    form.render(plain(context), env, autoescape=True)
    form.save(filled)
    document = Document(filled)  # read again: docxtpl puts rendered headers where python-docx does not look
    _mark_every_page(document, plain(watermark))
    document.save(marked)
    return marked.getvalue()


# ── PDF ───────────────────────────────────────────────────────────────────────────────────────────────────────────


class NoPango(Refused):
    """This machine cannot make PDF; the Word document can always be had."""


@functools.cache
def _weasyprint():
    try:
        import weasyprint  # noqa: PLC0415 (needs Pango, which a machine may lack)
    except (ImportError, OSError):
        return None
    return weasyprint


def pdf_available() -> bool:
    """Whether PDF can be made here."""
    return _weasyprint() is not None


def _css_string(text: str) -> str:
    return '"' + "".join(c if c.isalnum() else f"\\{ord(c):x} " for c in text) + '"'


MARK = """
@page {{ @bottom-right {{ content: {text}; font-size: 7pt; color: #8a8a8a; white-space: nowrap; vertical-align: bottom; padding-bottom: 8mm; }} }}
html body::before {{ content: {text}; position: fixed; top: 42%; left: -20%; width: 140%; text-align: center; transform: rotate(-45deg);
  font-size: 20pt; white-space: nowrap; color: rgba(120, 120, 120, .22); z-index: 1000; display: block; text-indent: 0; }}
"""


def pdf(template: str, context: dict, *, watermark: str) -> bytes:
    """templates/documents/<template>.html filled in, as a PDF. Raises NoPango where PDF cannot be made."""
    weasyprint = _weasyprint()
    if weasyprint is None:
        raise NoPango(_("PDF cannot be made on this server. Take the Word document instead."))
    html = render_to_string(
        f"documents/{_named(template)}.html", plain(context) | {"chinese_day": chinese_day}, using="jinja2"
    )
    mark = weasyprint.CSS(string=MARK.format(text=_css_string(plain(watermark))))
    # A document is made of what it was given: nothing is fetched, from the network or from this machine.
    nothing = weasyprint.urls.URLFetcher(allowed_protocols=())
    return weasyprint.HTML(string=html, url_fetcher=nothing).write_pdf(stylesheets=[mark])


# ── Handing it over ───────────────────────────────────────────────────────────────────────────────────────────────


def download(data: bytes, filename: str, media_type: str) -> HttpResponse:
    """The bytes as a file to be saved, kept by nobody on the way. Names in any script (RFC 5987)."""
    response = HttpResponse(data, content_type=media_type)
    response.headers["Content-Disposition"] = content_disposition_header(True, clean_text(filename))
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response
