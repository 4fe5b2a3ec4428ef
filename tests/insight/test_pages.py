"""The pages of insight, each as the person whose it is, and as one from another branch."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image
from python_calamine import CalamineWorkbook

from apps.core.models import Attachment
from apps.insight.actions import add_to_issue, correct_item, follow_up, publish_issue, start_investigation
from apps.insight.models import FeedFile, FollowUp, Issue, IssueLine, Item, Opportunity, Reading, Report
from apps.org.calendar import due_in
from tests.factories import PostFactory, UnitFactory, bank, make_issue, make_item, make_opportunity, secretary

pytestmark = pytest.mark.django_db

PAGE = """<html><head><title>海桥银行推出数字人民币预付卡 - 金融时讯</title></head><body><h1>海桥银行推出数字人民币预付卡</h1>
<p>2026-11-20 来源：金融时讯 作者：陈一</p>
<p>海桥银行日前宣布推出数字人民币预付卡资金监管产品，商户的预收资金以数字人民币形式存放于监管账户，按实际消费逐笔划转。</p>
<p>该行有关负责人介绍，产品上线三个月以来已服务商户一千二百户，监管资金超过三亿元，客户投诉下降八成。</p></body></html>"""
FEED = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>同业观察</title>
<item><title>某行上线远程视频核实</title><link>https://example.com/a</link><description>对公开户改为远程视频核实。</description></item>
<item><title>某行试点碳账户</title><link>javascript:alert(1)</link><description>个人碳账户试点。</description></item></channel></rss>"""


def picture(name="柜台.png"):
    data = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(data, "PNG")
    return SimpleUploadedFile(name, data.getvalue(), "image/png")


def url(name, *args):
    return reverse(f"insight:{name}", args=args)


@pytest.fixture
def world(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    world = bank()
    world.secretary = secretary(world.root)
    world.officer = PostFactory(role="group_member", unit=world.east).user
    world.lead = PostFactory(role="group_lead", unit=world.west).user
    world.liaison = PostFactory(role="liaison", unit=world.west_counter).user
    world.item = make_item(world.officer, world.east, original=(b"<html>", "页面.html", "text/html"))
    world.issue = make_issue(world.secretary, world.root, items=[world.item], audience=[world.west])
    return world


@pytest.fixture
def visit(client):
    def open_as(user, address, data=None, **headers):
        client.force_login(user, backend="apps.org.adapters.AccountBackend")
        return client.post(address, data) if data is not None else client.get(address, **headers)

    return open_as


# ── Nobody sees what they should not ──────────────────────────────────────────────────────────────────────────────


def test_a_stranger_gets_404_for_everything_of_another_branch(world, visit):
    stranger = PostFactory(role="group_lead", unit=world.west).user
    opportunity = make_opportunity(
        PostFactory(role="liaison", unit=world.east_counter).user, world.east_counter
    )
    made = follow_up(
        world.item, by=world.secretary, unit=world.east, owner=world.officer.person, due_on=due_in(5)
    )
    original = Attachment.objects.about(world.item).get()
    line = IssueLine.objects.unscoped("test").get()

    for address in [
        url("item_detail", world.item.pk), url("item_edit", world.item.pk), url("followup_open", world.item.pk),
        reverse("core:attachment_file", args=[original.pk]), url("issue_detail", world.issue.pk),
        url("issue_edit", world.issue.pk), url("issue_audience", world.issue.pk), url("issue_readers", world.issue.pk),
        url("line_edit", world.issue.pk, line.pk), url("line_follow_up", world.issue.pk, line.pk),
        url("followup_detail", made.pk), url("opportunity_detail", opportunity.pk),
        url("opportunity_conclude", opportunity.pk), url("opportunity_edit", opportunity.pk),
    ]:  # fmt: skip
        assert visit(stranger, address).status_code == 404, address
    for address in [
        url("item_move", world.item.pk, "withdraw"), url("issue_pull", world.issue.pk),
        url("issue_move", world.issue.pk, "publish"), url("followup_move", made.pk, "drop"),
        url("line_move", world.issue.pk, line.pk, "out"), url("opportunity_move", opportunity.pk, "investigate"),
    ]:  # fmt: skip
        assert visit(stranger, address, {"note": "x"}).status_code == 404, address


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("item_list", "票据秒贴"),
        ("opportunity_list", "订烟贷"),
        ("followup_list", "票据秒贴"),
        ("issue_list", "创新动态周报"),
    ],
)
@pytest.mark.parametrize("form", ["", "?format=csv", "?format=xlsx"])
def test_lists_and_exports_hold_what_the_person_sees_and_nothing_of_another_branch(
    world, visit, name, word, form
):
    make_opportunity(PostFactory(role="liaison", unit=world.east_counter).user, world.east_counter)
    follow_up(world.item, by=world.secretary, unit=world.east, owner=world.officer.person, due_on=due_in(5))

    def text(user):
        response = visit(user, url(name) + form)
        assert response.status_code == 200
        data = b"".join(response.streaming_content) if response.streaming else response.content
        if form.endswith("xlsx"):
            rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
            return "\n".join(str(cell) for row in rows for cell in row)
        return data.decode()

    assert word in text(world.secretary)
    assert word not in text(world.lead)


