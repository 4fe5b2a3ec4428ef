"""Word and PDF, opened again by other programs: what stands in them, and the watermark on every page."""

import io
import threading
from datetime import date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.utils import timezone
from docx import Document
from docx.enum.section import WD_SECTION
from jinja2 import UndefinedError
from pypdf import PdfReader

from apps.core import clock, documents
from tests.factories import PostFactory

MARK = "王芳 10023 2026-11-23 17:20:00 3F9A2C1B"


def minutes(**changes):
    return {
        "number": "创审纪〔2026〕3号",
        "body": "江海银行创新委员会",
        "title": "创新委员会2026年第3次会议纪要",
        "held_on": date(2026, 11, 20),
        "place": "总行大厦 18 层会议室",
        "chair": "周正",
        "secretary": "林静",
        "due": 9,
        "present": ["周正", "吴敏", "郑浩"],
        "absent": ["孙莉"],
        "observers": ["法律合规部 冯涛"],
        "topics": [
            {
                "number": 1,
                "title": "智能风控 {{ 7*7 }} <b>&amp;</b> {% if %} 平台",
                "unit": "临江分行",
                "decision": "同意立项。",
                "votes": "赞成 3 票，反对 0 票，弃权 0 票",
                "conditions": ["试点不超过 3 家支行", "每季度报告一次"],
                "opinions": [
                    {
                        "department": "风险管理部",
                        "opinion": "有条件同意",
                        "text": "模型须先验证\n再上线\x0b\x00",
                        "answer": "采纳",
                    },
                    {"department": "计划财务部", "opinion": "同意", "text": "无", "answer": ""},
                ],
            }
        ],
    } | changes


def texts(document):
    """Every paragraph and cell of a Word document, in order."""
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return [p.text for p in document.paragraphs if p.text], cells


def header_marks(header):
    xml = header._element
    shapes = xml.iter("{urn:schemas-microsoft-com:vml}textpath")
    return [s.get("string") for s in shapes if s.get("string")], "".join(p.text for p in header.paragraphs)


def test_minutes_in_word_say_what_they_were_given_to_the_letter():
    document = Document(io.BytesIO(documents.word("minutes", minutes(), watermark=MARK)))
    paragraphs, cells = texts(document)
    assert paragraphs == [
        "江海银行创新委员会",
        "会议纪要",
        "创审纪〔2026〕3号",
        "创新委员会2026年第3次会议纪要",
        "时间：2026年11月20日",
        "地点：总行大厦 18 层会议室",
        "主持：周正",
        "记录：林静",
        "应到：9 人；实到：3 人",
        "出席：周正、吴敏、郑浩",
        "请假：孙莉",
        "列席：法律合规部 冯涛",
        "会议审议了以下 1 项议题，形成如下审议意见。",
        "议题1  智能风控 {{ 7*7 }} <b>&amp;</b> {% if %} 平台",
        "（申报单位：临江分行）",
        "会签意见及答复：",
        "审议意见：同意立项。",
        "表决情况：赞成 3 票，反对 0 票，弃权 0 票",
        "附加条件：",
        "1. 试点不超过 3 家支行",
        "2. 每季度报告一次",
        "江海银行创新委员会",
        "2026年11月20日",
        "林静 记录    周正 签发",
        "江海银行创新委员会办公室  2026年11月20日 印发",
    ]
    assert cells == [
        "部门", "意见", "意见内容", "答复",
        "风险管理部", "有条件同意", "模型须先验证\n再上线", "采纳",
        "计划财务部", "同意", "无", "—",
    ]  # fmt: skip


def test_a_key_that_is_missing_raises_instead_of_leaving_a_hole():
    context = minutes()
    del context["chair"]
    with pytest.raises(UndefinedError, match="chair"):
        documents.word("minutes", context, watermark=MARK)


