"""The pages of people and their accounts."""

import re

import pytest
from axes.models import AccessAttempt
from django.test import Client

from apps.core import clock
from apps.org.actions.person import change_person
from apps.org.models import Person, User
from tests.factories import PersonFactory, PostFactory, UserFactory, bank
from tests.org.pages import lines, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    world = bank()
    world.admin = PostFactory(role="system_admin", unit=world.root).user
    world.reader = PostFactory(role="liaison", unit=world.west_counter).user
    return world


def names(response):
    return [person.name for person in response.context_data["page"].rows]


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_takes_the_same_queries_for_any_number(
    world, client, visit, django_assert_num_queries, count
):
    for _number in range(count):
        PostFactory(unit=world.east)
    visit(world.reader, url("person_list"))
    with django_assert_num_queries(6):
        client.get(url("person_list"))


@pytest.mark.parametrize("count", [1, 20])
def test_a_persons_page_takes_the_same_queries_for_any_number(
    world, client, visit, django_assert_num_queries, count
):
    person = PersonFactory(unit=world.east)
    for number in range(count):
        PostFactory(person=person, unit=world.east, starts=clock.today().replace(year=2000 + number))
    visit(world.admin, url("person_detail", person.pk))
    with django_assert_num_queries(10):
        response = client.get(url("person_detail", person.pk))
    assert len(response.context_data["standing"]) == count


def test_people_are_found_by_name_unit_role_and_service(world, visit):
    PersonFactory(name="苏砚秋", unit=world.east)
    lead = PostFactory(role="group_lead", unit=world.east_counter, person=PersonFactory(name="林知远")).person
    PersonFactory(name="陈晓岚", unit=world.west, left_on=clock.today())

    def found(query):
        return names(visit(world.reader, url("person_list") + query))

    assert found("?q=砚秋") == ["苏砚秋"]
    assert found(f"?q={lead.employee_no}") == ["林知远"]
    assert sorted(found(f"?unit={world.east.code}")) == ["林知远", "苏砚秋"]
    assert found("?role=group_lead") == ["林知远"]
    assert found("?serving=no") == ["陈晓岚"]


def test_the_export_is_what_the_filter_shows(world, visit):
    PersonFactory(name="苏砚秋", unit=world.east)
    rows = lines(visit(world.reader, url("person_list") + "?q=砚秋&format=csv"))
    assert len(rows) == 2
    assert "苏砚秋" in rows[1]


def test_a_telephone_number_is_for_oneself_and_for_administrators(world, visit):
    person = PostFactory(unit=world.east, person=UserFactory(person__mobile="13800000000").person).person
    seen = {
        who: "13800000000" in visit(user, url("person_detail", person.pk)).content.decode()
        for who, user in {"self": person.user, "admin": world.admin, "reader": world.reader}.items()
    }
    assert seen == {"self": True, "admin": True, "reader": False}


def test_a_person_is_added_and_corrected(world, visit):
    values = {"name": "苏砚秋", "employee_no": "E900001", "unit": world.east.code, "inside": "on"}
    visit(world.admin, url("person_add"), values)
    person = Person.objects.get(employee_no="E900001")
    assert (person.name, person.unit) == ("苏砚秋", world.east)
    found = visit(world.reader, "/search/?q=砚秋").content.decode()
    assert person.get_absolute_url() in found

    visit(world.admin, url("person_edit", person.pk), values | {"mobile": "13900000000", "version": 1})
    person.refresh_from_db()
    assert person.mobile == "13900000000"


def test_a_number_of_somebody_else_is_said_on_the_form(world, visit):
    other, person = PersonFactory(unit=world.east), PersonFactory(unit=world.east)
    values = {
        "name": person.name, "employee_no": other.employee_no, "unit": world.east.code, "inside": "on", "version": 1,
    }  # fmt: skip
    for address in (url("person_add"), url("person_edit", person.pk)):
        page = visit(world.admin, address, values)
        assert len(page.context_data["form"].non_field_errors()) == 1