def test_search_and_filters_stay_within_reach(world, visit):
    assert len(visit(world.secretary, url("item_list") + "?q=票据秒贴").context_data["page"].rows) == 1
    assert len(visit(world.lead, url("item_list") + "?q=票据秒贴").context_data["page"].rows) == 0
    page = visit(world.lead, url("item_list") + f"?unit={world.east.pk}").context_data["page"]
    assert page.rows == []


def test_readers_have_the_issue_and_its_text_and_reading_is_recorded_once(world, visit):
    publish_issue(world.issue, by=world.secretary)
    correct_item(world.item, by=world.officer, body="后来改过的正文")

    for _again in range(2):
        response = visit(world.liaison, url("issue_detail", world.issue.pk))
    page = response.content.decode()

    assert response.status_code == 200
    assert "平均用时三分钟" in page
    assert "后来改过的正文" not in page
    assert url("item_detail", world.item.pk) not in page
    assert world.secretary.person.name in page
    assert Reading.objects.unscoped("test").filter(person=world.liaison.person).count() == 1
    assert (
        visit(
            PostFactory(role="liaison", unit=world.east_counter).user, url("issue_detail", world.issue.pk)
        ).status_code
        == 404
    )


def test_readers_are_for_the_editor_alone(world, visit):
    publish_issue(world.issue, by=world.secretary)
    visit(world.liaison, url("issue_detail", world.issue.pk))

    context = visit(world.secretary, url("issue_readers", world.issue.pk)).context_data
    assert (context["total"], context["read"]) == (2, 1)
    assert context["rates"] == [(world.west, 1, 2)]
    assert visit(world.lead, url("issue_readers", world.issue.pk)).status_code == 404


def test_a_photo_is_a_picture_for_those_who_see_the_opportunity(world, visit):
    data = io.BytesIO()
    Image.new("RGB", (8, 8)).save(data, "PNG")
    opportunity = make_opportunity(
        world.liaison, world.west_counter, photos=[(data.getvalue(), "柜台.png", "image/png")]
    )
    photo = Attachment.objects.about(opportunity).get()
    address = reverse("core:attachment_file", args=[photo.pk])

    assert visit(world.lead, address)["Content-Type"] == "image/png"
    assert visit(world.officer, address).status_code == 404


def test_the_original_is_saved_never_opened_as_a_page_of_ours(world, visit):
    response = visit(world.officer, reverse("core:attachment_file", args=[Attachment.objects.get().pk]))
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment")
    assert response["Cache-Control"] == "private, no-store"


# ── The way of an item ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_saved_page_is_proposed_corrected_and_filed(world, visit):
    file = SimpleUploadedFile("新闻.html", PAGE.encode(), "text/html")
    response = visit(world.officer, url("item_import"), {"file": file, "line": world.network.pk})
    draft = Item.objects.unscoped("test").get(state="draft")
    assert response.url == url("item_edit", draft.pk)
    assert (draft.title, draft.line, draft.unit) == (
        "海桥银行推出数字人民币预付卡",
        world.network,
        world.east,
    )

    form = visit(world.officer, response.url).context_data["form"]
    values = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    values |= {"institution": "海桥银行", "then": "file"}
    assert visit(world.officer, url("item_edit", draft.pk), values).url == draft.get_absolute_url()

    draft.refresh_from_db()
    assert (draft.state, draft.institution) == ("filed", "海桥银行")
    assert visit(world.officer, draft.get_absolute_url()).status_code == 200


def test_a_pasted_text_in_traditional_characters_gets_its_simplified_version_beside_it(world, visit):
    text = "海橋銀行推出數字人民幣預付卡\n\n該行日前宣佈，商戶的預收資金以數字人民幣形式存放於監管賬戶，按實際消費逐筆劃轉，客戶投訴下降八成。"
    response = visit(world.officer, url("item_import") + "?way=text", {"text": text})
    draft = Item.objects.unscoped("test").get(state="draft")
    page = visit(world.officer, response.url).content.decode()

    assert draft.headline == "海桥银行推出数字人民币预付卡"
    assert "数字人民币形式存放于监管账户" in draft.body_simplified
    assert 'name="body_simplified"' in page


