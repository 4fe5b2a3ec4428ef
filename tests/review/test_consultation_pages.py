"""Opinions by the pages: asked, given, answered, each by its own person."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.core.jobs import drain
from apps.core.models import Entry
from apps.projects.models import Project
from apps.review.models import Consultation
from tests.factories import PostFactory, committee, make_project, signed

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    return committee()


@pytest.fixture
def officer(house):
    return PostFactory(role="group_lead").user


@pytest.fixture
def asked(house, officer):
    """Both departments' consultations on one project."""
    signed(make_project(officer, title="金丝雀项目"), by=officer)
    drain()
    return list(Consultation.objects.unscoped("a test").order_by("pk"))


def url(name, *args):
    return reverse(f"review:{name}", args=args)


def text(response):
    return (b"".join(response.streaming_content) if response.streaming else response.content).decode()


def test_a_department_says_yes_on_conditions_and_the_applicant_adopts_them(client, house, officer, asked):
    one, two = asked
    client.force_login(house.officers[0])
    assert "金丝雀项目" in text(client.get("/"))
    assert 'name="opinion"' in text(client.get(one.get_absolute_url()))
    refused = client.post(url("consultation_give", one.pk), {"opinion": "disagree", "text": " "})
    assert "text" in refused.context_data["opinion_form"].errors
    client.post(
        url("consultation_give", one.pk), {"opinion": "agree_with_conditions", "text": "完成影响评估"}
    )
    project = Project.objects.visible_to(officer).get()
    assert (project.holder, project.requirements.get(kind__code="opinions").met_at) == (officer.person, None)

    client.force_login(officer)
    assert url("consultation_detail", one.pk) in text(client.get("/"))
    assert 'name="reply"' in text(client.get(one.get_absolute_url()))
    client.post(url("consultation_answer", one.pk), {"reply": "adopt", "text": "列入里程碑"})
    project.refresh_from_db()
    assert (project.holder, project.due_on) == (None, two.due_on)

    client.force_login(house.officers[1])
    client.post(url("consultation_give", two.pk), {"opinion": "agree", "text": ""})
    project.refresh_from_db()
    one.refresh_from_db()
    assert (one.reply, one.reply_text, project.holder_note) == ("adopt", "列入里程碑", "总行创新委员会")
    assert project.requirements.get(kind__code="opinions").met_at


def test_an_opinion_given_twice_stands_once(client, house, asked):
    client.force_login(house.officers[0])
    for opinion in ("agree", "disagree"):
        client.post(url("consultation_give", asked[0].pk), {"opinion": opinion, "text": "理由"})

    asked[0].refresh_from_db()
    assert (asked[0].opinion, Entry.objects.filter(verb="consultation.give").count()) == ("agree", 1)


def test_only_the_department_asked_gives_it_and_only_the_applicant_answers(client, house, officer, asked):
    client.force_login(officer)
    assert client.post(url("consultation_give", asked[0].pk), {"opinion": "agree"}).status_code == 403
    client.force_login(house.officers[1])
    assert client.post(url("consultation_give", asked[0].pk), {"opinion": "agree"}).status_code == 403
    client.force_login(house.officers[0])
    client.post(url("consultation_give", asked[0].pk), {"opinion": "disagree", "text": "理由"})
    assert (
        client.post(url("consultation_answer", asked[0].pk), {"reply": "adopt", "text": "x"}).status_code
        == 403
    )


def test_a_stranger_finds_nothing_in_list_filter_export_or_page(client, asked):
    client.force_login(PostFactory(role="group_lead").user)
    for query in ("", "?show=mine", "?q=金丝雀", "?format=csv"):
        response = client.get(url("consultation_list") + query)
        body = text(response)
        assert (response.status_code, asked[0].project.code in body) == (200, False), query
    assert client.get(asked[0].get_absolute_url()).status_code == 404
    client.force_login(PostFactory(role="system_admin").user)
    assert client.get(url("consultation_list")).status_code == 403


def test_the_list_is_filtered_sorted_and_exported(client, house, asked):
    client.force_login(house.officers[0])
    assert [row.pk for row in client.get(url("consultation_list")).context_data["page"]] == [
        c.pk for c in reversed(asked)
    ]
    assert [row.pk for row in client.get(url("consultation_list") + "?show=mine").context_data["page"]] == [
        asked[0].pk
    ]
    assert [
        row.pk
        for row in client.get(url("consultation_list") + "?q=金丝雀&show=open&sort=unit").context_data["page"]
    ] == [c.pk for c in asked]
    assert text(client.get(url("consultation_list") + "?format=csv")).count("金丝雀项目") == 2


def test_the_project_page_says_who_decides_and_why_and_what_the_departments_say(
    client, house, officer, asked
):
    client.force_login(officer)
    page = text(client.get(asked[0].project.get_absolute_url()))
    assert "总行创新委员会" in page
    assert asked[0].unit.name in page


@pytest.mark.parametrize("page", ["consultation_list", "home"])
def test_pages_take_the_same_queries_for_any_number(client, house, officer, page):
    address = "/" if page == "home" else url(page)

    def queries():
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        return len(captured)

    signed(make_project(officer), by=officer)
    drain()
    client.force_login(house.officers[0])
    one = queries()
    for _number in range(14):
        signed(make_project(officer), by=officer)
    drain()
    assert queries() == one
