"""The frame of every page in a browser: the bell, the drawer, folded filters, saved views; nothing refused, nothing axe finds."""

import pytest

from apps.core.jobs import drain
from apps.core.notices import follow
from apps.projects.actions import set_team
from tests.browser.bank import PASSWORD
from tests.browser.person import Person
from tests.factories import PostFactory, bank, make_project

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world():
    world = bank()
    world.lead = PostFactory(role="group_lead", unit=world.east).user
    world.member = PostFactory(role="group_member", unit=world.east).user
    world.member.username = "member"
    world.member.set_password(PASSWORD)
    world.member.save()
    world.project = make_project(world.lead)
    follow(world.project, [world.member])
    set_team(world.project, [], by=world.lead)
    drain()
    return world


def test_the_bell_counts_a_notice_leads_to_its_thing_and_a_view_is_saved(world, chromium, live_server):
    member = Person(chromium, live_server.url, "member")
    page = member.page
    page.wait_for_selector(".bell-count:text-is('1')")
    page.get_by_role("link", name="通知").click()
    page.get_by_role("button", name=world.project.title).click()
    page.wait_for_url(f"**{world.project.get_absolute_url()}")
    assert page.locator(".bell-count").inner_text() == ""

    member.open("/projects/")
    page.select_option("main select[name=state]", "draft")
    page.wait_for_url("**state=draft**")
    page.get_by_text("视图", exact=True).click()
    page.get_by_placeholder("视图名称").fill("草稿项目")
    page.locator(".view-form button").click()
    page.wait_for_load_state("networkidle")
    member.open("/projects/")
    page.get_by_text("视图", exact=True).click()
    page.get_by_role("link", name="草稿项目").click()
    page.wait_for_url("**state=draft**")
    assert member.faults == []
    member.context.close()


def test_on_a_phone_the_menu_is_a_drawer_and_filters_open_when_asked(world, chromium, live_server):
    member = Person(chromium, live_server.url, "member", phone=True)
    page = member.page
    member.open("/projects/")
    side, behind = page.locator("#side"), page.locator(".body")
    assert not side.is_visible()
    page.get_by_role("button", name="打开菜单").click()
    page.wait_for_selector("#side.open")
    assert side.is_visible()
    assert behind.evaluate("element => element.inert") is True
    page.keyboard.press("Escape")
    assert behind.evaluate("element => element.inert") is False
    assert page.evaluate("document.activeElement.hasAttribute('data-drawer-open')") is True

    state = page.locator("main select[name=state]")
    assert not state.is_visible()
    page.get_by_role("button", name="筛选条件").click()
    assert state.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert member.faults == []
    member.context.close()