def test_chosen_entries_of_a_feed_become_drafts(world, visit):
    file = SimpleUploadedFile("同业观察.xml", FEED.encode(), "application/rss+xml")
    response = visit(world.officer, url("item_import") + "?way=feed", {"file": file})
    feed = FeedFile.objects.get()
    assert response.url == url("item_choose", feed.pk)
    assert visit(world.lead, response.url).status_code == 404

    assert visit(world.officer, response.url, {"entry": []}).status_code == 200
    visit(world.officer, response.url, {"entry": ["0", "1", "7", "x"]})

    drafts = Item.objects.unscoped("test").filter(state="draft").order_by("pk")
    assert [(d.title, d.url) for d in drafts] == [
        ("某行上线远程视频核实", "https://example.com/a"),
        ("某行试点碳账户", ""),
    ]
    assert not FeedFile.objects.exists()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("empty.html", b""),
        ("program.html", b"MZ\x90\x00" + b"\x00" * 400),
        ("archive.docx", b"PK\x03\x04garbage"),
        ("picture.pdf", b"\x89PNG\r\n\x1a\n" + b"\x00" * 100),
    ],
)
def test_an_upload_that_may_not_come_in_is_refused_with_a_sentence(world, visit, name, data):
    response = visit(world.officer, url("item_import"), {"file": SimpleUploadedFile(name, data)})
    assert response.status_code == 200
    assert len(response.context_data["form"].errors["file"][0]) > 8
    assert not Item.objects.unscoped("test").filter(state="draft").exists()


def test_every_upload_says_that_state_secrets_are_forbidden(world, visit):
    for address in [url("item_import"), url("item_import") + "?way=text", url("item_import") + "?way=feed"]:
        assert 'class="no-secrets"' in visit(world.officer, address).content.decode()
    assert 'class="no-secrets"' in visit(world.liaison, url("opportunity_file")).content.decode()


BAD = [
    {"published_on": "0001-01-01"}, {"published_on": "2026-02-30"}, {"published_on": "NaN"}, {"grade": "99"},
    {"grade": "1e400"}, {"category": "nothing"}, {"line": "999999"}, {"line": "１２３x"}, {"url": "javascript:alert(1)"},
    {"title": ""}, {"title": "\x00\u202e"}, {"title": "长" * 301}, {"body": ""}, {"body": "字" * 200_001},
    {"version": "-1"}, {"version": "x"}, {"version": "9" * 30},
]  # fmt: skip


@pytest.mark.parametrize(
    "bad", BAD, ids=lambda bad: f"{next(iter(bad))}={str(next(iter(bad.values())))[:12]!r}"
)
def test_bad_input_to_the_correction_form_gets_a_sentence_and_changes_nothing(world, visit, bad):
    values = {
        "version": 1, "title": "题", "category": "product", "institution": "", "source_name": "", "author": "",
        "published_on": "2026-11-01", "url": "", "grade": "10", "body": "文", "then": "save",
    } | bad  # fmt: skip
    response = visit(world.officer, url("item_edit", world.item.pk), values)
    assert response.status_code == 200
    assert response.context_data["form"].errors
    world.item.refresh_from_db()
    assert world.item.version == 1


def test_a_stale_save_shows_both_texts_and_overwrites_nothing(world, visit):
    correct_item(world.item, by=world.officer, title="先保存的标题")
    values = {
        "version": 1,
        "title": "后保存的标题",
        "category": "peer_move",
        "grade": "10",
        "body": world.item.body,
        "then": "save",
    }

    response = visit(world.officer, url("item_edit", world.item.pk), values)
    page = response.content.decode()

    assert "先保存的标题" in page
    assert "后保存的标题" in page
    world.item.refresh_from_db()
    assert world.item.title == "先保存的标题"
    again = values | {"version": response.context_data["form"]["version"].value()}
    visit(world.officer, url("item_edit", world.item.pk), again)
    world.item.refresh_from_db()
    assert world.item.title == "后保存的标题"


def test_markup_in_a_text_is_shown_as_text(world, visit):
    item = make_item(
        world.officer, world.east, title="<script>alert(1)</script>", body='<img src=x onerror="alert(1)">'
    )
    page = visit(world.officer, item.get_absolute_url()).content.decode()
    assert "<script>alert(1)" not in page
    assert "<img src=x" not in page


# ── The way of an issue ───────────────────────────────────────────────────────────────────────────────────────────