def test_every_section_of_a_word_document_is_marked_whatever_headers_it_has(tmp_path, monkeypatch):
    made = Document()
    made.settings.odd_and_even_pages_header_footer = True
    made.sections[0].different_first_page_header_footer = True
    made.add_paragraph("第一节")
    second = made.add_section(WD_SECTION.NEW_PAGE)  # inherits
    second.different_first_page_header_footer = True
    third = made.add_section(WD_SECTION.NEW_PAGE)
    third.header.is_linked_to_previous = False
    third.header.paragraphs[0].text = "自有页眉"
    made.save(tmp_path / "three.docx")
    monkeypatch.setattr(documents, "FOLDER", tmp_path)
    document = Document(io.BytesIO(documents.word("three", {}, watermark='<&"王芳">')))
    for section in document.sections:
        for header in (section.header, section.first_page_header, section.even_page_header):
            strings, text = header_marks(header)
            assert strings == ['<&"王芳">']
            assert text.endswith('<&"王芳">')


def test_a_document_is_named_by_a_word_and_not_by_a_path():
    for name in ("../secrets", "minutes.docx", "", "/etc/passwd"):
        with pytest.raises(ValueError, match="no name of a document"):
            documents.word(name, {}, watermark=MARK)


def pdf_pages(data):
    return ["".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(data)).pages]


needs_pango = pytest.mark.skipif(not documents.pdf_available(), reason="there is no Pango on this machine")


@needs_pango
def test_minutes_in_pdf_carry_the_same_words_and_the_mark_on_every_page():
    many = [minutes()["topics"][0] | {"number": number} for number in range(1, 8)]
    pages = pdf_pages(documents.pdf("minutes", minutes(topics=many), watermark=MARK))
    assert len(pages) > 2
    mark = "".join(MARK.split())
    assert [page.count(mark) for page in pages] == [2] * len(pages)
    whole = "".join(pages)
    assert whole.count("智能风控{{7*7}}<b>&amp;</b>{%if%}平台") == 7
    assert "应到：9人；实到：3人" in whole


@needs_pango
def test_a_pdf_fetches_nothing_from_the_network_or_from_this_machine(tmp_path, settings):
    asked = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)

        def log_message(self, *args):
            pass

    secret = tmp_path / "secret.txt"
    secret.write_text("机密")
    name = "fetching_probe"
    (tmp_path / "documents").mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    (tmp_path / "documents" / f"{name}.html").write_text(
        f'<p>正文</p><img src="http://127.0.0.1:{server.server_port}/x.png">'
        f'<link rel="attachment" href="file://{secret}"><img src="file://{secret}">'
    )
    settings.TEMPLATES = [
        settings.TEMPLATES[0] | {"DIRS": [*settings.TEMPLATES[0]["DIRS"], tmp_path]},
        *settings.TEMPLATES[1:],
    ]
    try:
        data = documents.pdf(name, {}, watermark=MARK)
    finally:
        server.shutdown()
        server.server_close()
    assert asked == []
    assert dict(PdfReader(io.BytesIO(data)).attachments) == {}


def test_without_pango_a_pdf_is_refused_with_a_sentence(monkeypatch):
    monkeypatch.setattr(documents, "_weasyprint", lambda: None)
    assert documents.pdf_available() is False
    with pytest.raises(documents.NoPango, match="Word|Word 文档"):
        documents.pdf("minutes", minutes(), watermark=MARK)


@pytest.mark.django_db
def test_a_watermark_says_who_and_when_and_its_serial_is_of_that_person_and_moment():
    user, other = PostFactory().user, PostFactory().user
    moment = timezone.make_aware(datetime(2026, 11, 23, 17, 20))
    with clock.at(moment):
        first, again, others = (documents.watermark_for(u) for u in (user, user, other))
    assert first == again
    who, serial = first.rsplit(" ", 1)
    assert who == f"{user.name} {user.person.employee_no or user.username} 2026-11-23 17:20:00"
    assert len(serial) == 8
    assert serial != others.rsplit(" ", 1)[1]


def test_a_download_keeps_its_chinese_name_and_is_kept_by_nobody():
    response = documents.download(b"x", "纪要\r\n第3次.docx", documents.WORD)
    assert response["Content-Disposition"] == (
        "attachment; filename*=utf-8''%E7%BA%AA%E8%A6%81%E7%AC%AC3%E6%AC%A1.docx"
    )
    assert response["Cache-Control"] == "private, no-store"
    assert response["Content-Type"] == documents.WORD
