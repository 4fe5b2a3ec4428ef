"""Profile, help and saved views."""

import pytest
from django.urls import reverse
from django.utils import translation

from apps.core.models import SavedView
from tests.factories import PostFactory, bank

pytestmark = pytest.mark.django_db
LIST = reverse("projects:project_list")
VIEWS = reverse("core:saved_view_list")


@pytest.fixture
def user():
    return PostFactory(role="group_lead", unit=bank().east).user


def test_the_profile_says_in_words_what_each_post_reaches(user, client):
    client.force_login(user)
    page = client.get(reverse("core:profile")).content.decode()
    unit = user.standing[0].unit.label
    assert f"{unit}及下辖机构" in page
    assert "工作组组长" in page
    assert "目前没有授权代理" in page


def test_help_is_written_in_the_language_of_the_reader(user, client):
    client.force_login(user)
    assert "严禁上传国家秘密。" in client.get(reverse("core:help")).content.decode()
    client.cookies["django_language"] = "en"
    with translation.override("en"):
        page = client.get(reverse("core:help")).content.decode()
    assert "State secrets must never be uploaded." in page


def opened(client, address):
    """The menu of a list, as htmx opens it."""
    return client.get(VIEWS, headers={"HX-Request": "true", "HX-Current-URL": f"http://testserver{address}"})


def saved(client, name, query, page="projects:project_list"):
    return client.post(reverse("core:saved_view_save"), {"name": name, "page": page, "query": query})


def test_the_filters_of_a_list_are_saved_under_a_name_opened_and_removed(user, client):
    client.force_login(user)
    menu = opened(client, f"{LIST}?state=active&q=&after=abc&sort=-due").context_data
    assert (menu["page_name"], menu["query"]) == ("projects:project_list", "state=active&sort=-due")
    assert saved(client, "在建项目", menu["query"]).url == f"{LIST}?state=active&sort=-due"
    ((view, href, here),) = opened(client, f"{LIST}?state=active&sort=-due").context_data["views"]
    assert (view.name, href, here) == ("在建项目", f"{LIST}?state=active&sort=-due", True)
    assert client.get(href).status_code == 200
    saved(client, "在建项目", "state=draft")
    assert SavedView.objects.get().query == "state=draft"
    client.post(reverse("core:saved_view_remove", args=[view.pk]))
    assert SavedView.objects.count() == 0


def test_views_are_ones_own_and_of_that_list_alone(user, client):
    other = PostFactory(role="group_lead").user
    SavedView.objects.create(user=other, page="projects:project_list", name="别人的", query="state=draft")
    SavedView.objects.create(user=user, page="insight:item_list", name="动态", query="state=draft")
    client.force_login(user)
    assert opened(client, LIST).context_data["views"] == []


def test_without_script_the_menu_is_a_page(user, client):
    client.force_login(user)
    page = client.get(VIEWS, {"from": f"{LIST}?state=active"})
    assert page.context_data["query"] == "state=active"
    assert LIST in page.content.decode()


def test_a_view_belongs_to_a_list_of_ours(user, client):
    client.force_login(user)
    for page in ("projects:project_detail", "desk:home", "https://example.com", "", "account_login"):
        assert saved(client, "x", "", page=page).status_code == 404
    for address in ("/", "/nowhere/", "//example.com/projects/"):
        assert opened(client, address).status_code == 404


def test_a_view_without_a_name_is_not_kept_and_says_so(user, client):
    client.force_login(user)
    answer = client.post(
        reverse("core:saved_view_save"), {"name": " ", "page": "projects:project_list"}, follow=True
    )
    assert SavedView.objects.count() == 0
    assert "请填写视图名称" in answer.content.decode()