def test_an_editor_compiles_addresses_and_publishes(world, visit):
    visit(world.secretary, url("report_start"), {"name": "数字金融创新月报", "kind": "monthly"})
    report = Report.objects.unscoped("test").get(name="数字金融创新月报")
    edit = visit(world.secretary, url("issue_open", report.pk), {}).url
    issue = Issue.objects.unscoped("test").get(report=report)
    second = make_item(world.officer, world.east, title="第二条", category="regulation")

    offered = visit(world.secretary, edit).context_data["offered"]
    assert set(offered) == {world.item, second}
    visit(world.secretary, url("issue_pull", issue.pk), {"item": [world.item.pk, second.pk, 10**18, "x"]})
    line = IssueLine.objects.unscoped("test").get(issue=issue, item=second)
    visit(
        world.secretary,
        url("line_edit", issue.pk, line.pk),
        {"version": 1, "section": "peers", "title": "改过的标题", "summary": "一句话"},
    )
    visit(world.secretary, url("line_move", issue.pk, line.pk, "up"), {})
    visit(
        world.secretary,
        url("issue_audience", issue.pk),
        {"unit": [world.west.pk, "999"], "below": [world.west.pk]},
    )
    visit(world.secretary, edit, {"version": 1, "title": "十一月", "due_on": "2026-12-07", "grade": "10"})
    assert visit(world.secretary, url("issue_detail", issue.pk)).status_code == 200
    visit(world.secretary, url("issue_move", issue.pk, "publish"), {})

    page = visit(world.liaison, url("issue_detail", issue.pk)).content.decode()
    assert page.index("改过的标题") < page.index(world.item.title)
    assert "十一月" in page
    assert visit(world.secretary, url("issue_edit", issue.pk)).status_code == 403


def test_a_refused_publication_says_why(world, visit):
    issue = make_issue(world.secretary, world.root)
    response = visit(world.secretary, url("issue_move", issue.pk, "publish"), {})
    assert response.url == url("issue_edit", issue.pk)
    page = visit(world.secretary, response.url).content.decode()
    assert "There is nothing in this issue yet." in page or "本期还没有内容" in page


def test_a_reader_follows_up_from_the_issue_an_item_she_cannot_open(world, visit):
    publish_issue(world.issue, by=world.secretary)
    line = IssueLine.objects.unscoped("test").get()
    address = url("line_follow_up", world.issue.pk, line.pk)
    post = world.lead.standing[0]
    assert visit(world.lead, address).status_code == 200
    assert visit(world.lead, address, {"post": post.pk, "due_on": "2001-01-01"}).context_data["form"].errors

    response = visit(world.lead, address, {"post": post.pk, "due_on": "2099-01-01", "note": "看看本地商户"})

    made = FollowUp.objects.unscoped("test").get()
    assert response.url == made.get_absolute_url()
    assert visit(world.lead, url("item_detail", world.item.pk)).status_code == 200
    assert visit(world.lead, made.get_absolute_url()).status_code == 200


# ── The way of an opportunity ─────────────────────────────────────────────────────────────────────────────────────

QUICK = {
    "title": "订烟贷线上化", "scene": "烟草零售户每周三订烟", "pain": "柜面签字三天到账", "idea": "订烟数据做授信",
    "contact_allowed": "on",
}  # fmt: skip


def test_a_liaison_reports_from_a_phone_with_photos(world, visit):
    response = visit(world.liaison, url("opportunity_file"), QUICK | {"photos": [picture("一.png")]})
    opportunity = Opportunity.objects.unscoped("test").get()
    assert response.url == opportunity.get_absolute_url()
    assert (opportunity.unit, opportunity.contact_allowed, opportunity.holder) == (
        world.west_counter, True, world.lead.person,
    )  # fmt: skip
    assert Attachment.objects.about(opportunity).count() == 1
    page = visit(world.liaison, response.url).content.decode()
    assert world.lead.person.name in page


def test_a_photo_that_is_none_is_refused_and_nothing_is_filed(world, visit):
    fake = SimpleUploadedFile("a.jpg", b"<svg onload=alert(1)>", "image/jpeg")
    response = visit(world.liaison, url("opportunity_file"), QUICK | {"photos": [picture(), fake]})
    assert response.context_data["form"].errors["photos"]
    assert not Opportunity.objects.unscoped("test").exists()


def test_an_investigation_is_concluded_on_its_page(world, visit):
    opportunity = make_opportunity(world.liaison, world.west_counter)
    address = url("opportunity_conclude", opportunity.pk)
    assert visit(world.liaison, address).status_code == 403
    assert visit(world.lead, address).status_code == 403
    visit(world.lead, url("opportunity_move", opportunity.pk, "investigate"), {})
    refused = visit(world.lead, address, {"conclusion": "take_up", "reason": "好"})
    assert len(refused.context_data["form"].errors) == 6

    visit(world.lead, address, {"conclusion": "drop", "reason": "我行辖内无此类客群"})

    page = visit(world.liaison, opportunity.get_absolute_url()).content.decode()
    assert "我行辖内无此类客群" in page