def test_a_stale_save_overwrites_nothing(world, visit):
    person = PersonFactory(unit=world.east, name="苏砚秋")
    change_person(person, by=world.admin, mobile="13800000000")
    values = {
        "name": "苏砚秋", "employee_no": person.employee_no, "unit": world.east.code, "inside": "on",
        "mobile": "13900000000", "version": 1,
    }  # fmt: skip
    page = visit(world.admin, url("person_edit", person.pk), values)
    person.refresh_from_db()
    assert person.mobile == "13800000000"
    assert [row[1:] for row in page.context_data["both"]] == [("13800000000", "13900000000")]


def test_who_leaves_has_no_post_and_no_account_any_more(world, visit):
    post = PostFactory(role="group_member", unit=world.east)
    visit(world.admin, url("person_leave", post.person_id), {"on": clock.today().isoformat()})
    post.person.refresh_from_db()
    assert post.person.left_on == clock.today()
    assert list(post.person.posts.current()) == []
    assert not User.objects.get(person=post.person).is_active


def test_who_does_not_keep_people_gets_403(world, visit):
    person = PersonFactory(unit=world.east)
    for name in ("person_edit", "person_leave", "account_open"):
        assert visit(world.reader, url(name, person.pk)).status_code == 403
    assert visit(world.reader, url("person_add")).status_code == 403


# ── Accounts ──────────────────────────────────────────────────────────────────────────────────────────────────────


def password_on(page):
    return re.search(r'id="first-password">([^<]+)<', page.content.decode())[1]


def sign_in(username, password):
    browser = Client()
    browser.post("/accounts/login/", {"login": username, "password": password})
    return browser


def test_a_first_password_is_shown_once_and_changed_before_anything_else(world, visit):
    post = PostFactory(role="group_member", unit=world.east)
    User.objects.filter(person=post.person).delete()
    page = visit(world.admin, url("account_open", post.person_id), {"username": "su.yanqiu"})
    password = password_on(page)

    browser = sign_in("su.yanqiu", password)
    assert browser.get("/org/units/").url == "/accounts/password/change/"
    own = "a-password-of-my-own-2026"
    browser.post("/accounts/password/change/", {"oldpassword": password, "password1": own, "password2": own})
    assert browser.get("/org/units/").status_code == 200
    assert password not in visit(world.admin, url("person_detail", post.person_id)).content.decode()


def test_a_disabled_account_loses_its_session_with_the_next_click(world, visit):
    user = PostFactory(role="group_member", unit=world.east).user
    browser = Client()
    browser.force_login(user, backend="apps.org.adapters.AccountBackend")
    assert browser.get("/org/units/").status_code == 200

    visit(world.admin, url("account_close", user.person_id, user.pk), {})

    assert browser.get("/org/units/").status_code == 302


def test_a_new_password_ends_the_sessions_and_opens_a_closed_account(world, visit):
    user = PostFactory(role="group_member", unit=world.east).user
    browser = Client()
    browser.force_login(user, backend="apps.org.adapters.AccountBackend")
    visit(world.admin, url("account_close", user.person_id, user.pk), {})
    page = visit(world.admin, url("account_reset", user.person_id, user.pk), {})

    assert browser.get("/org/units/").status_code == 302
    again = sign_in(user.username, password_on(page))
    assert again.get("/org/units/").url == "/accounts/password/change/"


def test_an_account_locked_after_wrong_passwords_is_seen_and_unlocked(world, visit):
    user = PostFactory(role="group_member", unit=world.east).user
    user.set_password("the-right-password-2026")
    user.save()
    for _attempt in range(5):
        sign_in(user.username, "wrong")
    page = visit(world.admin, url("person_detail", user.person_id))
    assert page.context_data["locked"] == {user.username}
    assert sign_in(user.username, "the-right-password-2026").get("/org/units/").status_code == 302

    visit(world.admin, url("account_unlock", user.person_id, user.pk), {})

    assert not AccessAttempt.objects.filter(username=user.username).exists()
    assert sign_in(user.username, "the-right-password-2026").get("/org/units/").status_code == 200


def test_nobody_disables_their_own_account(world, visit):
    visit(world.admin, url("account_close", world.admin.person_id, world.admin.pk), {})
    world.admin.refresh_from_db()
    assert world.admin.is_active


def test_an_account_is_reached_only_by_its_own_person(world, visit):
    user, other = PostFactory(unit=world.east).user, PersonFactory(unit=world.east)
    assert visit(world.admin, url("account_close", other.pk, user.pk), {}).status_code == 404
