"""Pages of many shapes, all made up: what a person would write down from them is what extraction proposes."""

import datetime
import hashlib
import io
import json
import tracemalloc

import docx
import pypdf
import pytest
from django.utils import translation

from apps.insight.extraction import Unreadable, extract, extract_text
from apps.insight.extraction.blocks import unwrap
from apps.insight.extraction.byline import is_person, read_byline
from apps.insight.extraction.dates import find_dates, first_date
from apps.insight.extraction.decoding import decode
from apps.insight.extraction.mojibake import mend
from apps.insight.script import script_of
from bench.extraction import FACTS, PAGES, judge, measure
from tests.corpus.documents import pdf_bomb


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


TRUTHS = json.loads((PAGES / "truth.json").read_text("utf-8"))
ARTICLE = """凌晨四点的码头，渔船还没有靠岸，海风银行的客户经理已经把当天的收购价发到了船老大的手机上。

这项名为“潮汐贷”的服务上线八个月，按渔汛周期放款和还款，累计服务渔船1,460艘，没有一笔逾期超过十天。

船老大们说，过去借钱看脸色，如今借钱看潮水。"""


def codes(found):
    return [note.code for note in found.warnings]


@pytest.mark.parametrize("name", TRUTHS)
def test_a_page_gives_its_title_author_source_date_and_body(name):
    scores, wrong = judge(PAGES / name, TRUTHS[name])
    assert wrong == []
    assert set(scores.values()) == {1.0}


def test_the_measure_counts_a_wrong_fact_as_wrong():
    truth = TRUTHS["big5.html"] | {"author": "somebody else", "absent": ["視訊開戶"]}
    scores, wrong = judge(PAGES / "big5.html", truth)
    assert scores["author"] == 0.0
    assert 0 < scores["body"] < 1
    assert len(wrong) == 2


def test_the_measure_reads_any_folder_with_a_truth(tmp_path):
    (tmp_path / "a.txt").write_text("潮汐贷\n作者：海不扬\n\n" + ARTICLE, "utf-8")
    (tmp_path / "truth.json").write_text(
        '{"a.txt": {"title": "潮汐贷", "author": "海不扬", "source": "", "date": ""}}', "utf-8"
    )
    ((scores, wrong),) = measure(tmp_path).values()
    assert wrong == []
    assert [scores[fact] for fact in FACTS] == [1, 1, 1, 1]


def test_a_broken_page_in_traditional_characters_also_comes_in_simplified_ones():
    data = (PAGES / "broken_traditional.txt").read_bytes()
    found = extract(data, filename="page.txt", media_type="text/plain")
    assert found.script == "hant"
    assert found.language == "zh"
    assert found.title_simplified == "县域数字金融的线索从哪里来,到哪里去"
    assert "增长尤其迅速。《中国县域数字金融观察报告》显示" in found.body_simplified
    assert script_of(found.body_simplified) == "hans"
    assert found.sha256 == hashlib.sha256(data).hexdigest()
    assert codes(found) == ["repaired", "spam"]


def test_a_simplified_page_is_its_own_simplified_form():
    found = extract((PAGES / "gbk_portal.html").read_bytes())
    assert found.script == "hans"
    assert found.body_simplified == found.body
    assert found.title_simplified == found.title


def test_a_charset_that_lies_is_reported():
    assert "charset" in codes(extract((PAGES / "lying_charset.html").read_bytes()))
    assert "charset" not in codes(extract((PAGES / "gbk_portal.html").read_bytes()))


def test_paragraphs_are_joined_by_blank_lines():
    body = extract((PAGES / "public_account.html").read_bytes()).body
    assert body.split("\n\n")[2:4] == ["01", "为什么要做"] or "\n\n为什么要做\n\n" in body


# ── Pasted text ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_pasted_text_begins_with_its_title():
    found = extract_text("潮汐贷：借钱看潮水\n来源：渔港金融  作者：海不扬  2025-05-20\n\n" + ARTICLE)
    assert (found.title, found.author, found.source, found.published) == (
        "潮汐贷：借钱看潮水",
        "海不扬",
        "渔港金融",
        datetime.date(2025, 5, 20),
    )
    assert found.body == ARTICLE
    assert found.warnings == []


def test_a_bare_text_says_what_is_missing():
    found = extract_text(ARTICLE)
    assert found.body == ARTICLE
    assert codes(found) == ["no_title", "no_date", "no_source", "no_author"]


def test_pasted_markup_is_read_as_markup():
    found = extract_text(
        "<h1>潮汐贷：借钱看潮水</h1>" + "".join(f"<p>{p}</p>" for p in ARTICLE.split("\n\n"))
    )
    assert found.title == "潮汐贷：借钱看潮水"
    assert found.body == ARTICLE


def test_nothing_pasted_is_said_to_be_nothing():
    with pytest.raises(Unreadable, match="There is no text"):
        extract_text(" \n ")