def test_a_mass_assignment_changes_nothing_but_the_form(world, visit):
    visit(
        world.liaison,
        url("opportunity_file"),
        QUICK | {"unit": world.east.pk, "state": "taken_up", "reporter": "1"},
    )
    opportunity = Opportunity.objects.unscoped("test").get()
    assert (opportunity.unit, opportunity.state, opportunity.reporter) == (
        world.west_counter, "filed", world.liaison.person,
    )  # fmt: skip


# ── Every page opens, and lists cost the same for any number ──────────────────────────────────────────────────────


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_opens_in_both_languages(world, visit, client, language):
    client.cookies["django_language"] = language
    opportunity = make_opportunity(world.liaison, world.west_counter)
    start_investigation(opportunity, by=world.lead)
    made = follow_up(
        world.item, by=world.secretary, unit=world.west, owner=world.lead.person, due_on=due_in(5)
    )
    line = IssueLine.objects.unscoped("test").get()
    for address in [
        url("item_list"), url("item_import"), url("item_detail", world.item.pk), url("item_edit", world.item.pk),
        url("followup_open", world.item.pk), url("issue_list"), url("report_start"), url("issue_detail", world.issue.pk),
        url("issue_edit", world.issue.pk), url("line_edit", world.issue.pk, line.pk),
        url("issue_audience", world.issue.pk), url("followup_list"), url("followup_detail", made.pk),
        url("opportunity_list"), url("opportunity_file"), url("opportunity_file") + f"?follow_up={made.pk}",
        url("opportunity_detail", opportunity.pk), url("opportunity_conclude", opportunity.pk),
    ]:  # fmt: skip
        assert visit(world.secretary, address).status_code == 200, address
    assert visit(world.liaison, url("opportunity_edit", opportunity.pk)).status_code == 200


def fill(world, count):
    """So many rows in every list, besides those of the world."""
    for n in range(count):
        item = make_item(world.officer, world.east, line=world.retail, title=f"动态{n}")
        issue = make_issue(world.secretary, world.root, items=[item], audience=[world.west])
        publish_issue(issue, by=world.secretary)
        made = follow_up(item, by=world.secretary, unit=world.west, owner=world.lead.person, due_on=due_in(5))
        make_opportunity(world.lead, world.west, line=world.retail, follow_up=made)


def spent(client, user, address):
    """The queries of one page, and the page. The session is there before counting begins."""
    client.force_login(user, backend="apps.org.adapters.AccountBackend")
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address)
    return len(queries), response


@pytest.mark.parametrize("name", ["item_list", "issue_list", "followup_list", "opportunity_list"])
def test_a_list_takes_the_same_number_of_queries_for_1_and_for_30(world, client, name):
    fill(world, 1)
    cost, one = spent(client, world.secretary, url(name))
    fill(world, 29)
    cost_of_many, many = spent(client, world.secretary, url(name))

    assert len(many.context_data["page"].rows) - len(one.context_data["page"].rows) == 29
    assert cost_of_many == cost
    assert cost <= 10


def test_the_pages_of_an_issue_take_the_same_queries_for_1_and_for_30_lines(world, client):
    addresses = [url(name, world.issue.pk) for name in ("issue_detail", "issue_edit")]
    before = [spent(client, world.secretary, address)[0] for address in addresses]
    for n in range(29):
        add_to_issue(world.issue, make_item(world.officer, world.east, title=f"动态{n}"), by=world.secretary)

    assert [spent(client, world.secretary, address)[0] for address in addresses] == before


def test_an_items_page_takes_the_same_queries_for_1_and_for_30_follow_ups(world, client):
    units = [UnitFactory(parent=world.root) for _n in range(30)]
    owners = [PostFactory(role="group_lead", unit=unit).person for unit in units]
    address = url("item_detail", world.item.pk)
    follow_up(world.item, by=world.secretary, unit=units[0], owner=owners[0], due_on=due_in(5))
    before, _page = spent(client, world.secretary, address)
    for unit, owner in zip(units[1:], owners[1:], strict=True):
        follow_up(world.item, by=world.secretary, unit=unit, owner=owner, due_on=due_in(5))

    cost, page = spent(client, world.secretary, address)

    assert len(page.context_data["follow_ups"]) == 30
    assert cost == before
