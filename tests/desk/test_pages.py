"""The desk, its figures, and the lineage of things: each person sees their own reach and no more."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.core import clock
from apps.desk.lineage import family, flat
from apps.insight.actions import conclude, follow_up, start_investigation
from apps.insight.models.opportunity import QUESTIONS
from apps.org.calendar import due_in
from apps.projects.actions import propose_project
from tests.factories import PostFactory, bank, make_item, make_opportunity, make_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def story():
    """An item that two branches followed up; the east made a project of it."""
    house = bank()
    house.officer = PostFactory(role="group_member", unit=house.east).user
    house.lead = PostFactory(role="group_lead", unit=house.east).user
    house.west_lead = PostFactory(role="group_lead", unit=house.west).user
    house.secretary = PostFactory(role="innovation_secretary", unit=house.root).user
    house.liaison = PostFactory(role="liaison", unit=house.east_counter).user
    house.item = make_item(house.officer, house.east)
    house.followed = follow_up(
        house.item, by=house.lead, unit=house.east, owner=house.liaison.person, due_on=due_in(5)
    )
    house.opportunity = make_opportunity(house.liaison, house.east_counter, follow_up=house.followed)
    start_investigation(house.opportunity, by=house.lead)
    conclude(
        house.opportunity,
        by=house.lead,
        answers=dict.fromkeys(QUESTIONS, "需求真实"),
        conclusion="take_up",
        reason="客群明确",
    )
    house.project = propose_project(
        by=house.lead, unit=house.east, title="订烟贷", goal="三分钟放款", opportunity=house.opportunity
    )
    return house


def things(user, thing):
    return [type(node.thing).__name__ for node in flat(family(user, thing))]


def test_lineage_leads_from_any_member_to_the_whole_family(story):
    whole = ["Item", "FollowUp", "Opportunity", "Project"]
    for thing in (story.item, story.followed, story.opportunity, story.project):
        assert things(story.secretary, thing) == whole


def test_lineage_shows_each_member_only_to_who_sees_it(story):
    assert things(story.liaison, story.opportunity) == ["Item", "FollowUp", "Opportunity", "Project"]
    colleague = PostFactory(role="group_member", unit=story.east_counter).user
    assert things(colleague, story.project) == ["Item", "Opportunity"]
    assert things(story.west_lead, story.project) == []


def test_the_lineage_page_is_404_for_a_stranger_and_tells_the_story_to_its_own(story, client):
    address = reverse("desk:lineage", kwargs={"kind": "item", "pk": story.item.pk})
    client.force_login(story.west_lead)
    assert client.get(address).status_code == 404

    client.force_login(story.secretary)
    page = client.get(address)
    assert page.status_code == 200
    assert [line["href"] for line in page.context_data["story"]][0] == story.project.get_absolute_url()
    assert [line["href"] for line in page.context_data["story"]][-1] == story.item.get_absolute_url()
    fragment = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert (fragment.count("lineage-node"), "<html" in fragment) == (4, False)


@pytest.mark.parametrize("count", [1, 30])
def test_the_figures_take_the_same_queries_for_any_number(story, client, count):
    for _number in range(count):
        make_project(story.lead, story.east)
    client.force_login(story.lead)
    address = reverse("desk:figures")
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        page = client.get(address)
    assert page.context_data["figures"]["projects"]["alive"] == 0
    assert page.context_data["figures"]["projects"]["new"] == count + 1
    assert len(queries) == 11


def test_the_figures_count_nothing_out_of_reach(story, client):
    client.force_login(story.west_lead)
    told = client.get(reverse("desk:figures")).context_data["figures"]
    assert told["projects"] == {"alive": 0, "new": 0, "late": 0}
    assert told["opportunities"] == {"filed": 0, "taken": 0}


def test_the_trend_has_twelve_months_and_ends_with_this_one(story, client):
    client.force_login(story.lead)
    with clock.at(clock.now()):
        told = client.get(reverse("desk:figures")).context_data["trend"]
    today = clock.today()
    assert (len(told["months"]), told["months"][-1]) == (12, f"{today:%Y-%m}")
    assert (told["filed"][-1], told["proposed"][-1], told["share"][-1]) == (1, 1, 100)
    assert date.fromisoformat(told["months"][0] + "-01").month == today.month % 12 + 1


def test_the_desk_greets_and_answers_whoever_is_signed_in(story, client):
    client.force_login(story.liaison)
    page = client.get(reverse("desk:home") + "?period=nonsense")
    assert (page.status_code, page.context_data["period"]) == (200, "year")
