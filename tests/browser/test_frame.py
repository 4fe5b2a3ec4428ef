"""The frame of every page in a browser: the bell, the drawer, folded filters, saved views; nothing refused, nothing axe finds."""

import json

import pytest

from tests.browser.person import Person

pytestmark = pytest.mark.browser
MAKE = "import json; from tests.browser.bank import tell_the_follower; print(json.dumps(tell_the_follower()))"


@pytest.fixture(scope="module")
def project(stack):
    return json.loads(stack.manage("shell", "-v0", "-c", MAKE))


def test_the_bell_counts_a_notice_leads_to_its_thing_and_a_view_is_saved(project, chromium, stack):
    member = Person(chromium, stack.url, "follower")
    page = member.page
    page.wait_for_selector(".bell-count:text-is('1')")
    page.get_by_role("link", name="通知").click()
    page.get_by_role("button", name=project["title"]).click()
    page.wait_for_url(f"**{project['page']}")
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


def test_on_a_phone_the_menu_is_a_drawer_and_filters_open_when_asked(project, chromium, stack):
    member = Person(chromium, stack.url, "follower", phone=True)
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