@pytest.mark.parametrize("nasty", ["\ud800", "\x00", "\u202e", "\u200b", "🚀", "<script>alert(1)</script>"])
def test_strange_characters_in_a_pasted_text_do_no_harm(nasty):
    found = extract_text("潮汐贷：借钱看潮水\n\n" + ARTICLE.replace("码头", f"码{nasty}头"))
    assert found.body.endswith("如今借钱看潮水。")
    assert "\x00" not in found.body
    assert "\u202e" not in found.body
    assert "\u200b" not in found.body
    found.body.encode("utf-8")


# ── Files ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def word(*, title="潮汐贷：借钱看潮水", byline="来源：渔港金融  作者：海不扬  2025-05-20"):
    document = docx.Document()
    document.add_heading(title, 0)
    document.add_paragraph(byline)
    for paragraph in ARTICLE.split("\n\n"):
        document.add_paragraph(paragraph)
    table = document.add_table(2, 2)
    for row, values in zip(table.rows, [("指标", "数值"), ("服务渔船", "1,460艘")], strict=True):
        for cell, value in zip(row.cells, values, strict=True):
            cell.text = value
    document.add_paragraph("渔汛不等人，银行也学会了看潮水的时间。")
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def test_a_word_file_is_read_with_its_tables():
    found = extract(word(), filename="潮汐贷.docx")
    assert (found.title, found.author, found.source, found.published) == (
        "潮汐贷：借钱看潮水",
        "海不扬",
        "渔港金融",
        datetime.date(2025, 5, 20),
    )
    assert (
        found.body == ARTICLE + "\n\n指标 数值\n\n服务渔船 1,460艘\n\n渔汛不等人，银行也学会了看潮水的时间。"
    )


def test_a_damaged_word_file_is_refused_with_a_sentence():
    with pytest.raises(Unreadable, match="damaged"):
        extract(word()[:3000], filename="a.docx")


def pdf(*lines):
    """A PDF of one page in Helvetica, written by hand."""
    stream = (
        b"BT /F1 11 Tf 60 780 Td 14 TL "
        + b" ".join(
            b"(" + line.encode("latin-1").replace(b"(", rb"\(").replace(b")", rb"\)") + b") '"
            for line in lines
        )
        + b" ET"
    )
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length " + str(len(stream)).encode() + b" >>\nstream\n" + stream + b"\nendstream",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += str(number).encode() + b" 0 obj\n" + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    return bytes(out + b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n" + str(start).encode() + b"\n%%EOF")


def test_a_pdf_is_read_and_its_lines_joined():
    found = extract(
        pdf(
            "Tide loans: credit that follows the catch",
            "By Helen Marsh | 20 May 2025",
            "Before the boats are back, the bank has already sent the day's price to every skipper.",
            "The loans are paid out and paid back with the fishing season, and in eight months not",
            "one of them was late by more than ten days, the bank said on Tuesday in its report.",
        ),
        filename="tide.pdf",
    )
    assert found.title == "Tide loans: credit that follows the catch"
    assert found.author == "Helen Marsh"
    assert found.published == datetime.date(2025, 5, 20)
    assert "in eight months not one of them was late" in found.body
    assert found.language == "en"


def test_a_pdf_of_pictures_alone_says_so():
    found = extract(pdf())
    assert codes(found)[0] == "scanned"
    assert found.body == ""


def test_a_locked_pdf_is_refused_with_a_sentence():
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf("secret")))
    writer.encrypt("a password")
    target = io.BytesIO()
    writer.write(target)
    with pytest.raises(Unreadable, match="password"):
        extract(target.getvalue())


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "empty"),
        (b"\x00\x00 \n", "empty"),
        (b"%PDF-1.7 nothing more", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "before 2007"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 60, "picture"),
        (b"MZ\x90\x00" + bytes(range(256)), "neither a page nor a document"),
        (b"{\\rtf1\\ansi hello}", "RTF"),
    ],
)
def test_what_is_no_document_is_refused_with_a_sentence(data, sentence):
    with pytest.raises(Unreadable, match=sentence):
        extract(data)


def test_a_pdf_whose_stream_unpacks_without_end_is_refused_before_it_is_unpacked():
    """pypdf's own limit lets 75 MB through, which take more memory than a file may."""
    bomb = pdf_bomb()
    tracemalloc.start()
    try:
        with pytest.raises(Unreadable, match="more than a page of text"):
            extract(bomb, filename="a.pdf")
        _now, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 50 * 2**20


def test_a_page_nested_ten_thousand_deep_is_read():
    found = extract(("<div class=nav>" * 10_000 + f"<h1>潮汐贷：借钱看潮水</h1><p>{ARTICLE}</p>").encode())
    assert "没有一笔逾期" in found.body


def test_a_page_of_five_megabytes_is_cut_and_says_so():
    row = "<p>潮汐贷按渔汛周期放款和还款，累计服务渔船一千四百六十艘，没有一笔逾期。</p>"
    found = extract((f"<h1>潮汐贷：借钱看潮水</h1>{row * 60_000}").encode())
    assert "cut" in codes(found)
    assert len(found.body) <= 200_000


