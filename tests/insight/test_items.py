from types import SimpleNamespace

import pytest

from apps.core.models import Attachment, Entry
from apps.core.search import search
from apps.core.verdict import Refused
from apps.core.versions import Stale
from apps.insight.actions import correct_item, draft_item, file_item, withdraw_item
from apps.insight.extraction import Warned
from apps.insight.models import Item
from tests.factories import PostFactory, bank, make_item, secretary

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    world = bank()
    world.secretary = secretary(world.root)
    world.officer = PostFactory(role="group_member", unit=world.east).user
    world.neighbour = PostFactory(role="group_member", unit=world.west).user
    world.liaison = PostFactory(role="liaison", unit=world.east_counter).user
    return world


def seen_by(user):
    return set(Item.objects.visible_to(user))


def test_a_filed_item_is_seen_at_its_unit_and_above_and_at_no_other_branch(world):
    item = make_item(world.officer, world.east)
    PostFactory(role="group_member", unit=world.west)

    assert seen_by(world.officer) == {item}
    assert seen_by(world.secretary) == {item}
    assert seen_by(world.neighbour) == set()
    assert seen_by(world.liaison) == set()


def test_a_draft_is_seen_by_its_author_and_those_who_may_edit_it(world):
    colleague = PostFactory(role="group_member", unit=world.east).user
    onlooker = PostFactory(role="unit_head", unit=world.east).user
    draft = make_item(world.officer, world.east, filed=False)
    filed = make_item(world.officer, world.east)

    assert seen_by(world.officer) == {draft, filed}
    assert seen_by(colleague) == {draft, filed}
    assert seen_by(world.secretary) == {draft, filed}
    assert seen_by(onlooker) == {filed}


def test_a_post_for_one_line_sees_that_line_only(world):
    retail_only = PostFactory(role="group_member", unit=world.east, line=world.retail).user
    retail = make_item(world.officer, world.east, line=world.retail)
    make_item(world.officer, world.east, line=world.corporate)

    assert seen_by(retail_only) == {retail}


def test_a_proposal_becomes_a_draft_with_its_original_and_is_filed_with_the_corrections(world):
    proposal = SimpleNamespace(
        title="某銀行推出數字人民幣預付卡", author="陳記者", source="金融時報", published=None, body="內文", language="zh",
        script="traditional", title_simplified="某银行推出数字人民币预付卡", body_simplified="内文", warnings=[Warned("repaired", "有乱码")],
        sha256="a" * 64,
    )  # fmt: skip
    draft = draft_item(
        proposal,
        by=world.officer,
        unit=world.east,
        line=world.network,
        original=(b"<html>", "页面.html", "text/html"),
    )

    assert draft.code == "I2026-0001"
    assert (draft.state, draft.headline, draft.text) == ("draft", "某银行推出数字人民币预付卡", "内文")
    original = Attachment.objects.about(draft).get()
    assert (original.kind, original.name, original.size) == ("original", "页面.html", 6)

    file_item(draft, by=world.officer, version=1, institution="海桥银行", category="product")

    draft.refresh_from_db()
    assert (draft.state, draft.institution, draft.category, draft.version) == (
        "filed",
        "海桥银行",
        "product",
        2,
    )
    entry = Entry.objects.get(verb="item.file")
    assert entry.data == {
        "was": "draft", "now": "filed", "category": "product", "code": "I2026-0001", "unit": world.east.pk,
        "path": world.east.path, "line": world.network.pk, "person": world.officer.person_id,
    }  # fmt: skip


def test_nobody_files_for_another_branch(world):
    with pytest.raises(Refused):
        make_item(world.officer, world.west)
    assert Item.objects.unscoped("test").count() == 0


def test_an_item_without_any_text_is_refused(world):
    with pytest.raises(Refused):
        draft_item({"title": "", "body": "  "}, by=world.officer, unit=world.east)
    titled = draft_item({"title": "只有标题", "body": ""}, by=world.officer, unit=world.east)
    with pytest.raises(Refused):
        file_item(titled, by=world.officer)


def test_a_stale_save_overwrites_nothing_and_shows_the_present_text(world):
    item = make_item(world.officer, world.east)
    correct_item(item, by=world.officer, version=1, title="先保存的标题")

    with pytest.raises(Stale) as stale:
        correct_item(item, by=world.secretary, version=1, title="后保存的标题")

    assert stale.value.current.title == "先保存的标题"
    item.refresh_from_db()
    assert (item.title, item.version) == ("先保存的标题", 2)


def test_a_correction_that_changes_nothing_is_no_new_version(world):
    item = make_item(world.officer, world.east)

    correct_item(item, by=world.officer, version=1, title=item.title)

    item.refresh_from_db()
    assert item.version == 1
    assert not Entry.objects.filter(verb="item.correct").exists()


def test_a_stranger_does_not_correct_and_a_withdrawn_item_is_not_corrected(world):
    item = make_item(world.officer, world.east)
    with pytest.raises(Refused):
        correct_item(item, by=world.neighbour, title="改")
    withdraw_item(item, by=world.officer, note="重复报送")
    with pytest.raises(Refused):
        correct_item(item, by=world.officer, title="改")


def test_withdrawing_needs_a_reason(world):
    item = make_item(world.officer, world.east)
    with pytest.raises(Refused):
        withdraw_item(item, by=world.officer, note=" ")


def test_an_item_is_not_filed_twice(world):
    item = make_item(world.officer, world.east)
    with pytest.raises(Refused):
        file_item(item, by=world.officer)
    assert Entry.objects.filter(verb="item.file").count() == 1


def test_search_finds_an_item_for_those_who_see_it(world):
    item = make_item(world.officer, world.east, title="医保移动支付先诊后付")

    assert [rows for entry, rows in search(world.secretary, "先诊后付") if entry["model"] is Item] == [[item]]
    assert search(world.neighbour, "先诊后付") == []


def test_drafts_wait_on_their_author(world):
    draft = make_item(world.officer, world.east, filed=False)
    make_item(world.officer, world.east)

    assert list(Item.objects.visible_to(world.officer).waiting_on(world.officer)) == [draft]
    assert list(Item.objects.visible_to(world.secretary).waiting_on(world.secretary)) == []


def test_the_credit_of_a_traditional_page_is_written_in_simplified_characters():
    officer = PostFactory(role="group_member")
    item = make_item(
        officer.user, officer.unit, body="銀行建設數字金融創新體系", author="柳文龍", source_name="中國電子銀行網",
        institution="", body_simplified="银行建设数字金融创新体系",
    )  # fmt: skip
    assert item.credit == "中国电子银行网 · 柳文龙"