# ── The parts ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("charset", ["gb18030", "utf-8", "utf-8-sig", "utf-16", "big5hkscs"])
@pytest.mark.parametrize("claim", ["", "utf-8", "gb2312", "big5", "iso-8859-1", "no-such-charset", "hex"])
def test_a_text_is_decoded_whatever_it_claims(charset, claim):
    text = f"<meta charset={claim}>" + "我們認為銀行的創新不是少數人的事，而是每一個人的機會。" * 3
    assert decode(text.encode(charset)).text == text


@pytest.mark.parametrize(
    ("as_saved", "as_written"),
    [
        ("总量已跃居世界第二?！吨腥A人民共和國規劃》", "总量已跃居世界第二。《中華人民共和國規劃》"),
        (
            "的高潛力項目,對其中可規?;瘡椭婆c擴張的,我們認為規模決定一切,規模就是",
            "的高潛力項目,對其中可規模化復制與擴張的,我們認為規模決定一切,規模就是",
        ),
        ("要“加快數字化轉型?！?/p>", "要“加快數字化轉型。”"),
    ],
)
def test_characters_cut_in_half_are_mended(as_saved, as_written):
    assert mend(as_saved).text == as_written


@pytest.mark.parametrize(
    "text",
    [
        "怎么办?我们认为,这是真的?!是的。",
        "好吧?？嗯",
        "Is it true?; 是的",
        "为什么?（见附件）",
        "他问：“你去不去?”我说：“去!”",
    ],
)
def test_ordinary_question_marks_stay(text):
    assert mend(text).text == text
    assert mend(text).repairs == []


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2024-07-31 14:25:23", "2024-07-31"),
        ("2024年7月31日", "2024-07-31"),
        ("二〇二四年十二月二十一日", "2024-12-21"),
        ("民國113年7月31日", "2024-07-31"),
        ("July 31, 2024", "2024-07-31"),
        ("31 Jul 2024", "2024-07-31"),
        ("2024-07-30T23:30:00Z", "2024-07-31"),  # already the next day in China
        ("20240731", "2024-07-31"),
        ("1722387923", "2024-07-31"),
        ("2024-02-30", None),
        ("0001-01-01", None),
        ("电话 400-880-9888", None),
    ],
)
def test_a_date_is_read_as_it_is_written(text, date):
    found = first_date(text)
    assert (found.isoformat() if found else None) == date


def test_dates_come_in_the_order_of_the_text():
    assert [found.date.month for found in find_dates("更新于2024-10-30，发布于2024-09-28")] == [10, 9]


@pytest.mark.parametrize(
    ("line", "author", "source", "date"),
    [
        ("柳文  來源:中國電子金融網  2024-07-31 14:25:23 數字金融", "柳文", "中國電子金融網", "2024-07-31"),
        ("来源：中国县域金融网　作者：李明　2024年7月31日", "李明", "中国县域金融网", "2024-07-31"),
        ("文丨张三 编辑丨李四", "张三", "", None),
        ("本报记者 张三 李四 成都报道", "张三、李四", "", None),
        (
            "发布机构：江海省金融办  发文日期：2024年5月1日  成文日期：2024年4月20日",
            "",
            "江海省金融办",
            "2024-05-01",
        ),
        ("更新时间：2024-10-30 18:00 发布时间：2024-10-28 09:00", "", "", "2024-10-28"),
        ("来源：科创金融评论　|　2025-01-09", "", "科创金融评论", "2025-01-09"),
        ("作者：佚名 来源：本站", "", "", None),
        ("截至2023年12月，我国网民规模达10.92亿人，较2022年12月增长2480万人", "", "", None),
        ("近日，记者从海风银行获悉，该行于2024年7月31日推出新产品", "", "", None),
        ("记者：您为什么坚持失败的项目也要结项？", "", "", None),
    ],
)
def test_a_byline_is_read_and_prose_is_not(line, author, source, date):
    found = read_byline(line)
    assert (found.author, found.source, found.published.isoformat() if found.published else None) == (
        author,
        source,
        date,
    )


def test_a_name_has_a_surname():
    assert is_person("欧阳修远")
    assert is_person("Daniel Reyes")
    assert not is_person("数字金融")
    assert not is_person("北京")
    assert not is_person("admin")


def test_lines_cut_at_a_width_are_joined_and_lists_are_not():
    text = "银行对公开户的远程视频核实，解决的不只是“少跑一趟”的问题。它把分散在网点、客户经理和后台的三次核实合并成一次，让责任第一次可以追溯到人。"
    assert unwrap([text[at : at + 20] for at in range(0, len(text), 20)]) == [text]
    assert unwrap(["一等奖", "云台银行", "西岭银行", "二等奖"]) == [
        "一等奖",
        "云台银行",
        "西岭银行",
        "二等奖",
    ]
